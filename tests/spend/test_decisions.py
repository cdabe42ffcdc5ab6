"""The same request means the same run, for as long as that run may still be what is wanted."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from magica_mcp.spend.decisions import Verdict, counting, verdict, verdicts_on_batch
from magica_mcp.spend.entries import OVER, UNANSWERED, Entry, State

NOW = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
BATCH = "this batch"

NEW, EARLIER, ASK = Verdict.NEW, Verdict.EARLIER, Verdict.ASK


def entry(
    state: State,
    *,
    age: timedelta = timedelta(0),
    seen: timedelta | None = None,
    entry_id: int = 1,
    repeats: int | None = None,
    batch: str | None = None,
) -> Entry:
    return Entry(
        id=entry_id,
        account="acc",
        tool="execute_tool",
        what="flux_2_pro",
        estimate=5_000,
        charge=None,
        run_id=f"cm{entry_id}" if state in OVER | {State.STARTED} else None,
        state=state,
        intended_at=NOW - age,
        seen_at=None if seen is None else NOW - seen,
        finished_at=None,
        repeats=repeats,
        batch=batch,
        holder=None,
    )


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_without_an_earlier_entry_a_request_is_new() -> None:
    assert verdict(None, now=NOW) is NEW


@pytest.mark.parametrize("state", sorted(UNANSWERED))
@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (seconds(0), EARLIER),
        (seconds(121), EARLIER),
        (hours(23.9), EARLIER),
        (hours(24), NEW),
        (hours(48), NEW),
    ],
)
def test_what_has_no_answer_stands_in_the_way_for_a_day(
    state: State, age: timedelta, expected: Verdict
) -> None:
    assert verdict(entry(state, age=age), now=NOW) is expected


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELED, State.REFUSED])
@pytest.mark.parametrize("age", [seconds(0), seconds(119), hours(1)])
def test_what_came_to_nothing_stands_in_nobodys_way(state: State, age: timedelta) -> None:
    assert verdict(entry(state, age=age), now=NOW) is NEW


@pytest.mark.parametrize(
    ("age", "expected"),
    [(seconds(0), EARLIER), (seconds(119.9), EARLIER), (seconds(120), NEW), (hours(1), NEW)],
)
def test_a_completed_run_answers_for_two_minutes_after_its_start(
    age: timedelta, expected: Verdict
) -> None:
    assert verdict(entry(State.COMPLETED, age=age), now=NOW) is expected


@pytest.mark.parametrize(
    ("age", "seen", "expected"),
    [
        (seconds(119.9), None, EARLIER),
        (seconds(120), None, ASK),
        (hours(3), None, ASK),
        (hours(3), seconds(0), EARLIER),
        (hours(3), seconds(119.9), EARLIER),
        (hours(3), seconds(120), ASK),
        (hours(72), seconds(10), EARLIER),
        (hours(72), hours(70), ASK),
    ],
)
def test_a_started_run_answers_while_it_is_fresh_or_was_just_seen_running(
    age: timedelta, seen: timedelta | None, expected: Verdict
) -> None:
    assert verdict(entry(State.STARTED, age=age, seen=seen), now=NOW) is expected


def test_a_clock_that_was_set_back_makes_an_entry_no_older() -> None:
    assert verdict(entry(State.STARTED, age=-hours(1)), now=NOW) is EARLIER


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], None),
        ([entry(State.UNKNOWN, entry_id=2), entry(State.STARTED, entry_id=1)], 1),
        ([entry(State.STARTED, entry_id=2), entry(State.STARTED, entry_id=1)], 2),
        ([entry(State.FAILED, entry_id=2), entry(State.STARTED, entry_id=1)], 1),
        ([entry(State.FAILED, entry_id=2), entry(State.CANCELED, entry_id=1)], 2),
        ([entry(State.UNKNOWN, entry_id=2), entry(State.SENT, entry_id=1)], 2),
        # whoever repeated the unknown one knew of it, and the repetition failed
        ([entry(State.FAILED, entry_id=2, repeats=1), entry(State.UNKNOWN, entry_id=1)], 2),
        ([entry(State.STARTED, entry_id=2, repeats=1), entry(State.UNKNOWN, entry_id=1)], 2),
        # a run that was repeated on purpose is still a run
        ([entry(State.FAILED, entry_id=2, repeats=1), entry(State.STARTED, entry_id=1)], 1),
    ],
)
def test_a_live_run_counts_before_what_has_no_answer_and_that_before_what_is_over(
    entries: Sequence[Entry], expected: int | None
) -> None:
    counts = counting(entries, now=NOW)

    assert (counts and counts.id) == expected


FRESH_RUN = entry(State.STARTED, age=seconds(30), batch=BATCH)
OLD_RUN = entry(State.COMPLETED, age=hours(1), batch=BATCH)
OLDEST_RUN = entry(State.COMPLETED, age=hours(25), batch=BATCH)
OTHER_BATCH = entry(State.COMPLETED, age=hours(1), batch="another batch")
NO_BATCH = entry(State.COMPLETED, age=hours(1))
FAILED = entry(State.FAILED, age=hours(1), batch=BATCH)
UNKNOWN = entry(State.UNKNOWN, age=hours(1), batch=BATCH)


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        pytest.param([None, None], [NEW, NEW], id="nothing of it was ever started"),
        pytest.param([OLD_RUN, None], [EARLIER, NEW], id="what is missing is started"),
        pytest.param([OLD_RUN, FAILED], [EARLIER, NEW], id="what failed is missing"),
        pytest.param([OLD_RUN, FRESH_RUN], [EARLIER, EARLIER], id="one part is still under way"),
        pytest.param([OLD_RUN, OLD_RUN], [NEW, NEW], id="all of it is over: once more"),
        pytest.param([OLD_RUN, UNKNOWN], [EARLIER, EARLIER], id="one part has no answer"),
        pytest.param([OLDEST_RUN, None], [NEW, NEW], id="too long ago to be the same wish"),
        pytest.param([OTHER_BATCH, None], [NEW, NEW], id="a run of another batch"),
        pytest.param([NO_BATCH, FRESH_RUN], [NEW, EARLIER], id="a run by itself"),
        pytest.param([FAILED, FAILED], [NEW, NEW], id="all of it failed"),
        pytest.param([], [], id="an empty batch"),
    ],
)
def test_of_a_repeated_batch_only_what_is_missing_is_new(
    earlier: Sequence[Entry | None], expected: Sequence[Verdict]
) -> None:
    alone = [verdict(each, now=NOW) for each in earlier]

    assert verdicts_on_batch(earlier, alone, batch=BATCH, now=NOW) == expected


def test_a_batch_leaves_alone_what_must_be_asked_about() -> None:
    old = entry(State.STARTED, age=hours(1), batch=BATCH)

    assert verdicts_on_batch([old, None], [ASK, NEW], batch=BATCH, now=NOW) == [ASK, NEW]
