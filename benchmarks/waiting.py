"""How waiting does: requests, lag and refusals of our schedule, fixed polling and backoff.

Hosted Magica is simulated with a key's real limits, in virtual time; local Magica is real.

usage: python -m benchmarks.waiting [simulated | local] [SEEDS | CALLS]
"""

import sys
from collections.abc import Mapping, Sequence

from benchmarks import waiting_locally as local
from benchmarks.simulation.promises import PROMISES, Outcome, Promise
from benchmarks.simulation.scenarios import MakeStrategy
from benchmarks.simulation.strategies import backoff, fixed

SEEDS = 5
CALLS = 1_000
SOON, MOST_REQUESTS = 0.1, 2
"""Against local Magica: seconds until a run's end is noticed, at p95, and requests of one wait."""
HEAVIEST, BUSIEST, LATEST = 1.2, 5, 1.0
"""Of many calls: memory against a bare tool, percent of a core while idle, seconds until all are
answered."""

STRATEGIES: Mapping[str, MakeStrategy | None] = {
    "ours": None,
    "every 3 s": fixed,
    "backoff": backoff,
}
COLUMNS: Mapping[str, str] = {
    "requests": "requests",
    "minute": "a minute ≤",
    "lag50": "lag p50",
    "lag95": "lag p95",
    "refusals": "429",
}


def line(name: str, figures: Mapping[str, float | None], *, verdict: str = "") -> str:
    """One row of a table."""
    cells = ["" if (figure := figures.get(each)) is None else f"{figure:.1f}" for each in COLUMNS]
    cells = [cell.removesuffix(".0") for cell in cells]
    return f"  {name:10}" + "".join(f"{cell:>12}" for cell in cells) + f"   {verdict}".rstrip()


def judged(promise: Promise, outcome: Outcome) -> str:
    verdicts = [
        f"{COLUMNS[each.name]} {'holds' if each.holds else 'does NOT hold'}"
        for each in promise.verdicts(outcome)
    ]
    return ", ".join(verdicts)


def simulated(seeds: Sequence[int]) -> bool:
    """Print each scenario, with the ways to wait side by side; whether every limit is kept."""
    print(f"\nof every figure the worst over {len(seeds)} seeds")
    kept = True
    for promise in PROMISES:
        print(f"\n{promise.title}\n{'':12}" + "".join(f"{name:>12}" for name in COLUMNS.values()))
        print(line("limit", promise.limits))
        for name, make in STRATEGIES.items():
            outcome = promise.outcome(make, seeds=seeds)
            verdict = judged(promise, outcome) if make is None else ""
            print(line(name, vars(outcome), verdict=verdict), flush=True)
            kept &= make is not None or all(each.holds for each in promise.verdicts(outcome))
    return kept


def against_local(calls: int) -> bool:
    """Print how soon ends are noticed, and what many calls weigh; whether every limit is kept."""
    print("\nlocal Magica, short model runs one after the other")
    lags, requests = local.notice(60, seconds=0.3)
    print(f"  {noticed(lags)}; {requests:.2f} requests a wait")
    kept = [
        held("noticed, p95", local.percentile(lags, 95), SOON, unit=" s"),
        held("requests of a wait", requests, MOST_REQUESTS),
    ]
    print(f"\nlocal Magica, {calls} calls of get_run_status at once")
    floor, lags = local.bare_weight(calls)
    print(f"  bare tool  {weighed(floor)}\n    one event for all: {noticed(lags)}")
    for paced in (True, False):
        weight, lags = local.our_weight(calls, paced=paced)
        ends = f"{local.ENDS_A_SECOND} ends a second" if paced else "ends as fast as they can"
        print(f"  ours       {weighed(weight)}")
        print(f"    {ends}: {noticed(lags)}; {weight.requests / calls:.2f} requests a wait")
        kept += [
            held("memory", weight.kilobytes / floor.kilobytes, HEAVIEST, unit=" x the bare tool"),
            held("processor while idle", weight.idle_cpu * 100, BUSIEST, unit=" % of a core"),
            held("noticed, all", max(lags), LATEST, unit=" s"),
        ]
    return all(kept)


def held(what: str, figure: float, limit: float, *, unit: str = "") -> bool:
    """Print a figure beside its limit; whether it is kept."""
    verdict = "holds" if figure <= limit else "does NOT hold"
    print(f"    {what:22}{figure:6.2f}   limit {limit:g}{unit}   {verdict}")
    return figure <= limit


def weighed(weight: local.Weight) -> str:
    return (
        f"{weight.kilobytes / 1024:6.1f} MB in all, {weight.kilobytes_a_call:5.1f} kB a call, "
        f"{weight.idle_cpu:.1%} of a core while idle"
    )


def noticed(lags: Sequence[float]) -> str:
    told = [local.percentile(lags, percent) * 1000 for percent in (50, 95, 100)]
    return f"noticed within {told[0]:.0f} ms (p50), {told[1]:.0f} ms (p95), {told[2]:.0f} ms (all)"


if __name__ == "__main__":
    which = sys.argv[1] if len(sys.argv) > 1 else "all"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else None
    seeds = count if count and which == "simulated" else SEEDS
    is_kept = which == "local" or simulated(range(1, seeds + 1))
    if which in {"all", "local"}:
        is_kept &= against_local(count or CALLS)
    sys.exit(not is_kept)
