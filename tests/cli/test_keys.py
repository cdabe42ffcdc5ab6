"""Keys from a terminal: made, shown by their beginning, revoked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from magica_mcp.cli.commands import app
from magica_mcp.cli.keys import table_of
from magica_mcp.local.keyring import KeyTerms, StoredKey

NOW = datetime.now(UTC)


def keys(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        app, ["keys", *arguments, "--home", str(home)], env={"COLUMNS": "200"}
    )


def test_a_key_is_shown_once_and_listed_by_its_beginning(tmp_path: Path) -> None:
    made = keys(tmp_path, "create", "laptop", "--per-minute", "5").stdout.strip()

    listed = keys(tmp_path).stdout

    assert made.startswith("gx_")
    assert made not in listed
    assert f"{made[:8]}…" in listed
    assert "5/min" in listed


def test_a_revoked_key_is_gone(tmp_path: Path) -> None:
    keys(tmp_path, "create", "laptop")

    revoked = keys(tmp_path, "revoke", "laptop")

    assert revoked.stdout.startswith("Revoked: laptop")
    assert keys(tmp_path, "list").stdout.strip() == (
        "No keys yet. Make one: magica-mcp keys create NAME"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["create"], "A key needs a label."),
        (["create", "a", "--expires", "2020-01-31"], "would have expired already"),
        (["create", "a", "--per-day", "0"], "allows 1 to 100,000 requests per day"),
        (["revoke", "b"], "There is no key 'b'. The account has no keys."),
    ],
)
def test_what_cannot_be_is_one_sentence(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    refused = keys(tmp_path, *arguments)

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert sentence in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_key_that_is_over_is_told_as_such() -> None:
    terms = KeyTerms("old", per_day=7, expires_at=NOW - timedelta(days=1))
    over = StoredKey(id="key_1", prefix="gx_abcde", terms=terms, created_at=NOW.isoformat())

    head, row = table_of([over]).splitlines()

    assert head.split("  ")[0] == "name"
    assert row.startswith(f"old   gx_abcde…    7/day     {terms.expires_at:%Y-%m-%d %H:%M} (over)")
