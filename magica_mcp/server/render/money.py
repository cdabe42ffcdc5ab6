"""Prices that must be agreed to, and what else would fit, as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from magica_mcp.errors import shortened
from magica_mcp.models.credits import credits_text
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.cheaper import Choice
from magica_mcp.server.render.calls import and_list, one_line, plain
from magica_mcp.spend.approvals import GOOD_FOR, priced


@dataclass(frozen=True)
class Offer:
    """A price that was shown instead of being paid; amounts in microcredits, None: not known."""

    what: str
    remarks: tuple[str, ...]
    price: int | None
    confirm_above: int
    balance: int | None
    choices: tuple[Choice, ...]
    token: str
    expires_at: datetime
    was_declined: bool

    @property
    def balance_after(self) -> int | None:
        if self.balance is None or self.price is None:
            return None
        return self.balance - self.price


def question(what: str, subject: str, price: int | None) -> str:
    """What the person is asked; `subject` is what it is to be of, in the assistant's words."""
    of = f" for {one_line(shortened(subject))}" if subject else ""
    return f"Start {plain(what)}{of} and pay {priced(price)}?"


def offered(offer: Offer) -> str:
    """What a call answers that was not paid because its price must be agreed to."""
    lines = [_price(offer), *offer.remarks, *_balance(offer)]
    if offer.choices:
        lines.append("Cheaper:")
        lines.extend(f"- {choice_text(choice)}" for choice in offer.choices)
    minutes = int(GOOD_FOR.total_seconds() // 60)
    lines.append(
        f"Tell the person the price. If they agree, make the same call, unchanged, with "
        f'"approval": "{offer.token}" added; it is good once, for {minutes} minutes.'
    )
    return "\n".join(lines)


def _price(offer: Offer) -> str:
    declined = "The person was asked and did not agree (or the client could not ask). "
    cost = (
        "has no price that is known beforehand"
        if offer.price is None
        else (f"costs {credits_text(offer.price)}")
    )
    above = (
        "every paid call is agreed to first"
        if offer.confirm_above == 0
        else f"above {credits_text(offer.confirm_above)} the price is agreed to first"
    )
    return (
        f"{declined if offer.was_declined else ''}Not started, and nothing was charged: "
        f"{plain(offer.what)} {cost}, and {above} (MAGICA_CONFIRM_ABOVE)."
    )


def _balance(offer: Offer) -> list[str]:
    left = offer.balance_after
    if offer.balance is None:
        return []
    if left is None:
        return [f"Balance: {credits_text(offer.balance)}."]
    if left < 0:
        return [f"The balance is {credits_text(offer.balance)}: too little for it."]
    return [f"Balance after it: {credits_text(left)}."]


def choice_text(choice: Choice) -> str:
    """'resolution "2K": 0.78 credits', or 'modelId "x" with the same prompt: 0.1 credits'."""
    change = dict(choice.change)
    kept = (
        [name for name in change if name not in {"item", "modelId"}] if "modelId" in change else []
    )
    changes = ", ".join(f"{name} {one_line(change[name])}" for name in change if name not in kept)
    same = f" with the same {and_list(kept)}" if kept else ""
    return f"{changes}{same}: {credits_text(choice.microcredits)}"


def fitting(choices: Sequence[Choice]) -> str:
    """What would fit a budget that is too small for what was asked."""
    if not choices:
        return ""
    return f"These would fit: {'; '.join(map(choice_text, choices))}."


def offer_facts(offer: Offer) -> JsonObject:
    """The same for programs."""
    return {
        "started": False,
        "runId": None,
        "estimate": {"microcredits": offer.price},
        "confirmAbove": offer.confirm_above,
        "balance": offer.balance,
        "balanceAfter": offer.balance_after,
        "cheaper": [choice.facts() for choice in offer.choices],
        "approval": offer.token,
        "approvalExpiresAt": offer.expires_at.isoformat(timespec="seconds"),
        "personDeclined": offer.was_declined,
    }
