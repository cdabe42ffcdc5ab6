"""Balances, estimates and prices: amounts are whole microcredits, a million to the credit."""

from collections.abc import Sequence

from pydantic import Field, JsonValue

from magica_mcp.models.wire import Answer, Ask, JsonObject

MICROCREDITS_PER_CREDIT = 1_000_000


def credits_text(microcredits: float) -> str:
    """An amount as people read it, exact to the microcredit: '0.195 credits', '1 credit'."""
    whole = f"{microcredits / MICROCREDITS_PER_CREDIT:,.6f}".rstrip("0").rstrip(".")
    return f"{whole} credit{'' if whole == '1' else 's'}"


def in_millions(microcredits: int) -> str:
    """An amount as `formatted` shows it: '26.17M' (magica-contract 2.6)."""
    return f"{microcredits / MICROCREDITS_PER_CREDIT:.2f}M"


class Balance(Answer):
    """What the account, or its active organisation, may still spend."""

    available_balance: int
    """Microcredits."""
    formatted: str = ""
    has_active_subscription: bool = False
    is_organization: bool = False


class NodeToPrice(Ask):
    """One node of an estimate; `data` holds the inputs that may change the price."""

    type: str = Field(min_length=1)
    data: JsonObject | None = None
    sub_model_id: str | None = None


class NodeEstimate(Answer):
    microcredits: int


class Estimate(Answer):
    """Prices in the order in which the nodes were given; the total is their sum."""

    estimates: tuple[NodeEstimate, ...] = ()
    total_microcredits: int | None = None

    @property
    def total(self) -> int:
        """Microcredits."""
        if self.total_microcredits is not None:
            return self.total_microcredits
        return sum(estimate.microcredits for estimate in self.estimates)


def joined(estimates: Sequence[Estimate]) -> Estimate:
    """The price of everything that was priced in portions."""
    if len(estimates) == 1:
        return estimates[0]
    return Estimate(
        estimates=tuple(each for part in estimates for each in part.estimates),
        total_microcredits=sum(part.total for part in estimates),
    )


class Pricing(Answer):
    """How a model is priced; `estimated_cost` (microcredits) needs a sample input."""

    model_id: str
    cost_config: JsonObject | None = None
    cost_summary: str = ""
    pricing_approach: str = ""
    pricing_details: JsonValue = None
    note: str = ""
    estimated_cost: float | None = None

    @property
    def microcredits(self) -> int | None:
        """The price of the sample input."""
        return None if self.estimated_cost is None else round(self.estimated_cost)
