"""Whether a wish is new or was answered by an earlier entry. Pure.

The same request is answered with the first run while that is unanswered, still running, or
started less than 120 s ago and not FAILED or CANCELED.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from magica_mcp.spend.entries import DOUBT, FRESH, UNANSWERED, Entry, State

NOTHING = 0
"""What an entry repeats that was asked for with `again` when there was nothing to repeat."""


class Verdict(Enum):
    """What the earlier entry of a wish means for it."""

    NEW = "there is none, or it is over: this is a new request"
    EARLIER = "it answers the request"
    ASK = "it may be over: first ask how its run is"


@dataclass(frozen=True)
class Found:
    """The entry that counts as the earlier one of a wish, if any, and what a new one repeats.

    For a request with `again` only such entries count as were asked for with `again` themselves:
    a retry of it is the same wish, and no third run.
    """

    earlier: Entry | None
    repeats: int | None


def verdict(earlier: Entry | None, *, now: datetime) -> Verdict:
    """What an earlier entry, one that was not refused, means for the same wish now."""
    if earlier is None:
        return Verdict.NEW
    age = now - earlier.intended_at
    if earlier.state in UNANSWERED:
        return Verdict.EARLIER if age < DOUBT else Verdict.NEW
    if earlier.state in {State.FAILED, State.CANCELED, State.REFUSED}:
        return Verdict.NEW
    if age < FRESH:
        return Verdict.EARLIER
    if earlier.state is State.COMPLETED:
        return Verdict.NEW
    was_seen = earlier.seen_at is not None and now - earlier.seen_at < FRESH
    return Verdict.EARLIER if was_seen else Verdict.ASK


def counting(entries: Sequence[Entry], *, now: datetime) -> Entry | None:
    """Which of the entries of one wish, the newest first, counts for the same wish now.

    One with a run before one without an answer. Of those without, one that was repeated on purpose
    does not count: whoever asked for that knew of it.
    """
    repeated = {entry.repeats for entry in entries}
    live = [
        entry
        for entry in entries
        if verdict(entry, now=now) is not Verdict.NEW
        and not (entry.state in UNANSWERED and entry.id in repeated)
    ]
    with_run = [entry for entry in live if entry.run_id is not None]
    return next(iter([*with_run, *live, *entries]), None)


def verdicts_on_batch(
    earlier: Sequence[Entry | None], verdicts: Sequence[Verdict], *, batch: str, now: datetime
) -> list[Verdict]:
    """The verdicts on each item by itself, as they are within the batch of this key.

    While any part of the same batch is under way, fresh or missing, the parts that have runs
    stand: only what is missing is started.
    """
    stands = [_has_run(entry, batch=batch, now=now) for entry in earlier]
    is_missing = any(stands) and not all(stands)
    pairs = list(zip(stands, verdicts, strict=True))
    is_live = any(stand and each is not Verdict.NEW for stand, each in pairs)
    return [
        Verdict.EARLIER if stand and each is Verdict.NEW and (is_missing or is_live) else each
        for stand, each in pairs
    ]


def _has_run(entry: Entry | None, *, batch: str, now: datetime) -> bool:
    """Whether the entry is of this batch, and its run neither lost nor too long ago."""
    return (
        entry is not None
        and entry.batch == batch
        and entry.state in {State.STARTED, State.COMPLETED}
        and now - entry.intended_at < DOUBT
    )
