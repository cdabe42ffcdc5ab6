"""How long a client bears one call, learned from the calls that it cut off. Pure.

A client's own limit cuts every long call at the same time; a person's Stop comes whenever it likes.
So only two cuts at the same moment teach anything, and only a call that was alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

SAME_MOMENT = 2.0
"""Seconds between two cuts that count as the same limit."""
SHORTEST_LIMIT = 20.0
"""Nothing shorter is ever believed: no client gives up so soon by itself."""
MARGIN = 0.9
"""A wait ends this much of the limit after it began, so that the answer arrives in time."""
KEPT_CUTS = 8
TIMID_AFTER = 4
"""So many waits in full, uncut, and the limit may have been taken for too short."""
RELAXED_BY = 1.5


@dataclass(frozen=True)
class Patience:
    """What is known of one client. `limit`: seconds after which it cuts; None: none is known."""

    cuts: tuple[float, ...] = ()
    limit: float | None = None
    in_full: int = 0
    """Waits since the last cut that lasted as long as the limit allows."""

    @property
    def longest_wait(self) -> float | None:
        """Seconds that a wait may take; None: as long as it likes."""
        return None if self.limit is None else self.limit * MARGIN


def after_cut(known: Patience, seconds: float) -> Patience:
    """What is known once the client has cut a call that was alone, after so many seconds."""
    if seconds < SHORTEST_LIMIT:
        return known
    cuts = (*known.cuts, seconds)[-KEPT_CUTS:]
    same = [cut for cut in known.cuts if abs(cut - seconds) <= SAME_MOMENT]
    limit = min(*same, seconds) if same else known.limit
    return Patience(cuts=cuts, limit=limit, in_full=0)


def after_full_wait(known: Patience, seconds: float) -> Patience:
    """What is known once a wait has lasted its whole window and was answered in time."""
    if known.limit is None or known.longest_wait is None or seconds < known.longest_wait - 1:
        return known
    if known.in_full + 1 < TIMID_AFTER:
        return replace(known, in_full=known.in_full + 1)
    return replace(known, limit=known.limit * RELAXED_BY, in_full=0)


def after_cut_of_run(cuts_of_run: Sequence[float]) -> float | None:
    """How long the next wait for a run may be, of which a wait was just cut: shorter than that."""
    cut = min(cuts_of_run, default=None)
    return None if cut is None else cut * MARGIN
