"""The statements of the journal on its entries and approvals, one function each.

A transaction is the caller's; sums of money are in `sums`.
"""

import sqlite3
from dataclasses import fields
from datetime import UTC, date, datetime, time
from typing import Any

from magica_mcp.spend.approvals import Approval
from magica_mcp.spend.entries import Entry, State
from magica_mcp.spend.schema import IS_OPEN, text_of
from magica_mcp.spend.sums import add_run
from magica_mcp.spend.wishes import Wish

MOST_COMPARED = 20
"""How many entries of one request are looked at, the newest of them."""
FORGOTTEN_AT_ONCE = 2
"""How many old entries go with one transaction, besides one for each new one: more than come, and
never many."""
DATED_AHEAD = 8
"""How many of the oldest entries may stay because a wrong clock has dated them ahead, and not keep
the others from being forgotten."""

_COLUMNS = tuple(field.name for field in fields(Entry))
_ENTRY = ", ".join(_COLUMNS)
_TIMES = ("intended_at", "seen_at", "finished_at")


# Finding --------------------------------------------------------------------------------------


def entry(tx: sqlite3.Connection, entry_id: int) -> Entry | None:
    return _one(tx, "WHERE id = ?", entry_id)


def of_run(tx: sqlite3.Connection, run_id: str, *, account: str) -> Entry | None:
    return _one(tx, "WHERE run_id = ? AND account = ?", run_id, account)


def latest_of(tx: sqlite3.Connection, request: str) -> tuple[Entry, ...]:
    """The newest entries of a request that were not refused, the newest first."""
    rows = tx.execute(
        f"SELECT {_ENTRY} FROM entries WHERE request = ? AND state <> 'REFUSED'"
        f" ORDER BY id DESC LIMIT {MOST_COMPARED}",
        (request,),
    )
    return tuple(map(_entry, rows))


def named(tx: sqlite3.Connection, request: str, name: str) -> Entry | None:
    """The entry of a request that goes by this run id or name."""
    where = "WHERE request = ? AND (run_id = ? OR 'intent-' || id = ?)"
    return _one(tx, where, request, name, name)


def unsettled(
    tx: sqlite3.Connection, account: str, *, after: datetime, before: datetime, limit: int
) -> tuple[Entry, ...]:
    """Entries whose runs were started between two moments and of whose end nothing is known."""
    rows = tx.execute(
        f"SELECT {_ENTRY} FROM entries WHERE {IS_OPEN} AND state = 'STARTED' AND account = ?"
        " AND intended_at > ? AND intended_at < ? ORDER BY intended_at LIMIT ?",
        (account, text_of(after), text_of(before), limit),
    )
    return tuple(map(_entry, rows))


def opened(tx: sqlite3.Connection, *, since: date) -> tuple[Entry, ...]:
    """Entries of a day and later that are neither settled nor refused."""
    began = datetime.combine(since, time.min).astimezone()
    rows = tx.execute(
        f"SELECT {_ENTRY} FROM entries WHERE {IS_OPEN} AND intended_at >= ? ORDER BY intended_at",
        (text_of(began),),
    )
    return tuple(map(_entry, rows))


def known_runs(tx: sqlite3.Connection, account: str, run_ids: list[str]) -> frozenset[str]:
    """Which of these runs belong to an entry."""
    marks = ", ".join("?" * len(run_ids))
    rows = tx.execute(
        f"SELECT run_id FROM entries WHERE run_id IN ({marks}) AND account = ?",
        (*run_ids, account),
    )
    return frozenset(row[0] for row in rows)


# Approvals ------------------------------------------------------------------------------------


def approval(tx: sqlite3.Connection, seal: str) -> Approval | None:
    row = tx.execute(
        "SELECT account, job, price, shown_at FROM approvals WHERE sealed = ?", (seal,)
    ).fetchone()
    if row is None:
        return None
    account, job, price, shown_at = row
    return Approval(account, job, price, datetime.fromisoformat(shown_at))


def add_approval(tx: sqlite3.Connection, seal: str, given: Approval) -> None:
    tx.execute(
        "INSERT INTO approvals (sealed, account, job, price, shown_at) VALUES (?, ?, ?, ?, ?)",
        (seal, given.account, given.job, given.price, text_of(given.shown_at)),
    )


def forget_approvals(tx: sqlite3.Connection, *, before: datetime) -> None:
    tx.execute("DELETE FROM approvals WHERE shown_at < ?", (text_of(before),))


# Writing --------------------------------------------------------------------------------------


_ADD = (
    "INSERT INTO entries (account, request, tool, what, estimate, state, intended_at, repeats,"
    " batch, approval, holder) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11"
)
_ADD_FIRST = (
    f"{_ADD} WHERE NOT EXISTS (SELECT 1 FROM entries WHERE request = ?2 AND state <> 'REFUSED')"
)


def add(
    tx: sqlite3.Connection,
    wish: Wish,
    state: State,
    *,
    repeats: int | None,
    batch: str | None,
    holder: str,
    now: datetime,
    statement: str = _ADD,
) -> Entry | None:
    """The new entry; None: the statement adds nothing (`_ADD` always does)."""
    cursor = tx.execute(
        statement,
        (
            *(wish.account, wish.key, wish.tool, wish.what, wish.estimate, state.value),
            *(text_of(now), repeats, batch, wish.approval, holder),
        ),
    )
    if cursor.rowcount == 0 or cursor.lastrowid is None:
        return None
    return Entry(
        id=cursor.lastrowid,
        account=wish.account,
        tool=wish.tool,
        what=wish.what,
        estimate=wish.estimate,
        charge=None,
        run_id=None,
        state=state,
        intended_at=now.astimezone(UTC),
        seen_at=None,
        finished_at=None,
        repeats=repeats,
        batch=batch,
        holder=holder,
    )


def add_first(tx: sqlite3.Connection, wish: Wish, *, holder: str, now: datetime) -> Entry | None:
    """The entry of a request that is sent, unless there was one that was not refused."""
    return add(
        *(tx, wish, State.SENT),
        repeats=None,
        batch=None,
        holder=holder,
        now=now,
        statement=_ADD_FIRST,
    )


def become(
    tx: sqlite3.Connection, entry_id: int, state: State, *, only_from: tuple[State, ...]
) -> bool:
    """Change a state that has no run, where it is one of these; whether it was."""
    marks = ", ".join("?" * len(only_from))
    cursor = tx.execute(
        f"UPDATE entries SET state = ? WHERE id = ? AND state IN ({marks})",
        (state.value, entry_id, *(each.value for each in only_from)),
    )
    return cursor.rowcount > 0


def refuse(
    tx: sqlite3.Connection, entry_id: int, *, only_from: tuple[State, ...], now: datetime
) -> None:
    if become(tx, entry_id, State.REFUSED, only_from=only_from):
        tx.execute("UPDATE entries SET finished_at = ? WHERE id = ?", (text_of(now), entry_id))


def give_run(tx: sqlite3.Connection, entry_id: int, run_id: str) -> None:
    """Note a run and what it is estimated at, unless the entry had it before or is not there."""
    started = tx.execute(
        "UPDATE entries SET run_id = ?1, state = 'STARTED' WHERE id = ?2 AND run_id IS NOT ?1"
        " RETURNING account, intended_at, tool, what, coalesce(estimate, 0)",
        (run_id, entry_id),
    ).fetchone()
    if started is not None:
        add_run(tx, *started)


def take_run_away(tx: sqlite3.Connection, run_id: str, *, for_entry: int) -> None:
    """Leave without this run whichever other entry of the same account has it."""
    tx.execute(
        "UPDATE entries SET run_id = NULL, state = 'UNKNOWN', charge = NULL, finished_at = NULL"
        " WHERE run_id = ?1 AND account = (SELECT account FROM entries WHERE id = ?2) AND id <> ?2",
        (run_id, for_entry),
    )


def mark_seen(tx: sqlite3.Connection, entry_id: int, *, now: datetime) -> None:
    tx.execute("UPDATE entries SET seen_at = ? WHERE id = ?", (text_of(now), entry_id))


def settle(
    tx: sqlite3.Connection,
    entry_id: int,
    state: State,
    *,
    charge: int | None,
    finished_at: datetime,
) -> None:
    tx.execute(
        "UPDATE entries SET state = ?, charge = ?, finished_at = ? WHERE id = ?",
        (state.value, charge, text_of(finished_at), entry_id),
    )


def forget_some(tx: sqlite3.Connection, *, before: datetime, new: int = 0) -> None:
    """Take away a few more of the entries from before a moment than new ones come.

    The sums by day keep their money. Entries come in the order of time; one that a wrong clock has
    dated ahead keeps only itself.
    """
    most, limit = new + FORGOTTEN_AT_ONCE, text_of(before)
    oldest = tx.execute(
        "SELECT id, intended_at FROM entries ORDER BY id LIMIT ?", (most + DATED_AHEAD,)
    )
    overdue = [(entry_id,) for entry_id, intended_at in oldest if intended_at < limit]
    tx.executemany("DELETE FROM entries WHERE id = ?", overdue[:most])


def _one(tx: sqlite3.Connection, where: str, *values: Any) -> Entry | None:
    row = tx.execute(f"SELECT {_ENTRY} FROM entries {where}", values).fetchone()
    return None if row is None else _entry(row)


def _entry(row: Any) -> Entry:
    values = dict(zip(_COLUMNS, row, strict=True))
    for name in _TIMES:
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name])
    return Entry(**values | {"state": State(values["state"])})
