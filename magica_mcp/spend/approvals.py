"""Approvals: that a price was shown, good for one job of one account, at that price, once.

Pure. A model can hand in its own approval: it proves that the price was shown, not that a person
agreed. What must not be spent in any case is for the budgets.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from magica_mcp.errors import ApprovalRefusedError
from magica_mcp.models.credits import credits_text

GOOD_FOR = timedelta(minutes=10)
KEPT_FOR = timedelta(days=1)
"""After that, an old approval is no longer told from one that never was."""
PREFIX = "ok_"


@dataclass(frozen=True)
class Approval:
    """What an approval is bound to; the price in microcredits, None where it is not known."""

    account: str
    job: str
    """The key of the request: tool and complete arguments, `again` among them."""
    price: int | None
    shown_at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.shown_at + GOOD_FOR


class Flaw(StrEnum):
    """Why an approval is not good for a call."""

    UNKNOWN = "unknown"
    OTHER_ACCOUNT = "other account"
    USED = "used"
    EXPIRED = "expired"
    OTHER_INPUT = "other input"
    HIGHER_PRICE = "higher price"


_SENTENCES: Mapping[Flaw, str] = {
    Flaw.UNKNOWN: "This approval was not given out here. It is copied from the answer that told "
    "the price, whole.",
    Flaw.OTHER_ACCOUNT: "This approval was given to another account.",
    Flaw.USED: "This approval was used already; each is good for one start.",
    Flaw.EXPIRED: "This approval is too old; it was good for ten minutes.",
    Flaw.OTHER_INPUT: "This approval was given for another call: not only the tool, every "
    "argument must be the same.",
    Flaw.HIGHER_PRICE: "The price is higher now than the one that was shown",
}
NEXT = (
    "Nothing was started and nothing was charged. Make the call without approval: it tells the "
    "price and gives a new one."
)


@dataclass(frozen=True)
class Presented:
    """An approval as a call hands it in. `found` None: there is no record of it."""

    found: Approval | None
    is_used: bool
    account: str
    job: str
    price: int | None
    now: datetime


_CHECKS: Mapping[Flaw, Callable[[Presented, Approval], bool]] = {
    Flaw.OTHER_ACCOUNT: lambda shown, found: found.account != shown.account,
    Flaw.USED: lambda shown, _: shown.is_used,
    Flaw.EXPIRED: lambda shown, found: shown.now >= found.expires_at,
    Flaw.OTHER_INPUT: lambda shown, found: found.job != shown.job,
    Flaw.HIGHER_PRICE: lambda shown, found: is_higher(shown.price, than=found.price),
}
"""In the order in which they are told."""


def flaw_of(presented: Presented) -> Flaw | None:
    """The first thing that is wrong with an approval, or None."""
    found = presented.found
    if found is None:
        return Flaw.UNKNOWN
    return next((flaw for flaw, is_so in _CHECKS.items() if is_so(presented, found)), None)


def is_higher(price: int | None, *, than: int | None) -> bool:
    """Whether a price may be more than was shown; an unknown one that was shown covers any."""
    return than is not None and (price is None or price > than)


def require_good(presented: Presented) -> None:
    """Refuse an approval that is not good for this call.

    Raises:
        ApprovalRefusedError: with the reason, and what to do.
    """
    flaw = flaw_of(presented)
    if flaw is not None:
        raise refusal(flaw, presented)


def refusal(flaw: Flaw, presented: Presented) -> ApprovalRefusedError:
    """The sentence of a flaw, with the prices where they are the reason."""
    sentence = _SENTENCES[flaw]
    if flaw is Flaw.HIGHER_PRICE and presented.found is not None:
        sentence += f": {priced(presented.price)} instead of {priced(presented.found.price)}."
    return ApprovalRefusedError(f"{sentence} {NEXT}", reason=flaw)


def priced(price: int | None) -> str:
    """A price as people read it, also one that is not known."""
    return "an unknown price" if price is None else credits_text(price)


def new_token() -> str:
    """An approval as the assistant holds it: 96 random bits, short enough to copy."""
    return PREFIX + secrets.token_urlsafe(12)


def sealed(token: str) -> str:
    """What is kept of a token: whoever reads the file cannot hand it in."""
    return hashlib.sha256(token.strip().encode()).hexdigest()
