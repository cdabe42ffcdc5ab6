"""Whether a request that failed is sent again, and when: tables and one pure decision.

Refuses to know HTTP: it is told what a request changes and what kind of trouble it met.
"""

from collections.abc import Mapping
from enum import Enum

FIRST_DELAY = 0.5
"""Seconds before the second attempt; each later pause doubles."""

LONGEST_DELAY = 20.0
"""Seconds that one call is willing to pause; a longer Retry-After is the caller's business."""


class Effect(Enum):
    """What a request does on Magica's side."""

    NONE = "it only reads"
    CHANGE = "it changes something, without a price"
    START = "it starts a run, which is paid"


class Trouble(Enum):
    """How an attempt failed."""

    NOT_SENT = "no connection was made"
    LOST = "the connection broke before an answer"
    LATE = "no answer in time"
    UNREADABLE = "an answer that is not understood"
    LIMITED = "the key's minute or day is used up"
    FAILED = "the other end failed"
    REFUSED = "the other end said no"


ATTEMPTS: Mapping[Effect, Mapping[Trouble, int]] = {
    Effect.NONE: {
        Trouble.NOT_SENT: 3,
        Trouble.LOST: 3,
        Trouble.LATE: 2,
        Trouble.LIMITED: 3,
        Trouble.FAILED: 3,
    },
    Effect.CHANGE: {Trouble.NOT_SENT: 3},
    Effect.START: {Trouble.NOT_SENT: 3},
}
"""How often a request is sent at most; what is not listed is sent once.

A second POST of a start is a second, billed run (magica-contract 1.5), so a start is repeated
only when the first never left."""

_MAY_HAVE_ARRIVED = frozenset({Trouble.LOST, Trouble.LATE, Trouble.UNREADABLE, Trouble.FAILED})

LEAVES_OPEN: Mapping[Effect, frozenset[Trouble]] = {
    Effect.NONE: frozenset(),
    Effect.CHANGE: _MAY_HAVE_ARRIVED,
    Effect.START: _MAY_HAVE_ARRIVED | {Trouble.LIMITED},
}
"""After which troubles a request may have taken effect all the same.

A 429 nearly always means that it did not. But something on the way may have sent it twice by
itself and handed on the second answer, and with money nearly is not enough."""


def is_open(effect: Effect, trouble: Trouble) -> bool:
    """Whether the request may have taken effect although it looks failed."""
    return trouble in LEAVES_OPEN[effect]


def delay_after(
    attempt: int,
    trouble: Trouble,
    *,
    effect: Effect,
    retry_after: float | None = None,
    chance: float,
) -> float | None:
    """Seconds to pause after this attempt (the first is 1), or None to give up.

    `chance`, between 0 and 1, spreads clients that failed together. A Retry-After is kept to the
    second or, when it is too long to sit out, not waited for at all.
    """
    if attempt >= ATTEMPTS[effect].get(trouble, 1):
        return None
    if retry_after is not None:
        return retry_after if retry_after <= LONGEST_DELAY else None
    backoff = FIRST_DELAY * 2.0 ** (attempt - 1)
    return min(backoff * (0.5 + chance), LONGEST_DELAY)
