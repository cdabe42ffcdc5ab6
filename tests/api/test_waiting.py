"""The whole of waiting, simulated: the real client and watcher on hosted Magica's limits."""

import random

import pytest

from benchmarks.simulation.hosted import Windows
from benchmarks.simulation.scenarios import (
    Figures,
    about_five_minutes,
    many_runs,
    median_requests,
    one_run,
    ours,
    some_runs,
    starts_in_a_row,
    together,
)
from benchmarks.simulation.strategies import backoff, fixed


def five_minute_runs(count: int, *, seed: int) -> list[float]:
    chance = random.Random(seed)
    return [about_five_minutes(chance) for _ in range(count)]


def single_runs(count: int) -> list[Figures]:
    return [
        one_run(ours(five_minute_runs(20, seed=seed + 1_000)), seed=seed) for seed in range(count)
    ]


def mixed(*, seed: int = 1) -> list[float]:
    chance = random.Random(seed)
    return [chance.uniform(30, 600) for _ in range(100)]


def test_a_five_minute_run_takes_fifteen_requests_and_is_noticed_in_fifteen_seconds() -> None:
    figures = single_runs(60)

    assert median_requests(figures) <= 15
    assert together(figures).lag(95) <= 15


@pytest.mark.parametrize(
    "windows", [Windows(), Windows(slides=True), Windows(slides=True, told=False)]
)
def test_a_hundred_runs_never_meet_a_limit_and_are_noticed_soon(windows: Windows) -> None:
    figures = many_runs(ours([]), lasts=mixed(), windows=windows)

    assert (figures.refusals, figures.busiest_minute <= 30, figures.lag(95) <= 10) == (
        0,
        True,
        True,
    )


def test_a_day_of_five_minute_runs_stays_within_its_requests() -> None:
    figures = some_runs(
        ours(five_minute_runs(20, seed=1)), lasts=five_minute_runs(200, seed=2), seed=3
    )

    assert figures.requests < 1_000
    assert (figures.refusals, figures.lag(95) <= 60) == (0, True)


def test_a_client_that_waits_a_minute_at_a_time_costs_no_more_of_the_day() -> None:
    figures = some_runs(
        ours(five_minute_runs(20, seed=1), window=55), lasts=five_minute_runs(200, seed=2), seed=3
    )

    assert figures.requests < 1_000


@pytest.mark.parametrize(
    "windows", [Windows(), Windows(slides=True), Windows(told=False), Windows(per_minute=10)]
)
def test_starts_in_a_row_never_meet_a_limit(windows: Windows) -> None:
    assert starts_in_a_row(ours([]), count=80, windows=windows).refusals == 0


def test_a_hundred_model_runs_never_meet_a_limit() -> None:
    figures = many_runs(ours([]), lasts=mixed(), node_type="flux_2_pro")

    assert (figures.refusals, len(figures.lags)) == (0, 100)


def test_others_do_meet_it() -> None:
    lasts = mixed()[:40]

    assert all(many_runs(make, lasts=lasts).refusals > 0 for make in (fixed, backoff))
