"""The statements of the journal on sums of money; a transaction is the caller's."""

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime

from magica_mcp.spend.entries import DOUBT, DaySpend, Entry, Spent
from magica_mcp.spend.schema import IS_OPEN, day_of, text_of
from magica_mcp.spend.wishes import Wish


def spent(tx: sqlite3.Connection, account: str, *, now: datetime) -> Spent:
    (charged,) = tx.execute(
        "SELECT coalesce(sum(charged), 0) FROM days WHERE account = ? AND day = ?",
        (account, day_of(now)),
    ).fetchone()
    reserved, unpriced = tx.execute(
        "SELECT coalesce(sum(estimate), 0), count(*) - count(estimate) FROM entries"
        f" WHERE {IS_OPEN} AND account = ? AND intended_at > ?",
        (account, text_of(now - DOUBT)),
    ).fetchone()
    return Spent(charged, reserved, unpriced)


def is_redeemed(tx: sqlite3.Connection, new: Sequence[Wish]) -> bool:
    """Whether an approval was used for one of these wishes, by what was or may have been sent.

    What of an approved batch was never sent is still approved.
    """
    approvals = {wish.approval for wish in new if wish.approval is not None}
    marks, keys = ", ".join("?" * len(new)), [wish.key for wish in new]
    query = (
        f"SELECT 1 FROM entries WHERE approval = ? AND request IN ({marks})"
        " AND state NOT IN ('PLANNED', 'REFUSED') LIMIT 1"
    )
    return any(tx.execute(query, (approval, *keys)).fetchone() for approval in approvals)


def days(
    tx: sqlite3.Connection, *, account: str | None, since: date | None
) -> tuple[DaySpend, ...]:
    rows = tx.execute(
        "SELECT account, day, tool, what, runs, estimated, settled, charged, above FROM days"
        " WHERE (?1 IS NULL OR account = ?1) AND (?2 IS NULL OR day >= ?2)"
        " ORDER BY day DESC, charged DESC, what",
        (account, None if since is None else since.isoformat()),
    )
    return tuple(DaySpend(row[0], date.fromisoformat(row[1]), *row[2:]) for row in rows)


_ADD_A_RUN = (
    "INSERT INTO days (account, day, tool, what, runs, estimated) VALUES (?, ?, ?, ?, 1, ?)"
    " ON CONFLICT DO UPDATE SET runs = runs + 1, estimated = estimated + excluded.estimated"
)
_ADD_A_CHARGE = (
    "INSERT INTO days (account, day, tool, what, settled, charged, above)"
    " VALUES (?, ?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET settled = settled + 1,"
    " charged = charged + excluded.charged, above = above + excluded.above"
)


def add_run(
    tx: sqlite3.Connection, account: str, intended_at: str, tool: str, what: str, estimate: int
) -> None:
    """Add a run to the sums of its model on the day that it was intended."""
    day = day_of(datetime.fromisoformat(intended_at))
    tx.execute(_ADD_A_RUN, (account, day, tool, what, estimate))


def add_charge(tx: sqlite3.Connection, of: Entry, charge: int, *, moment: datetime) -> None:
    """Add a charge to the sums of an entry's model on the day of a moment."""
    above = max(0, charge - of.estimate) if of.estimate is not None else 0
    tx.execute(_ADD_A_CHARGE, (of.account, day_of(moment), of.tool, of.what, charge, above))
