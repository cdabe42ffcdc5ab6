import stat
import sys
from pathlib import Path

import pytest

from magica_mcp.local.instance import (
    Instance,
    proof_of,
    read_instance,
    remove_instance,
    write_instance,
    write_private,
)

INSTANCE = Instance(
    pid=4711, host="127.0.0.1", port=8787, instance_id="one", version="0.1.0", token="secret"
)


def test_a_noted_instance_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_instance(tmp_path, INSTANCE)

    assert read_instance(tmp_path) == INSTANCE


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file modes")
def test_only_the_owner_may_read_the_note(tmp_path: Path) -> None:
    write_instance(tmp_path, INSTANCE)

    mode = (tmp_path / "local" / "local.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_home_without_a_note_has_no_instance(tmp_path: Path) -> None:
    assert read_instance(tmp_path) is None


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"pid": 1}'])
def test_a_damaged_note_counts_as_none(tmp_path: Path, text: str) -> None:
    write_instance(tmp_path, INSTANCE)
    write_private(tmp_path / "local" / "local.json", text)

    assert read_instance(tmp_path) is None


def test_an_ended_instance_takes_its_note_back(tmp_path: Path) -> None:
    write_instance(tmp_path, INSTANCE)

    remove_instance(tmp_path, INSTANCE.instance_id)

    assert read_instance(tmp_path) is None


def test_an_ended_instance_leaves_the_note_of_its_successor(tmp_path: Path) -> None:
    write_instance(tmp_path, INSTANCE)

    remove_instance(tmp_path, "an earlier one")

    assert read_instance(tmp_path) == INSTANCE


def test_writing_a_note_leaves_nothing_else_behind(tmp_path: Path) -> None:
    write_instance(tmp_path, INSTANCE)

    assert [path.name for path in (tmp_path / "local").iterdir()] == ["local.json"]


def test_the_token_does_not_show_in_a_repr() -> None:
    assert "secret" not in repr(INSTANCE)


@pytest.mark.parametrize(
    ("host", "origin"), [("127.0.0.1", "http://127.0.0.1:8787"), ("::1", "http://[::1]:8787")]
)
def test_an_origin_is_a_url(host: str, origin: str) -> None:
    assert INSTANCE.model_copy(update={"host": host}).origin == origin


@pytest.mark.parametrize(
    "change", [{"token": "guessed"}, {"port": 9999}, {"instance_id": "another"}]
)
def test_a_proof_holds_for_one_token_port_and_instance_only(change: dict[str, object]) -> None:
    other = INSTANCE.model_copy(update=change)

    assert proof_of(other, nonce="n" * 16) != proof_of(INSTANCE, nonce="n" * 16)


def test_a_proof_answers_one_nonce_only() -> None:
    assert proof_of(INSTANCE, nonce="a" * 16) != proof_of(INSTANCE, nonce="b" * 16)
