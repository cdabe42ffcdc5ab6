"""The whole of waiting, simulated: the real client and watcher on hosted Magica's limits."""

import pytest

from benchmarks.simulation.hosted import Windows
from benchmarks.simulation.promises import PROMISES, Promise, mixed_runs
from benchmarks.simulation.scenarios import many_runs, ours, starts_in_a_row
from benchmarks.simulation.strategies import backoff, fixed
from tests.thoroughness import IS_THOROUGH

SEEDS = range(1, 21 if IS_THOROUGH else 3)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.title)
def test_what_waiting_is_held_to_holds(promise: Promise, seed: int) -> None:
    verdicts = promise.verdicts(promise.run(None, seed))

    assert verdicts
    assert [each for each in verdicts if not each.holds] == []


@pytest.mark.parametrize(
    "windows", [Windows(slides=True), Windows(slides=True, told=False), Windows(told=False)]
)
def test_a_hundred_runs_never_meet_a_limit_however_it_is_counted(windows: Windows) -> None:
    figures = many_runs(ours([]), lasts=mixed_runs(100, seed=1), windows=windows)

    assert (figures.refusals, figures.busiest_minute <= 30, figures.lag(95) <= 10) == (
        0,
        True,
        True,
    )


@pytest.mark.parametrize(
    "windows", [Windows(slides=True), Windows(told=False), Windows(per_minute=10)]
)
def test_starts_in_a_row_never_meet_a_limit_however_it_is_counted(windows: Windows) -> None:
    assert starts_in_a_row(ours([]), count=80, windows=windows).refusals == 0


def test_others_do_meet_it() -> None:
    lasts = mixed_runs(40, seed=1)

    assert all(many_runs(make, lasts=lasts).refusals > 0 for make in (fixed, backoff))
