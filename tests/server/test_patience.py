"""A client's limit is learned from two cuts at the same moment, and from nothing less."""

import pytest

from magica_mcp.server.patience import (
    MARGIN,
    TIMID_AFTER,
    Patience,
    after_cut,
    after_cut_of_run,
    after_full_wait,
)


def after(*cuts: float) -> Patience:
    known = Patience()
    for seconds in cuts:
        known = after_cut(known, seconds)
    return known


@pytest.mark.parametrize(
    ("cuts", "limit"),
    [
        ((), None),
        ((60.0,), None),
        ((60.0, 60.4), 60.0),
        ((61.9, 60.0), 60.0),
        ((60.0, 63.0), None),
        ((60.0, 200.0, 61.0), 60.0),
        ((10.0, 10.0), None),
        ((240.0, 240.0, 60.0, 60.0), 60.0),
    ],
)
def test_a_limit_is_learned_from_two_cuts_at_the_same_moment(
    cuts: tuple[float, ...], limit: float | None
) -> None:
    assert after(*cuts).limit == limit


def test_later_waits_stay_below_the_limit() -> None:
    assert after(60.0, 60.0).longest_wait == 60.0 * MARGIN


def test_a_limit_is_relaxed_when_nothing_is_cut_for_long() -> None:
    known = after(60.0, 60.0)
    for _ in range(TIMID_AFTER):
        known = after_full_wait(known, 60.0 * MARGIN)

    assert known.limit == 90.0


def test_short_waits_say_nothing_about_a_limit() -> None:
    known = after(60.0, 60.0)

    assert after_full_wait(known, 5.0) == known


def test_a_relaxed_limit_that_was_right_after_all_is_learned_again() -> None:
    known = after(60.0, 60.0)
    for _ in range(TIMID_AFTER):
        known = after_full_wait(known, 60.0 * MARGIN)

    assert after_cut(known, 60.3).limit == 60.0


def test_the_next_wait_for_a_run_that_was_cut_is_shorter() -> None:
    assert after_cut_of_run([30.0]) == pytest.approx(27.0)
    assert after_cut_of_run([]) is None
