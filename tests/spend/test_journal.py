"""Every paid request is written down before it is sent."""

from pathlib import Path

import pytest

from magica_mcp.errors import ConfigurationError
from magica_mcp.spend.journal import Journal, request_key


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.sqlite")


def test_the_same_wish_has_the_same_key_however_its_arguments_are_ordered() -> None:
    one = request_key("a", "execute_tool", {"x": 1, "y": {"b": 2, "a": 3}})
    other = request_key("a", "execute_tool", {"y": {"a": 3, "b": 2}, "x": 1})

    assert one == other


@pytest.mark.parametrize("changed", [("b", "t", {"x": 1}), ("a", "u", {"x": 1}), ("a", "t", {})])
def test_another_account_tool_or_argument_is_another_wish(
    changed: tuple[str, str, dict[str, int]],
) -> None:
    assert request_key(*changed) != request_key("a", "t", {"x": 1})


def test_a_run_is_found_by_its_id_with_estimate_and_charge(journal: Journal) -> None:
    entry = journal.intend("key", tool="start_run", what="flux_2_pro", estimate=5000)
    journal.started(entry, run_id="cm1")

    journal.charged("cm1", microcredits=4000)

    found = journal.of_run("cm1")
    assert found is not None
    assert (found.estimate, found.charge, found.refused) == (5000, 4000, False)


def test_a_charge_counts_once(journal: Journal) -> None:
    entry = journal.intend("key", tool="start_run", what="x", estimate=1)
    journal.started(entry, run_id="cm1")

    assert [journal.charged("cm1", microcredits=1) for _ in range(2)] == [True, False]


def test_a_run_that_was_accepted_cannot_be_noted_as_refused(journal: Journal) -> None:
    entry = journal.intend("key", tool="start_run", what="x", estimate=1)
    journal.started(entry, run_id="cm1")
    journal.refused(entry)

    found = journal.of_run("cm1")

    assert found is not None
    assert not found.refused


def test_a_run_that_was_started_elsewhere_is_unknown(journal: Journal) -> None:
    assert journal.of_run("cm-elsewhere") is None


def test_a_journal_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_text("this is not a database, but it is long enough")

    with pytest.raises(ConfigurationError, match="Nothing was sent"):
        Journal(tmp_path / "journal.sqlite").intend("k", tool="t", what="w", estimate=None)
