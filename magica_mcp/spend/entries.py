"""What the journal holds, as values: entries, what became of them, and sums of money.

Amounts are microcredits, moments are UTC, days are local.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

FRESH = timedelta(seconds=120)
"""For so long after its start the same request means the same run, also when it is completed."""

DOUBT = timedelta(hours=24)
"""For so long an entry whose fate or charge never became known counts as money that is reserved,
and stands in the way of the same request."""


LONGEST_SENDING = timedelta(minutes=5)
"""After that, no request is still on its way: the transport gives it up before."""

LONGEST_BATCH = timedelta(minutes=30)
"""After that, no batch is still being started."""


class State(StrEnum):
    """How far a paid request has come."""

    PLANNED = "PLANNED"
    """One of a batch whose turn has not come: certainly not sent yet."""
    SENT = "SENT"
    """On its way; when its process is dead, nobody knows whether it arrived."""
    UNKNOWN = "UNKNOWN"
    """Sent, and no answer said whether it was accepted."""
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    REFUSED = "REFUSED"
    """Certainly not accepted."""


UNANSWERED = frozenset({State.PLANNED, State.SENT, State.UNKNOWN})
OPEN = UNANSWERED | {State.STARTED}
"""Neither settled nor refused: their estimates are reserved."""
OVER = frozenset({State.COMPLETED, State.FAILED, State.CANCELED})


@dataclass(frozen=True)
class Entry:
    """One paid request. `what` is the id of a model or of a workflow."""

    id: int
    account: str
    tool: str
    what: str
    estimate: int | None
    """None: nobody could say."""
    charge: int | None
    """None: not settled."""
    run_id: str | None
    state: State
    intended_at: datetime
    seen_at: datetime | None
    """When its run was last seen running, or when its request was given up."""
    finished_at: datetime | None
    """When its run was over, or its request refused; None: it is open."""
    repeats: int | None
    """The id of the entry that it does again on purpose; 0: of none; None: it is no repetition."""
    batch: str | None
    """The key of the batch that it belongs to."""
    holder: str | None
    """The process that sends it, as `Holders` knows it."""

    @property
    def name(self) -> str:
        """What it is called towards people: its run, or else itself."""
        return self.run_id or f"intent-{self.id}"


@dataclass(frozen=True)
class Spent:
    """One account's money as one transaction sees it.

    A day is a day of this machine's time zone; a charge counts on the day that its run was over.
    """

    charged: int = 0
    """Of today."""
    reserved: int = 0
    """Estimates of entries of the last 24 hours that are neither settled nor refused."""
    reserved_unpriced: int = 0
    """How many of those entries have no estimate."""
    wanted: tuple[int | None, ...] = ()
    """The estimates of the new entries that this transaction would write."""
    is_redeemed: bool = False
    """Whether the approval was used before for one of these wishes, by what may have been sent."""

    @property
    def total(self) -> int:
        return self.charged + self.reserved


@dataclass(frozen=True)
class DaySpend:
    """What runs of one model or workflow came to on one day, in microcredits.

    `runs` and `estimated` count the runs started on that day, `settled`, `charged` and `above`
    those that were over on it; `above` is by how much charges exceeded their estimates.
    """

    account: str
    day: date
    tool: str
    what: str
    runs: int
    estimated: int
    settled: int
    charged: int
    above: int
