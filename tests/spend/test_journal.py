"""Every paid request is written down before it is sent, and decided about in one transaction."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from magica_mcp.errors import ConfigurationError, InvalidInputError, JournalError
from magica_mcp.spend.entries import Entry, Spent, State
from magica_mcp.spend.journal import Again, Journal
from magica_mcp.spend.wishes import Wish


class Clock:
    """A time that moves only when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.sqlite", now=clock)
    yield opened
    opened.close()


def wish(prompt: str = "a fox", *, estimate: int | None = 5_000, occurrence: int = 0) -> Wish:
    return Wish("acc", "execute_tool", "flux_2_pro", {"prompt": prompt}, estimate, occurrence)


def intended(journal: Journal, wanted: Wish, *, again: Again = False) -> Entry:
    """The new entry of a wish."""
    (decision,) = journal.intend([wanted], again=again)
    assert decision.is_new
    assert decision.entry is not None
    return decision.entry


def running(journal: Journal, wanted: Wish, run_id: str, *, again: Again = False) -> Entry:
    entry = intended(journal, wanted, again=again)
    journal.started(entry.id, run_id=run_id)
    return entry


def answer(journal: Journal, wanted: Wish, *, again: Again = False) -> str | None:
    """The name of the earlier entry that answers a wish; None: it is new."""
    (decision,) = journal.intend([wanted], again=again)
    assert decision.entry is not None
    return None if decision.is_new else decision.entry.name


def test_a_run_is_found_by_its_id_with_estimate_and_charge(journal: Journal, clock: Clock) -> None:
    running(journal, wish(), "cm1")
    clock.forward(seconds=30)

    journal.settle("cm1", account="acc", state=State.COMPLETED, charge=4_000)

    found = journal.of_run("cm1", account="acc")
    assert found is not None
    assert (found.estimate, found.charge, found.state) == (5_000, 4_000, State.COMPLETED)
    assert found.finished_at == clock.now


def test_a_charge_counts_once(journal: Journal) -> None:
    running(journal, wish(), "cm1")

    news = [journal.settle("cm1", account="acc", state=State.COMPLETED, charge=1) for _ in range(2)]

    assert news == [True, False]
    assert journal.spent("acc").charged == 1


def test_a_run_that_was_started_elsewhere_is_unknown(journal: Journal) -> None:
    assert journal.of_run("cm-elsewhere", account="acc") is None


def test_the_same_wish_is_answered_by_the_run_that_it_led_to(journal: Journal) -> None:
    running(journal, wish(), "cm1")

    assert answer(journal, wish()) == "cm1"


def test_a_limit_that_refuses_leaves_nothing_behind(journal: Journal) -> None:
    def refuse(_spent: Spent) -> None:
        raise ConfigurationError("no")

    with pytest.raises(ConfigurationError):
        journal.intend([wish()], allows=refuse)

    assert answer(journal, wish()) is None


def test_a_limit_sees_what_is_charged_reserved_and_wanted(journal: Journal) -> None:
    seen: list[Spent] = []
    running(journal, wish("a"), "cm1")
    journal.settle("cm1", account="acc", state=State.COMPLETED, charge=4_000)
    running(journal, wish("b"), "cm2")
    journal.refused(intended(journal, wish("c", estimate=7)).id)

    journal.intend([wish("d", estimate=300)], allows=seen.append)

    assert seen == [Spent(charged=4_000, reserved=5_000, wanted=(300,))]


def test_again_with_a_name_that_is_no_run_of_this_request_is_refused(journal: Journal) -> None:
    running(journal, wish("a"), "cm1")

    with pytest.raises(InvalidInputError, match="cm1"):
        journal.intend([wish("b")], again="cm1")


def test_a_journal_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_text("this is not a database, but it is long enough")

    with pytest.raises(JournalError, match="nothing new is started"):
        Journal(tmp_path / "journal.sqlite").intend([wish()])


def test_several_that_open_a_new_journal_at_the_same_moment_all_may_use_it(tmp_path: Path) -> None:
    at_once = threading.Barrier(4)

    def write_down(number: int) -> str:
        journal = Journal(tmp_path / "journal.sqlite")
        at_once.wait(timeout=60)
        name = intended(journal, wish(f"fox {number}")).name
        journal.close()
        return name

    with ThreadPoolExecutor(4) as openers:
        names = set(openers.map(write_down, range(4)))

    assert len(names) == 4
