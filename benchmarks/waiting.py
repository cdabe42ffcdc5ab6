"""How waiting does: requests, lag and refusals of our schedule, fixed polling and backoff.

Hosted Magica is simulated with a key's real limits, in virtual time; local Magica is real.

usage: python -m benchmarks.waiting [simulated | local] [CALLS]
"""

import random
import sys
from collections.abc import Callable, Mapping

from benchmarks import waiting_locally as local
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
from benchmarks.simulation.strategies import backoff, fixed

SINGLE_RUNS = 200
LEARNED = 20
CALLS = 1_000


def five_minute_runs(count: int, *, seed: int) -> list[float]:
    chance = random.Random(seed)
    return [about_five_minutes(chance) for _ in range(count)]


def mixed_runs(count: int, *, seed: int) -> list[float]:
    """Between half a minute and ten."""
    chance = random.Random(seed)
    return [chance.uniform(30, 600) for _ in range(count)]


def single(make: MakeStrategy | None) -> str:
    """One five-minute run, many times."""
    figures = [
        one_run(make or ours(five_minute_runs(LEARNED, seed=seed + 10_000)), seed=seed)
        for seed in range(SINGLE_RUNS)
    ]
    requests = sorted(each.requests for each in figures)[SINGLE_RUNS // 2]
    return line(together(figures), requests=requests)


def hundred(make: MakeStrategy | None) -> str:
    return line(many_runs(make or ours([]), lasts=mixed_runs(100, seed=1)))


def hundred_models(make: MakeStrategy | None) -> str:
    lasts = mixed_runs(100, seed=1)
    return line(many_runs(make or ours([]), lasts=lasts, node_type="flux_2_pro"))


def day(make: MakeStrategy | None) -> str:
    learned = five_minute_runs(LEARNED, seed=1)
    return line(some_runs(make or ours(learned), lasts=five_minute_runs(200, seed=2), seed=3))


def day_of_short_waits(make: MakeStrategy | None) -> str:
    learned = five_minute_runs(LEARNED, seed=1)
    shortly = make or ours(learned, window=55)
    return line(some_runs(shortly, lasts=five_minute_runs(200, seed=2), seed=3))


def starts(make: MakeStrategy | None) -> str:
    return line(starts_in_a_row(make or ours([]), count=100))


SCENARIOS: Mapping[str, Callable[[MakeStrategy | None], str]] = {
    "one run of 300 s ± 60 s after 20 learned ones (median of requests)": single,
    "100 workflow runs of 30 to 600 s at once": hundred,
    "100 model runs of 30 to 600 s at once (one request each)": hundred_models,
    "a day of 200 five-minute runs one after the other, starts included": day,
    "the same, in waits of 55 s": day_of_short_waits,
    "100 starts in a row": starts,
}
STRATEGIES: Mapping[str, MakeStrategy | None] = {
    "ours": None,
    "every 3 s": fixed,
    "backoff": backoff,
}


def line(figures: Figures, *, requests: int | None = None) -> str:
    count = figures.requests if requests is None else requests
    lags = f"{figures.lag(50):9.1f} {figures.lag(95):9.1f}" if figures.lags else f"{'':19}"
    return f"{count:9} {figures.busiest_minute:11} {lags} {figures.refusals:6}"


def simulated() -> None:
    """Print each scenario, with the ways to wait side by side."""
    for title, run in SCENARIOS.items():
        print(f"\n{title}\n{'':12} requests  a minute ≤  lag p50   lag p95    429")
        for name, make in STRATEGIES.items():
            print(f"  {name:10} {run(make)}")


def against_local(calls: int) -> None:
    """Print how soon ends are noticed, and what many calls weigh."""
    print("\nlocal Magica, short model runs one after the other")
    lags, requests = local.notice(60, seconds=0.3)
    told = [local.percentile(lags, percent) * 1000 for percent in (50, 95)]
    print(f"  noticed within {told[0]:.0f} ms (p50), {told[1]:.0f} ms (p95)")
    print(f"  {requests:.2f} requests a wait")
    print(f"\nlocal Magica, {calls} calls of get_run_status at once")
    floor = local.bare_weight(calls)
    weight, lags = local.our_weight(calls)
    told = [local.percentile(lags, percent) * 1000 for percent in (50, 95, 100)]
    for name, each in (("bare tool", floor), ("ours", weight)):
        megabytes = each.kilobytes / 1024
        print(
            f"  {name:10} {megabytes:6.1f} MB in all, {each.kilobytes_a_call:5.1f} kB a call, "
            f"{each.idle_cpu:.1%} of a core while idle"
        )
    print(f"  memory: {weight.kilobytes / floor.kilobytes:.2f} times the bare tool's")
    print(
        f"  noticed within {told[0]:.0f} ms (p50), {told[1]:.0f} ms (p95), {told[2]:.0f} ms (all)"
    )
    print(f"  {weight.requests / calls:.2f} requests a wait")


if __name__ == "__main__":
    which = sys.argv[1] if len(sys.argv) > 1 else "all"
    if which in {"all", "simulated"}:
        simulated()
    if which in {"all", "local"}:
        against_local(int(sys.argv[2]) if len(sys.argv) > 2 else CALLS)
