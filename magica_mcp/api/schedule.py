"""When the next look at a run is due, and what is said of it.

Pure: from how long such runs take, how long this one has run, how many runs are waited for, and
what is left of the key's minute and day.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from magica_mcp.api.quota import Quota
from magica_mcp.memory import Usual

FIRST_LOOK = 2.0
"""Seconds after its start when a run is first looked at: what is wrong from the start shows."""
LONGEST_GAP = 13.5
"""Seconds between looks at one run around its expected end, while the quota is whole."""
SHORTEST_GAP = 2.0
"""However many runs share a look: half of a key's minute."""
SHARED_GAP = 6.5
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


REACH = 1.5
"""How far around the median an end is expected, in spreads (of which one is nine of ten)."""

RARITIES = ((0.0, 30.0), (0.1, 6.0), (0.25, 3.3), (0.9, 3.3), (0.95, 1.0))
"""Shares of the day's quota (as in `Quota`), and how many times rarer than usual looks are there.

From used up to whole; in between, in between: a step would let the last runs pay for the first.
With those in the middle, five-minute runs one after the other last a day."""

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


def rarity(quota: Quota | None) -> float:
    """How many times rarer than usual looks are, with what is left of the day."""
    if quota is None:
        return 1.0
    share = min(max(quota.day_share, 0.0), RARITIES[-1][0])
    low, high = next(pair for pair in pairwise(RARITIES) if share <= pair[1][0])
    part = (share - low[0]) / (high[0] - low[0])
    return low[1] * math.pow(high[1] / low[1], part)


def is_scarce(quota: Quota | None) -> bool:
    """Whether results are noticed later than usual because the day runs short."""
    return rarity(quota) > 2


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
    return _pause(age, usual=usual, rarer=rarity(quota))


def seconds_to_next_look(
    age: float, *, usual: Usual, is_model: bool, crowd: Crowd, quota: Quota
) -> float:
    """How long a run of this age is left alone after a look: short around its expected end."""
    rarer = rarity(quota)
    if is_model:
        fair = (crowd.models + (crowd.workflows > 0)) * spacing(quota)
        return max(_pause(age, usual=usual, rarer=rarer), fair)
    sharing = max(1, crowd.workflows)
    pause = _pause(age, usual=usual, rarer=rarer, sharing=sharing)
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
    late = LONGEST_GAP * rarity(quota)
    return (
        f"This key has {quota.day_left} of its {quota.day_limit} requests of the day left, so "
        f"Magica is asked rarely: most results are noticed within {late:.0f} s."
    )


def _doubt(usual: Usual) -> float:
    """Seconds by which the median may be wrong, as far as so few runs can tell."""
    return usual.p50 * (1 / math.sqrt(usual.seen) if usual.seen else 0.05)


def _spread(usual: Usual) -> float:
    """Seconds from the median to the ninth of ten."""
    return max(usual.p90 - usual.p50, _doubt(usual))


def _begins(usual: Usual) -> float:
    """The age from which on an end is expected: somewhat before the first of ten."""
    early = _spread(usual) if usual.p10 is None else max(usual.p50 - usual.p10, _doubt(usual))
    return usual.p50 - early - (REACH - 1) * _spread(usual)


def _gap(usual: Usual) -> float:
    """Seconds between looks around the expected end of such a run, while the quota is whole."""
    return min(max(_spread(usual) / 5, SHORTEST_GAP), LONGEST_GAP)


def _pause(age: float, *, usual: Usual, rarer: float, sharing: int = 1) -> float:
    """Long before the likely end, short around it, growing after it; many share the short ones."""
    gap, begins = _gap(usual) * rarer, _begins(usual)
    if age < begins:
        return min(max(60.0, 2 * age) * rarer**2, begins + gap - age)
    late = max(0.0, age - usual.p50 - REACH * _spread(usual)) / 10
    return min(gap + late, max(gap, SPARSEST_GAP * rarer)) / sharing
