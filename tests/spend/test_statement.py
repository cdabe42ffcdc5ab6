"""What was spent, as rows by account, day and model, with what is not known among them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from magica_mcp.spend.entries import State
from magica_mcp.spend.journal import Journal
from magica_mcp.spend.statement import (
    Amounts,
    Row,
    by_account,
    day_of,
    first_day,
    statement,
    total,
)
from magica_mcp.spend.wishes import Wish

NOON = datetime(2026, 11, 25, 12).astimezone()
TODAY = date(2026, 11, 25)


class Story:
    """Runs as they happen: started at some time, and settled or not."""

    def __init__(self, folder: Path) -> None:
        self.now = NOON
        self.journal = Journal(folder / "journal.sqlite", now=lambda: self.now)
        self._count = 0

    def run(
        self, what: str, *, estimate: int | None, charge: int | None, account: str = "me"
    ) -> None:
        self._count += 1
        wish = Wish(account, "execute_tool", what, {"number": self._count}, estimate)
        (decision,) = self.journal.intend([wish])
        assert decision.entry is not None
        run_id = f"run-{self._count}"
        self.journal.started(decision.entry.id, run_id=run_id)
        if charge is not None:
            self.journal.settle(run_id, account=account, state=State.COMPLETED, charge=charge)

    def rows(self, *, days: int = 30) -> tuple[Row, ...]:
        since = first_day(self.now, days=days)
        return statement(
            self.journal.spent_by_day(since=since), self.journal.open_entries(since=since)
        )


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def test_runs_of_one_model_on_one_day_are_one_row(story: Story) -> None:
    story.run("flux_2_pro", estimate=35_000, charge=35_000)
    story.run("flux_2_pro", estimate=35_000, charge=35_000)
    story.run("gpt_5_4", estimate=100, charge=1_432)

    assert [(row.day, row.what, row.amounts) for row in story.rows()] == [
        (TODAY, "flux_2_pro", Amounts(runs=2, estimated=70_000, settled=2, charged=70_000)),
        (TODAY, "gpt_5_4", Amounts(runs=1, estimated=100, settled=1, charged=1_432, above=1_332)),
    ]


def test_a_run_without_a_known_charge_is_counted_apart_and_not_as_nothing(story: Story) -> None:
    story.run("flux_2_pro", estimate=35_000, charge=None)

    (row,) = story.rows()

    assert row.amounts == Amounts(runs=1, estimated=35_000, unsettled=1, reserved=35_000)


def test_the_newest_day_comes_first_and_days_before_the_period_do_not_come(story: Story) -> None:
    for days_ago in (40, 2, 0):
        story.now = NOON - timedelta(days=days_ago)
        story.run("flux_2_pro", estimate=1, charge=1)

    assert [row.day.day for row in story.rows(days=30)] == [25, 23]


def test_a_period_of_one_day_is_today_alone(story: Story) -> None:
    story.now = NOON - timedelta(days=1)
    story.run("flux_2_pro", estimate=1, charge=None)
    story.now = NOON
    story.run("flux_2_pro", estimate=1, charge=1)

    assert [row.day for row in story.rows(days=1)] == [TODAY]


def test_what_one_account_spent_is_not_added_to_another(story: Story) -> None:
    story.run("flux_2_pro", estimate=1, charge=1, account="hosted:a")
    story.run("flux_2_pro", estimate=2, charge=2, account="local:b")

    accounts = by_account(story.rows())

    assert {name: total(rows).charged for name, rows in accounts.items()} == {
        "hosted:a": 1,
        "local:b": 2,
    }


def test_an_empty_journal_has_no_rows(story: Story) -> None:
    assert story.rows() == ()
    assert total(()) == Amounts()


def test_a_day_is_a_day_of_this_machine() -> None:
    assert day_of(NOON.astimezone(UTC)) == TODAY
    assert first_day(NOON, days=1) == TODAY
