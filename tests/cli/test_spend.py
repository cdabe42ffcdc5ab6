"""`magica-mcp spend`: what was spent, for people and for scripts."""

import csv
import io
import json
from pathlib import Path

import pytest

from magica_mcp.cli.spend import run_spend
from magica_mcp.errors import JournalError
from magica_mcp.spend.entries import State
from magica_mcp.spend.journal import Journal
from magica_mcp.spend.wishes import Wish


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one settled run and one whose charge nobody knows."""
    journal = Journal(tmp_path / "journal.sqlite")
    for number, charge in enumerate((1_432, None)):
        wish = Wish("me", "execute_tool", "gpt_5_4", {"number": number}, 100)
        (decision,) = journal.intend([wish])
        assert decision.entry is not None
        journal.started(decision.entry.id, run_id=f"run-{number}")
        if charge is not None:
            journal.settle("run-0", account="me", state=State.COMPLETED, charge=charge)
    journal.close()
    return tmp_path


def test_the_table_tells_estimates_charges_and_what_is_not_known(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_spend(home=home, days=30, form="table")

    told = capsys.readouterr().out
    assert "gpt_5_4" in told
    assert "0.001432" in told
    assert "0.001332" in told
    assert "1 paid request is not settled: what was charged is not known" in told
    assert "not what was started in the app" in told


def test_json_holds_every_row_and_the_sum_of_each_account(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_spend(home=home, days=30, form="json")

    told = json.loads(capsys.readouterr().out)
    amounts = {
        "runs": 2,
        "estimatedMicrocredits": 200,
        "settledRuns": 1,
        "chargedMicrocredits": 1_432,
        "aboveEstimateMicrocredits": 1_332,
        "unsettledRuns": 1,
        "reservedMicrocredits": 100,
    }
    assert told["totals"] == {"me": amounts}
    assert [row.items() >= amounts.items() for row in told["rows"]] == [True]


def test_csv_has_a_heading_and_one_line_for_each_row(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_spend(home=home, days=30, form="csv")

    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["account"], row["what"]) == ("me", "gpt_5_4")
    assert row["chargedMicrocredits"] == "1432"


def test_without_a_journal_nothing_was_spent_and_none_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_spend(home=tmp_path, days=1, form="table")

    assert "Nothing was spent from here today." in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_scripts_get_an_empty_statement_where_nothing_was_spent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_spend(home=tmp_path, days=1, form="json")

    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["totals"]) == ([], {})


def test_a_journal_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_text("this is no database, " * 100)

    with pytest.raises(JournalError, match="cannot be used"):
        run_spend(home=tmp_path, days=1, form="table")
