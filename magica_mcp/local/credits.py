"""The rules of the ledger: which kinds of entries there are, and what a finished node is charged.

An account may spend the sum of its entries. Starting a run reserves a price for each node; a node
that ends gives its reservation back, and is charged if it succeeded (magica-contract 6.4).
"""

from enum import StrEnum

from magica_mcp.errors import OutOfCreditsError
from magica_mcp.models.credits import credits_text


class Entry(StrEnum):
    """The kinds of ledger entries."""

    GRANT = "grant"
    RESERVE = "reserve"
    RELEASE = "release"
    CHARGE = "charge"
    REFUND = "refund"


GIVING = frozenset({Entry.GRANT, Entry.RELEASE, Entry.REFUND})
"""Entries that add to what may be spent; all others take from it."""


def signed(entry: Entry, microcredits: int) -> int:
    """An amount as the ledger holds it: what takes is negative."""
    return microcredits if entry in GIVING else -microcredits


def require_credits(*, need: int, have: int) -> None:
    """Raise `OutOfCreditsError` where a price in microcredits is more than may be spent."""
    if need > have:
        raise OutOfCreditsError(
            f"This needs {credits_text(need)}, but only {credits_text(max(have, 0))} are left. "
            "Nothing was started. Choose a cheaper model or smaller settings, or add credits."
        )


def charge_for(price: int, *, have: int) -> int:
    """What a finished node costs: its price, but never more than the account can pay.

    Only a price above its reservation can be cut, such as that of a long answer of an LLM.
    """
    return max(0, min(price, have))
