"""Old entries go, a few with each new one; what budgets and repeated requests need stays."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from magica_mcp.spend.entries import DOUBT, State
from magica_mcp.spend.journal import KEPT, Journal
from magica_mcp.spend.wishes import Wish

MINUTE = timedelta(minutes=1)


class Days:
    """A journal and its clock."""

    def __init__(self, file: Path) -> None:
        self.now = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
        self.file = file
        self.journal = Journal(file, now=lambda: self.now)

    def intend(self, *prompts: str) -> list[int]:
        """The entries of one request, or of a batch."""
        wishes = [wish(prompt) for prompt in prompts]
        decided = self.journal.intend(wishes, is_batch=len(wishes) > 1)
        return [each.entry.id for each in decided if each.is_new and each.entry is not None]

    def run(self, *prompts: str, charge: int | None = 4_000) -> None:
        for entry_id in self.intend(*prompts):
            self.journal.started(entry_id, run_id=f"cm{entry_id}-{self.now:%m%d}")
            if charge is not None:
                self.journal.settle(
                    f"cm{entry_id}-{self.now:%m%d}",
                    account="acc",
                    state=State.COMPLETED,
                    charge=charge,
                )

    def entries(self) -> int:
        with closing(sqlite3.connect(self.file)) as database:
            return int(database.execute("SELECT count(*) FROM entries").fetchone()[0])


def wish(prompt: str) -> Wish:
    return Wish("acc", "execute_tool", "flux_2_pro", {"prompt": prompt}, 5_000)


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    opened = Days(tmp_path / "journal.sqlite")
    yield opened
    opened.journal.close()


@pytest.mark.parametrize(
    "at_a_time",
    [
        pytest.param([1, 1, 1], id="single requests"),
        pytest.param([40], id="one batch"),
        pytest.param([1, 40], id="both"),
    ],
)
def test_however_requests_come_the_journal_stops_growing(
    at_a_time: Sequence[int], days: Days
) -> None:
    pause, times = KEPT / 5, 15

    for time in range(times):
        for number, many in enumerate(at_a_time):
            days.run(*(f"{time} {number} {each}" for each in range(many)))
        days.now += pause

    assert days.entries() <= (KEPT // pause + 1) * sum(at_a_time)


def test_what_a_wrong_clock_dated_ahead_does_not_keep_the_rest(days: Days) -> None:
    right = days.now
    days.now = right + timedelta(days=365)
    days.run("ahead 1")
    days.run("ahead 2")
    days.now = right
    days.run("in time")
    days.now = right + KEPT + MINUTE

    days.run("later")

    assert days.entries() == 3


def test_a_long_history_that_is_overdue_goes_little_by_little(days: Days) -> None:
    days.run(*(f"old {number}" for number in range(40)))
    days.now += KEPT + MINUTE

    counts = []
    for number in range(5):
        days.run(f"new {number}")
        counts.append(days.entries())

    assert counts == [39, 38, 37, 36, 35]


@pytest.mark.parametrize("end", ["refused", "unknown"])
def test_requests_without_a_run_let_old_entries_go_too(days: Days, end: str) -> None:
    days.run("old")
    days.now += KEPT + MINUTE
    (new,) = days.intend("new")

    getattr(days.journal, end)(new)

    assert days.entries() == 1


def test_a_journal_that_is_only_read_forgets_nothing(days: Days) -> None:
    days.run("a", "b")
    days.now += KEPT + MINUTE

    days.journal.consider([wish("c")])
    days.journal.spent("acc")

    assert days.entries() == 2


def test_an_entry_that_is_just_young_enough_stays(days: Days) -> None:
    days.run("old")
    days.now += KEPT

    days.run("new")

    assert days.entries() == 2


def test_the_sums_by_day_outlive_their_entries(days: Days) -> None:
    days.run("old", charge=4_000)
    before = days.journal.spent_by_day()
    days.now += KEPT + MINUTE

    days.run("new")

    assert days.journal.of_run("cm1-0101", account="acc") is None
    assert days.journal.spent_by_day()[1:] == before


def test_what_is_reserved_is_still_reserved_after_many_new_entries(days: Days) -> None:
    days.run("never settled", charge=None)
    days.now += DOUBT - MINUTE

    for number in range(20):
        days.run(f"new {number}", charge=0)

    assert days.journal.spent("acc").reserved == 5_000


def test_what_has_no_answer_still_stands_in_the_way_after_many_new_entries(days: Days) -> None:
    (entry_id,) = days.intend("a fox")
    days.journal.unknown(entry_id)
    days.now += DOUBT - MINUTE

    for number in range(20):
        days.run(f"new {number}")

    assert days.intend("a fox") == []


def test_a_run_of_weeks_ago_can_still_be_repeated_by_its_name(days: Days) -> None:
    days.run("a fox")
    days.now += KEPT - timedelta(days=1)
    for number in range(20):
        days.run(f"new {number}")

    (decision,) = days.journal.intend([wish("a fox")], again="cm1-0101")

    assert decision.entry is not None
    assert (decision.is_new, decision.entry.repeats) == (True, 1)


def test_nothing_is_kept_for_less_than_budgets_and_repetitions_need() -> None:
    assert KEPT > DOUBT


def test_a_refused_limit_forgets_nothing(days: Days) -> None:
    days.run("old")
    days.now += KEPT + MINUTE

    def refuse(_spent: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        days.journal.intend([wish("new")], allows=refuse)

    assert days.entries() == 1
