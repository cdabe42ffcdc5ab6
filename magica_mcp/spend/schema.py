"""The tables of the journal, and how an older file gets them.

An entry is written before its request is sent and changed as its fate becomes known; `days` holds
the sums by day and model, so that entries may be forgotten and their money is not; `approvals` are
the prices that were shown.
"""

import sqlite3
from datetime import UTC, datetime

from magica_mcp.errors import JournalError

VERSION = 2

IS_OPEN = "finished_at IS NULL"
"""Neither settled nor refused, as the index of open entries has it: only so is the index used.

It does not name the state, so that a start that changes SENT to STARTED need not write the index.
"""

_BY_REQUEST = "CREATE INDEX entries_by_request ON entries (request)"
_OPEN = f"CREATE INDEX entries_open ON entries (account, intended_at, estimate) WHERE {IS_OPEN}"

_TABLES = (
    """CREATE TABLE entries (
        id INTEGER PRIMARY KEY,
        account TEXT NOT NULL,
        request TEXT NOT NULL,
        tool TEXT NOT NULL,
        what TEXT NOT NULL,
        estimate INTEGER,
        charge INTEGER,
        run_id TEXT,
        state TEXT NOT NULL CHECK (state IN (
            'PLANNED', 'SENT', 'UNKNOWN', 'STARTED', 'COMPLETED', 'FAILED', 'CANCELED', 'REFUSED'
        )),
        intended_at TEXT NOT NULL,
        seen_at TEXT,
        finished_at TEXT,
        repeats INTEGER,
        batch TEXT,
        approval TEXT,
        holder TEXT,
        CHECK ((run_id IS NOT NULL) = (state IN ('STARTED', 'COMPLETED', 'FAILED', 'CANCELED')))
    )""",
    _BY_REQUEST,
    "CREATE UNIQUE INDEX entries_by_run ON entries (run_id, account) WHERE run_id IS NOT NULL",
    _OPEN,
    "CREATE INDEX entries_by_approval ON entries (approval) WHERE approval IS NOT NULL",
    """CREATE TABLE days (
        account TEXT NOT NULL,
        day TEXT NOT NULL,
        tool TEXT NOT NULL,
        what TEXT NOT NULL,
        runs INTEGER NOT NULL DEFAULT 0,
        estimated INTEGER NOT NULL DEFAULT 0,
        settled INTEGER NOT NULL DEFAULT 0,
        charged INTEGER NOT NULL DEFAULT 0,
        above INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (account, day, tool, what)
    ) WITHOUT ROWID""",
    """CREATE TABLE approvals (
        sealed TEXT PRIMARY KEY,
        account TEXT NOT NULL,
        job TEXT NOT NULL,
        price INTEGER,
        shown_at TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX approvals_by_time ON approvals (shown_at)",
)

_FROM_THE_FIRST = (
    """INSERT OR IGNORE INTO entries
        (id, account, request, tool, what, estimate, charge, run_id, state, intended_at,
        finished_at)
    SELECT id, '', request, tool, what, estimate, charge, run_id,
        CASE WHEN refused = 1 THEN 'REFUSED' WHEN run_id IS NULL THEN 'UNKNOWN'
             WHEN charge IS NULL THEN 'STARTED' ELSE 'COMPLETED' END,
        intended_at,
        CASE WHEN refused = 1 OR run_id IS NOT NULL AND charge IS NOT NULL THEN intended_at END
    FROM first_entries ORDER BY id""",
    """INSERT INTO days (account, day, tool, what, runs, estimated, settled, charged, above)
    SELECT '', substr(intended_at, 1, 10), tool, what, count(*), coalesce(sum(estimate), 0),
        count(charge), coalesce(sum(charge), 0),
        sum(max(0, coalesce(charge - coalesce(estimate, charge), 0)))
    FROM entries WHERE run_id IS NOT NULL GROUP BY 2, 3, 4""",
    "DROP TABLE first_entries",
)
"""The first version named no account; its index names would be in the way of ours."""

_FROM_VERSION_1 = (
    "UPDATE entries SET finished_at = intended_at WHERE state = 'REFUSED' AND finished_at IS NULL",
    "DROP INDEX entries_by_request",
    "DROP INDEX entries_open",
    "DROP INDEX entries_by_time",
    _BY_REQUEST,
    _OPEN,
)
"""Version 1 did not date refusals, and had more in its indices than a start can afford."""


def text_of(moment: datetime) -> str:
    """A moment as the journal keeps it: UTC in ISO form, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def day_of(moment: datetime) -> str:
    """The day of this machine's time zone, as the budgets count days."""
    return moment.astimezone().date().isoformat()


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to this version; several processes may do so at once.

    Raises:
        JournalError: a newer version of this program has written it.
    """
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        _migrate(connection, found=_version(connection))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _migrate(connection: sqlite3.Connection, *, found: int) -> None:
    if found > VERSION:
        raise JournalError("it was written by a newer version of magica-mcp")
    if found < 1:
        _create(connection)
    elif found < VERSION:
        for statement in _FROM_VERSION_1:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _create(connection: sqlite3.Connection) -> None:
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    is_first = "entries" in names
    if is_first:
        for index in names & {"entries_by_request", "entries_by_run"}:
            connection.execute(f"DROP INDEX {index}")
        connection.execute("ALTER TABLE entries RENAME TO first_entries")
    for statement in (*_TABLES, *(_FROM_THE_FIRST if is_first else ())):
        connection.execute(statement)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
