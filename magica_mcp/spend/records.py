"""What can be read of the journal without changing it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from magica_mcp.spend import statements as sql
from magica_mcp.spend import sums
from magica_mcp.spend.approvals import Approval, sealed
from magica_mcp.spend.database import Database
from magica_mcp.spend.entries import (
    DOUBT,
    FRESH,
    LONGEST_BATCH,
    LONGEST_SENDING,
    DaySpend,
    Entry,
    Spent,
    State,
)
from magica_mcp.spend.holders import Holders


class Records:
    """Entries and sums. Every method may raise a `JournalError`: the file cannot be used."""

    def __init__(
        self, database: Database, holders: Holders, *, now: Callable[[], datetime]
    ) -> None:
        self._database, self._holders, self._now = database, holders, now

    def now(self) -> datetime:
        """The time by which entries are dated."""
        return self._now()

    def entry(self, entry_id: int) -> Entry | None:
        with self._database.reading() as tx:
            return sql.entry(tx, entry_id)

    def of_run(self, run_id: str, *, account: str) -> Entry | None:
        """The entry of the request that started this run, when it was started from here."""
        with self._database.reading() as tx:
            return sql.of_run(tx, run_id, account=account)

    def known_runs(self, run_ids: Sequence[str], *, account: str) -> frozenset[str]:
        """Which of these runs belong to an entry."""
        with self._database.reading() as tx:
            return sql.known_runs(tx, account, list(run_ids))

    def unsettled(self, account: str, *, limit: int = 50) -> tuple[Entry, ...]:
        """Runs that may be over by now and whose charge is not known, the oldest first."""
        now = self._now()
        with self._database.reading() as tx:
            return sql.unsettled(tx, account, after=now - DOUBT, before=now - FRESH, limit=limit)

    def is_under_way(self, entry: Entry) -> bool:
        """Whether a process is about to send this entry's request or waits for the answer."""
        longest = {State.PLANNED: LONGEST_BATCH, State.SENT: LONGEST_SENDING}.get(entry.state)
        if longest is None or self._now() - entry.intended_at > longest:
            return False
        return self._holders.is_alive(entry.holder)

    def spent(self, account: str) -> Spent:
        """Today's charges and what is reserved."""
        with self._database.reading() as tx:
            return sums.spent(tx, account, now=self._now())

    def spent_by_day(
        self, *, account: str | None = None, since: date | None = None
    ) -> tuple[DaySpend, ...]:
        """The sums of each day and model or workflow, the newest day first."""
        with self._database.reading() as tx:
            return sums.days(tx, account=account, since=since)

    def open_entries(self, *, since: date) -> tuple[Entry, ...]:
        """What was sent, or may have been, on a day or later and is neither settled nor refused."""
        with self._database.reading() as tx:
            return sql.opened(tx, since=since)

    def approval(self, token: str) -> Approval | None:
        """What an approval is bound to, where it was given out here."""
        with self._database.reading() as tx:
            return sql.approval(tx, sealed(token))
