"""What a run costs: pure arithmetic over a cost of the catalog and an input.

Sources: magica-contract 6.2 and 7.4. Exact: amounts are decimals in credits until, at the end,
they are cut to whole microcredits.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation

from pydantic import JsonValue

from magica_mcp.local.catalog.entries import Cost
from magica_mcp.models.credits import MICROCREDITS_PER_CREDIT
from magica_mcp.models.wire import JsonObject

COUNT_FIELDS = ("num_images", "n")
"""Inputs that say how many pictures are made; the whole price, add-ons too, is for each."""

USUAL_SECONDS: Mapping[str, Decimal] = {"per_minute": Decimal(60)}
"""What is billed where neither the input nor the catalog knows a duration; else 5 seconds."""

LARGEST_NUMBER = 10**9
"""Larger counts and durations are not meant, and would only be slow to reckon with."""

OFF = frozenset({"", "off", "false", "none"})
"""Values of an add-on's field that mean it is not wanted."""

TIMELESS = frozenset({"fixed", "per_image", "tiered"})

_SIZE = re.compile(r"(\d+)x(\d+)")


@dataclass(frozen=True)
class Measured:
    """What a finished run turned out to be, in place of what its input let expect."""

    seconds: Decimal | None = None
    tokens: int | None = None
    pages: int | None = None


def price(
    cost: Cost,
    inputs: JsonObject,
    *,
    defaults: JsonObject,
    estimate: int | None = None,
    measured: Measured | None = None,
) -> int:
    """The charge in whole microcredits. `inputs` are complete: defaults included.

    `estimate` is the catalog's own figure for the defaults. It is right where nothing differs from
    them, and it tells the platform's factor where the cost does not (magica-contract 7.4).
    """
    listed = list_price(cost, inputs, measured=measured or Measured())
    usual = list_price(cost, defaults, measured=Measured())
    if estimate is not None and measured is None and listed == usual:
        return estimate
    factor = cost.platform_charge_multiplier
    if factor is None:
        knows = estimate is not None and cost.type in TIMELESS and usual > 0
        factor = Decimal(estimate or 0) / MICROCREDITS_PER_CREDIT / usual if knows else Decimal(1)
    charge = listed * factor * MICROCREDITS_PER_CREDIT
    return int(charge.to_integral_value(rounding=ROUND_FLOOR))


def list_price(cost: Cost, inputs: JsonObject, *, measured: Measured) -> Decimal:
    """The price in credits before the platform's factor; 0 for a cost of an unknown type."""
    rule = _RULES.get(cost.type)
    return rule(cost, inputs, measured) if rule else Decimal(0)


# One rule for each type of cost ---------------------------------------------------------------


def _fixed(cost: Cost, inputs: JsonObject, measured: Measured) -> Decimal:  # noqa: ARG001 - a rule's shape
    return _amount(cost) * max(1, measured.pages or 1)


def _per_image(cost: Cost, inputs: JsonObject, measured: Measured) -> Decimal:  # noqa: ARG001 - a rule's shape
    return _amount(cost) * _count(inputs)


def _per_minute(cost: Cost, inputs: JsonObject, measured: Measured) -> Decimal:
    videos = inputs.get("video_urls")
    further = max(1, len(videos) - 1) if isinstance(videos, list) else 1
    extra = (cost.extra_per_video or Decimal(0)) * further
    return (_amount(cost) + extra) * _seconds(cost, inputs, measured) / 60


def _per_second(cost: Cost, inputs: JsonObject, measured: Measured) -> Decimal:
    rate = _tier(cost, inputs) if cost.tiers else _amount(cost)
    each = rate if isinstance(rate, Decimal) else rate.get("perSecond", Decimal(0))
    return each * _seconds(cost, inputs, measured)


def _per_token(cost: Cost, inputs: JsonObject, measured: Measured) -> Decimal:  # noqa: ARG001 - a rule's shape
    each = (cost.base_usd_per_1000_units or Decimal(0)) / 1000
    return each * (measured.tokens or 0)


def _tiered(cost: Cost, inputs: JsonObject, measured: Measured) -> Decimal:
    tier = _tier(cost, inputs)
    if isinstance(tier, dict):
        return tier.get("perSecond", Decimal(0)) * _seconds(cost, inputs, measured)
    return (tier + sum(_addons(cost, inputs), Decimal(0))) * _count(inputs)


_RULES: Mapping[str, Callable[[Cost, JsonObject, Measured], Decimal]] = {
    "fixed": _fixed,
    "per_image": _per_image,
    "per_minute": _per_minute,
    "per_second": _per_second,
    "per_token": _per_token,
    "tiered": _tiered,
}


def _amount(cost: Cost) -> Decimal:
    amounts = (cost.value, cost.cost, cost.base_value)
    return next((amount for amount in amounts if amount is not None), Decimal(0))


def _addons(cost: Cost, inputs: JsonObject) -> Iterator[Decimal]:
    for name, extra in cost.addons.items():
        value = str(inputs.get(name) or "").strip().lower()
        if isinstance(extra, dict):
            yield extra.get(value, Decimal(0))
        elif value not in OFF:
            yield extra


# What the input says --------------------------------------------------------------------------


def _count(inputs: JsonObject) -> int:
    named = (_decimal(inputs.get(name)) for name in COUNT_FIELDS)
    return max(1, int(next((number for number in named if number is not None), 1)))


def _seconds(cost: Cost, inputs: JsonObject, measured: Measured) -> Decimal:
    """The billable length: measured, else asked for ("5" or "5s"), else what is usual."""
    seconds = measured.seconds
    if seconds is None:
        seconds = _decimal(inputs.get("duration"))
    if seconds is None:
        seconds = cost.fallback_duration_seconds or USUAL_SECONDS.get(cost.type, Decimal(5))
    if cost.duration_rounding == "ceil":
        seconds = Decimal(math.ceil(seconds))
    seconds = max(seconds, cost.min_billable_seconds or Decimal(0))
    most = cost.max_billable_seconds
    return seconds if most is None else min(seconds, most)


def _decimal(value: JsonValue) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).strip().removesuffix("s"))
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number <= LARGEST_NUMBER else None


def _tier(cost: Cost, inputs: JsonObject) -> Decimal | dict[str, Decimal]:
    """The tier that the input's values name together, else the default one, else the dearest."""
    by_key = {key.casefold(): tier for key, tier in cost.tiers.items()}
    parts = [_tier_key(cost, name, inputs.get(name)) for name in cost.tier_key_from]
    for joint in (":", "_"):
        found = by_key.get(joint.join(parts).casefold())
        if found is not None:
            return found
    default = by_key.get((cost.default_tier or "").casefold())
    if default is not None:
        return default
    return max(cost.tiers.values(), key=_rate, default=Decimal(0))


def _rate(tier: Decimal | dict[str, Decimal]) -> Decimal:
    return tier if isinstance(tier, Decimal) else max(tier.values(), default=Decimal(0))


def _tier_key(cost: Cost, name: str, value: JsonValue) -> str:
    """The value as tiers spell it; `tierKeyMap` is one for all fields, or one for each."""
    if isinstance(value, dict):
        return _nearest_size(cost, value)
    own = cost.tier_key_map.get(name)
    rewrites = own if isinstance(own, dict) else cost.tier_key_map
    folded = {key.casefold(): to for key, to in rewrites.items()}
    return str(folded.get(str(value).casefold(), value))


def _nearest_size(cost: Cost, size: JsonObject) -> str:
    """For a size of one's own, the smallest listed one with at least as many pixels."""
    wanted = math.prod(int(_decimal(side) or 0) for side in size.values())
    listed = {
        found.group(): int(found.group(1)) * int(found.group(2))
        for key in cost.tiers
        for found in _SIZE.finditer(key)
    }
    by_pixels = sorted(listed, key=lambda name: listed[name])
    enough = (name for name in by_pixels if listed[name] >= wanted)
    return next(enough, by_pixels[-1] if by_pixels else "")
