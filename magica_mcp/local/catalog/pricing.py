"""How a model is priced, told as the pricing endpoint tells it (magica-contract 6.3)."""

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, Decimal

from pydantic import JsonValue

from magica_mcp.local.catalog.entries import Cost
from magica_mcp.models.catalog import ModelSchema
from magica_mcp.models.credits import MICROCREDITS_PER_CREDIT
from magica_mcp.models.wire import JsonObject

APPROACH: Mapping[str, str] = {
    "fixed": "A fixed price for each run.",
    "per_image": "A fixed price for each picture.",
    "per_minute": "By the minute of the result, to the fraction of a second.",
    "per_second": "By the second of the result.",
    "per_token": "By the tokens that are read and written.",
    "tiered": "By a table of prices; the input says which one applies.",
}
UNKNOWN = "By a rule that local Magica does not know; it charges what is usual."
NOTE = "In microcredits, a million to the credit. Looking at prices is free."
SAMPLE_NOTE = (
    "Give sampleInput to get estimatedCost, the exact price of that input in microcredits."
)


def answer(schema: ModelSchema, cost: Cost, *, usual: int, cost_config: JsonObject) -> JsonObject:
    """The pricing answer without its model id.

    `usual` is the price of the defaults in microcredits, `cost_config` the cost as it was read.
    """
    if cost.type in _TELLERS:
        summary, details = _TELLERS[cost.type](schema, cost)
    else:
        summary, details = _plain(cost, usual)
    return {
        "costConfig": cost_config if cost.type == "tiered" else None,
        "costSummary": summary,
        "pricingApproach": APPROACH.get(cost.type, UNKNOWN),
        "pricingDetails": details,
        "note": SAMPLE_NOTE if cost.type in {"tiered", "per_second"} else NOTE,
    }


Told = tuple[str, JsonObject]


def _plain(cost: Cost, usual: int) -> Told:
    unit = cost.unit or {"per_image": "image"}.get(cost.type, "run")
    unit_in_full = unit if unit in {"image", "run"} else f"{unit} operation"
    details: JsonObject = {"type": "fixed", "credits": usual, "unit": unit_in_full}
    return f"{usual} credits per {unit}", details


def _per_minute(schema: ModelSchema, cost: Cost) -> Told:  # noqa: ARG001 - a teller's shape
    base = _microcredits(cost.value if cost.base_value is None else cost.base_value)
    extra = _microcredits(cost.extra_per_video)
    summary = f"{base} credits per minute"
    details: JsonObject = {
        "type": "per_minute",
        "baseCreditsPerMinute": base,
        "designTimeExampleMinutes": 1,
        "billingBasis": "measured output duration in seconds / 60",
        "rounding": "floor whole credits after prorating duration",
        "basis": "source metadata for reservation; "
        "measured generated media duration for final settlement",
    }
    if extra:
        summary += f", plus {extra} for each further video"
        details["additionalVideoCreditsPerMinute"] = extra
        details["additionalVideoCount"] = "max(0, video_urls.length - 1)"
    return summary, details


def _per_second(schema: ModelSchema, cost: Cost) -> Told:  # noqa: ARG001 - a teller's shape
    each = _microcredits(cost.cost if cost.value is None else cost.value)
    return f"{each} credits per second", {"type": "per_second", "creditsPerSecond": each}


def _per_token(schema: ModelSchema, cost: Cost) -> Told:  # noqa: ARG001 - a teller's shape
    each = _microcredits((cost.base_usd_per_1000_units or Decimal(0)) / 1000)
    details: JsonObject = {"type": "per_token", "creditsPerToken": each}
    return f"{each} credit{'' if each == 1 else 's'} per token", details


def _tiered(schema: ModelSchema, cost: Cost) -> Told:
    fields = [field for name in cost.tier_key_from if (field := schema.field(name))]
    amounts = {
        key: tier if isinstance(tier, Decimal) else max(tier.values(), default=Decimal(0))
        for key, tier in cost.tiers.items()
    }
    least, most = min(amounts.values(), default=None), max(amounts.values(), default=None)
    inputs: list[JsonValue] = list(cost.tier_key_from)
    accepted: JsonObject = {field.name: list(field.options) for field in fields}
    defaults: JsonObject = {field.name: field.default for field in fields}
    tiers: JsonObject = {key: f"{_four_places(amount)}M" for key, amount in amounts.items()}
    is_timed = any(isinstance(tier, dict) for tier in cost.tiers.values())
    each = " per second" if is_timed else ""
    return f"{_four_places(least)}-{_four_places(most)} USD{each} (tiered)", {
        "type": "tiered",
        "pricingInputs": inputs,
        "acceptedValues": accepted,
        "defaultPricingInputValues": defaults,
        "tiers": tiers,
    }


_TELLERS: Mapping[str, Callable[[ModelSchema, Cost], Told]] = {
    "per_minute": _per_minute,
    "per_second": _per_second,
    "per_token": _per_token,
    "tiered": _tiered,
}


def _microcredits(amount: Decimal | None) -> int:
    return int((amount or Decimal(0)) * MICROCREDITS_PER_CREDIT)


def _four_places(amount: Decimal | None) -> str:
    """An amount in credits, rounded up as the live service rounds: 0.00471 is 0.0048."""
    return str((amount or Decimal(0)).quantize(Decimal("0.0001"), rounding=ROUND_CEILING))
