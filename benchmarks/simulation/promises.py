"""What waiting for hosted runs is held to: scenarios, each with its limits, for any seed."""

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchmarks.simulation.scenarios import (
    Figures,
    MakeStrategy,
    about_five_minutes,
    many_runs,
    one_run,
    ours,
    some_runs,
    starts_in_a_row,
    together,
)

LEARNED = 20
SINGLE_RUNS = 100
RUNS_A_DAY = 200
SHORT_WINDOW = 55.0
"""Seconds of one wait in a client that gives up after a minute."""


@dataclass(frozen=True)
class Outcome:
    """The figures of one scenario; lags are None where nobody waits."""

    requests: float
    minute: float
    """Requests in the fullest minute."""
    lag50: float | None
    lag95: float | None
    refusals: float


@dataclass(frozen=True)
class Verdict:
    """A figure against its limit."""

    name: str
    figure: float
    limit: float

    @property
    def holds(self) -> bool:
        return self.figure <= self.limit


@dataclass(frozen=True)
class Promise:
    """A scenario and the most that its figures may be, by their names in `Outcome`."""

    title: str
    run: Callable[[MakeStrategy | None, int], Outcome]
    """With a strategy (None: ours) and a seed."""
    limits: Mapping[str, float] = field(default_factory=dict)

    def outcome(self, make: MakeStrategy | None, *, seeds: Sequence[int]) -> Outcome:
        """The worst of every figure over all seeds."""
        return worst([self.run(make, seed) for seed in seeds])

    def verdicts(self, outcome: Outcome) -> tuple[Verdict, ...]:
        return tuple(
            Verdict(name, getattr(outcome, name), limit) for name, limit in self.limits.items()
        )


def worst(outcomes: Sequence[Outcome]) -> Outcome:
    return Outcome(
        requests=max(each.requests for each in outcomes),
        minute=max(each.minute for each in outcomes),
        lag50=max((each.lag50 for each in outcomes if each.lag50 is not None), default=None),
        lag95=max((each.lag95 for each in outcomes if each.lag95 is not None), default=None),
        refusals=max(each.refusals for each in outcomes),
    )


def outcome_of(figures: Figures) -> Outcome:
    lag50, lag95 = (figures.lag(50), figures.lag(95)) if figures.lags else (None, None)
    return Outcome(figures.requests, figures.busiest_minute, lag50, lag95, figures.refusals)


def five_minute_runs(count: int, *, seed: int) -> list[float]:
    chance = random.Random(seed)
    return [about_five_minutes(chance) for _ in range(count)]


def mixed_runs(count: int, *, seed: int) -> list[float]:
    """Between half a minute and ten."""
    chance = random.Random(seed)
    return [chance.uniform(30, 600) for _ in range(count)]


def single(make: MakeStrategy | None, seed: int) -> Outcome:
    """One five-minute run, many times; of the requests, the median."""
    numbers = range(seed * 1_000, seed * 1_000 + SINGLE_RUNS)
    figures = [
        one_run(make or ours(five_minute_runs(LEARNED, seed=-number - 1)), seed=number)
        for number in numbers
    ]
    median = statistics.median(each.requests for each in figures)
    return replace(outcome_of(together(figures)), requests=median)


def hundred(make: MakeStrategy | None, seed: int) -> Outcome:
    return outcome_of(many_runs(make or ours([]), lasts=mixed_runs(100, seed=seed), seed=seed))


def hundred_models(make: MakeStrategy | None, seed: int) -> Outcome:
    lasts = mixed_runs(100, seed=seed)
    return outcome_of(many_runs(make or ours([]), lasts=lasts, seed=seed, node_type="flux_2_pro"))


def day(make: MakeStrategy | None, seed: int) -> Outcome:
    learned = five_minute_runs(LEARNED, seed=-seed - 1)
    lasts = five_minute_runs(RUNS_A_DAY, seed=seed)
    return outcome_of(some_runs(make or ours(learned), lasts=lasts, seed=seed))


def day_of_short_waits(make: MakeStrategy | None, seed: int) -> Outcome:
    learned = five_minute_runs(LEARNED, seed=-seed - 1)
    return day(make or ours(learned, window=SHORT_WINDOW), seed)


def starts(make: MakeStrategy | None, seed: int) -> Outcome:
    del seed  # nothing in it is left to chance
    return outcome_of(starts_in_a_row(make or ours([]), count=100))


OF_A_DAY: Mapping[str, float] = {"requests": 999, "lag95": 60, "refusals": 0}

PROMISES = (
    Promise(
        "one run of 300 s ± 60 s after 20 learned ones (median of requests)",
        single,
        {"requests": 15, "lag95": 15},
    ),
    Promise(
        "100 workflow runs of 30 to 600 s at once",
        hundred,
        {"minute": 30, "lag95": 10, "refusals": 0},
    ),
    Promise(
        "100 model runs of 30 to 600 s at once (one request each)",
        hundred_models,
        {"refusals": 0},
    ),
    Promise("a day of 200 five-minute runs one after the other, starts included", day, OF_A_DAY),
    Promise("the same, in waits of 55 s", day_of_short_waits, OF_A_DAY),
    Promise("100 starts in a row", starts, {"refusals": 0}),
)
