"""The statements of the journal, one function each; a transaction is the caller's."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time
from typing import Any, cast

from magica_mcp.spend.approvals import Approval
from magica_mcp.spend.entries import DOUBT, DaySpend, Entry, Spent, State
from magica_mcp.spend.schema import IS_OPEN
from magica_mcp.spend.wishes import Wish

MOST_COMPARED = 20
"""How many entries of one request are looked at, the newest of them."""
FORGOTTEN_BESIDES = 1
"""How many old entries go with new ones, besides one for each: more than come, and never many."""
DATED_AHEAD = 8
"""How many of the oldest entries may stay because a wrong clock has dated them ahead, and not keep
the others from being forgotten."""

_COLUMNS = tuple(field.name for field in fields(Entry))
_ENTRY = ", ".join(_COLUMNS)
_TIMES = ("intended_at", "seen_at", "finished_at")


def text_of(moment: datetime) -> str:
    """A moment as the journal keeps it: UTC in ISO form, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


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


# Money ----------------------------------------------------------------------------------------


def spent(tx: sqlite3.Connection, account: str, *, now: datetime) -> Spent:
    (charged,) = tx.execute(
        "SELECT coalesce(sum(charged), 0) FROM days WHERE account = ? AND day = ?",
        (account, _day(now)),
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


def add_to_day(
    tx: sqlite3.Connection, of: Entry, moment: datetime, amounts: Mapping[str, int]
) -> None:
    """Add to the sums of an entry's model on the day of a moment."""
    names = ", ".join(amounts)
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in amounts)
    tx.execute(
        f"INSERT INTO days (account, day, tool, what, {names})"
        f" VALUES ({', '.join('?' * (4 + len(amounts)))})"
        f" ON CONFLICT (account, day, tool, what) DO UPDATE SET {sums}",
        (of.account, _day(moment), of.tool, of.what, *amounts.values()),
    )


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


def add(
    tx: sqlite3.Connection,
    wish: Wish,
    state: State,
    *,
    repeats: int | None,
    batch: str | None,
    holder: str,
    now: datetime,
) -> Entry:
    cursor = tx.execute(
        "INSERT INTO entries (account, request, tool, what, estimate, state, intended_at,"
        " repeats, batch, approval, holder) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(wish.account, wish.key, wish.tool, wish.what, wish.estimate, state.value),
            *(text_of(now), repeats, batch, wish.approval, holder),
        ),
    )
    return Entry(
        id=cast("int", cursor.lastrowid),
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


def give_run(tx: sqlite3.Connection, entry_id: int, run_id: str) -> Entry | None:
    """The entry that has got this run; None where it had it before, or is not there."""
    row = tx.execute(
        "UPDATE entries SET run_id = ?1, state = 'STARTED' WHERE id = ?2 AND run_id IS NOT ?1"
        f" RETURNING {_ENTRY}",
        (run_id, entry_id),
    ).fetchone()
    return None if row is None else _entry(row)


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


def forget_some(tx: sqlite3.Connection, *, before: datetime, new: int) -> None:
    """Take away a few more of the entries from before a moment than new ones come.

    The sums by day keep their money. Entries come in the order of time; one that a wrong clock has
    dated ahead keeps only itself.
    """
    oldest = tx.execute(
        "SELECT id, intended_at FROM entries ORDER BY id LIMIT ?",
        (new + FORGOTTEN_BESIDES + DATED_AHEAD,),
    )
    limit = text_of(before)
    overdue = [(entry_id,) for entry_id, intended_at in oldest if intended_at < limit]
    if overdue:
        tx.executemany("DELETE FROM entries WHERE id = ?", overdue[: new + FORGOTTEN_BESIDES])


def _one(tx: sqlite3.Connection, where: str, *values: Any) -> Entry | None:
    row = tx.execute(f"SELECT {_ENTRY} FROM entries {where}", values).fetchone()
    return None if row is None else _entry(row)


def _entry(row: Any) -> Entry:
    values = dict(zip(_COLUMNS, row, strict=True))
    for name in _TIMES:
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name])
    return Entry(**values | {"state": State(values["state"])})


def _day(moment: datetime) -> str:
    """The day of this machine's time zone, as the budgets count days."""
    return moment.astimezone().date().isoformat()
