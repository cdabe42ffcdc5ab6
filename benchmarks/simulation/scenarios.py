"""What the strategies are put through, and the figures that come of it."""

import random
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import anyio

from benchmarks.simulation.hosted import Hosted, HostedRun, Windows
from benchmarks.simulation.strategies import WINDOW, Ours, Strategy
from benchmarks.simulation.virtual_time import run_virtually

MakeStrategy = Callable[[Hosted], Strategy]


@dataclass(frozen=True)
class Figures:
    """Requests in all, seconds from each end to its notice, refusals (429), the fullest minute."""

    requests: int
    lags: tuple[float, ...]
    refusals: int
    busiest_minute: int

    def lag(self, percent: int) -> float:
        """The lag that so many of a hundred runs stay within."""
        ordered = sorted(self.lags)
        return ordered[max(0, round(len(ordered) * percent / 100) - 1)]


def ours(learned: Sequence[float], *, window: float = WINDOW) -> MakeStrategy:
    """Our way, after these durations were learned."""
    return lambda hosted: Ours(hosted, learned=list(learned), window=window)


def about_five_minutes(chance: random.Random) -> float:
    """Normal, 300 s ± 60 s."""
    return max(30.0, chance.gauss(300, 60))


def one_run(make: MakeStrategy, *, seed: int) -> Figures:
    """One run of about five minutes, its start included."""
    return some_runs(make, lasts=[about_five_minutes(random.Random(seed))], seed=seed)


def some_runs(make: MakeStrategy, *, lasts: Sequence[float], seed: int) -> Figures:
    """One run after the other, starts included."""

    async def main() -> Figures:
        hosted = Hosted(seed=seed)
        strategy, lags = make(hosted), list[float]()
        for seconds in lasts:
            hosted.next_lasts(seconds)
            await _until_noticed(strategy, await strategy.start(None), lags)
        return _figures(hosted, lags)

    return run_virtually(main)


def many_runs(
    make: MakeStrategy,
    *,
    lasts: Sequence[float],
    seed: int = 1,
    node_type: str | None = None,
    windows: Windows | None = None,
) -> Figures:
    """Runs that somebody else started, all at once, waited for together."""

    async def main() -> Figures:
        hosted, lags = Hosted(seed=seed, windows=windows), list[float]()
        strategy = make(hosted)
        async with anyio.create_task_group() as waits:
            for seconds in lasts:
                run = hosted.begin(lasts=seconds, node_type=node_type)
                waits.start_soon(_until_noticed, strategy, run, lags)
        return _figures(hosted, lags)

    return run_virtually(main)


def starts_in_a_row(make: MakeStrategy, *, count: int, windows: Windows | None = None) -> Figures:
    """So many starts, as fast as may be; nobody waits for the runs."""

    async def main() -> Figures:
        hosted = Hosted(windows=windows)
        strategy = make(hosted)
        for _ in range(count):
            hosted.next_lasts(60.0)
            await strategy.start(None)
        return _figures(hosted, [])

    return run_virtually(main)


async def _until_noticed(strategy: Strategy, run: HostedRun, lags: list[float]) -> None:
    await strategy.wait(run)
    lags.append(anyio.current_time() - run.ends)


def _figures(hosted: Hosted, lags: Sequence[float]) -> Figures:
    at = hosted.arrivals
    minutes = [bisect_left(at, first + 60) - number for number, first in enumerate(at)]
    return Figures(len(at), tuple(lags), hosted.refusals, max(minutes, default=0))


def together(figures: Sequence[Figures]) -> Figures:
    """Several simulations as one."""
    return Figures(
        requests=sum(each.requests for each in figures),
        lags=tuple(lag for each in figures for lag in each.lags),
        refusals=sum(each.refusals for each in figures),
        busiest_minute=max(each.busiest_minute for each in figures),
    )
