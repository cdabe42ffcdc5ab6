"""When the next look at a run is due, and what is said of it.

Pure: from how long such runs take, how long this one has run, how many runs are waited for, and
what is left of the key's minute and day.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from magica_mcp.api.quota import Quota
from magica_mcp.memory import Usual

FIRST_LOOK = 2.0
"""Seconds after its start when a run is first looked at: what is wrong from the start shows."""
LONGEST_GAP = 13.5
"""Seconds between looks at one run around its expected end, while the quota is whole."""
SHORTEST_GAP = 2.0
"""However many runs share a look: half of a key's minute."""
SHARED_GAP = 4.0
"""Between looks that answer for many runs at once."""
SPARSEST_GAP = 60.0
"""Between looks at a run that takes unusually long, while the quota is whole."""

PRIORS: Mapping[str, Usual] = {
    "image": Usual(15, 45),
    "video": Usual(120, 300),
    "audio": Usual(20, 60),
    "3d": Usual(90, 240),
    "llm": Usual(8, 30),
    "text": Usual(8, 30),
    "utility": Usual(8, 30),
    "workflow": Usual(60, 240),
}
"""What is supposed of a category before any run was seen; looked for within its words."""
UNKNOWN = Usual(30, 120)


@dataclass(frozen=True)
class Thrift:
    """How sparing looks have to be."""

    day_share: float
    """From which share of the day's quota on, as in `Quota`."""
    rarer: float
    """How many times rarer than usual looks are."""
    reach: float
    """How far around the median an end is expected, in spreads; who saves, bets on the middle."""


PLENTY = Thrift(0.92, rarer=1.0, reach=1.75)
THRIFTS = (
    PLENTY,
    Thrift(0.86, rarer=2.0, reach=1.65),
    Thrift(0.25, rarer=4.2, reach=1.45),
    Thrift(0.12, rarer=10.0, reach=1.2),
    Thrift(0.0, rarer=30.0, reach=1.0),
)
"""From whole to used up. With the third, five-minute runs one after the other last a day."""

SPACING = ((30, SHORTEST_GAP), (21, 2 * SHORTEST_GAP), (0, 5 * SHORTEST_GAP))
"""Requests left of the minute, and the seconds between two looks at anything then."""


@dataclass(frozen=True)
class Crowd:
    """How many runs are waited for: workflows share one look, models need one each."""

    workflows: int = 0
    models: int = 0


def supposed(category: str) -> Usual:
    """How long runs of a category take, before any was seen ('image', 'text-to-video', …)."""
    found = {kind: category.lower().rfind(kind) for kind in PRIORS}
    last = max(found, key=lambda kind: found[kind])  # of 'image-to-video', what comes out
    return PRIORS[last] if found[last] >= 0 else UNKNOWN


def thrift(quota: Quota | None) -> Thrift:
    """How sparing to be with what is left of the day."""
    if quota is None:
        return PLENTY
    return next((each for each in THRIFTS if quota.day_share >= each.day_share), THRIFTS[-1])


def is_scarce(quota: Quota | None) -> bool:
    """Whether results are noticed later than usual because the day runs short."""
    return thrift(quota).rarer > 2


def spacing(quota: Quota | None) -> float:
    """Seconds between two looks at anything."""
    if quota is None:
        return 0.0
    return next(gap for left, gap in SPACING if quota.minute_left >= left or left == 0)


def seconds_to_first_look(age: float, *, usual: Usual, quota: Quota | None) -> float:
    """How long a run of this age, never looked at so far, is left alone."""
    if quota is None:
        return growing_delay(0)
    if not is_scarce(quota):
        return max(0.0, FIRST_LOOK - age)
    return _pause(age, usual=usual, gap=_gap(usual) * thrift(quota).rarer, thrift=thrift(quota))


def seconds_to_next_look(
    age: float, *, usual: Usual, is_model: bool, crowd: Crowd, quota: Quota
) -> float:
    """How long a run of this age is left alone after a look: short around its expected end."""
    sparing = thrift(quota)
    gap = _gap(usual) * sparing.rarer
    if is_model:
        fair = (crowd.models + (crowd.workflows > 0)) * spacing(quota)
        return max(_pause(age, usual=usual, gap=gap, thrift=sparing), fair)
    sharing = max(1, crowd.workflows)
    pause = _pause(age, usual=usual, gap=gap, thrift=sparing, sharing=sharing)
    return max(pause, SHARED_GAP if sharing > 1 else SHORTEST_GAP)


def growing_delay(looks: int) -> float:
    """Seconds before a look where nothing limits them: soon at first, then more patiently."""
    return min(0.1 * 1.6 ** min(looks, 20), 5.0)


def seconds_to_go(age: float, *, usual: Usual) -> float | None:
    """In how many seconds the run is expected to end; None: it takes unusually long."""
    ends = next((end for end in (usual.p50, usual.p90) if end > age), None)
    return None if ends is None else ends - age


def scarcity(quota: Quota | None) -> str:
    """What to say where the day runs short, or nothing."""
    if quota is None or not is_scarce(quota):
        return ""
    late = LONGEST_GAP * thrift(quota).rarer
    return (
        f"This key has {quota.day_left} of its {quota.day_limit} requests of the day left, so "
        f"Magica is asked rarely: a result may be noticed up to {late:.0f} s late."
    )


def _spread(usual: Usual) -> float:
    """Seconds from the median to the ninth of ten, as far as so few runs can tell."""
    doubt = 1 / math.sqrt(usual.seen) if usual.seen else 0.05
    return max(usual.p90 - usual.p50, usual.p50 * doubt)


def _gap(usual: Usual) -> float:
    """Seconds between looks around the expected end of such a run, while the quota is whole."""
    return min(max(_spread(usual) / 5, SHORTEST_GAP), LONGEST_GAP)


def _pause(age: float, *, usual: Usual, gap: float, thrift: Thrift, sharing: int = 1) -> float:
    """Long before the likely end, `gap` around it, growing after it; many share the short ones."""
    begins, ends = (usual.p50 + side * thrift.reach * _spread(usual) for side in (-1, 1))
    if age < begins:
        return min(max(60.0, 2 * age) * thrift.rarer**2, begins + gap - age)
    late = max(0.0, age - ends) / 10
    return min(gap + late, max(gap, SPARSEST_GAP * thrift.rarer)) / sharing
