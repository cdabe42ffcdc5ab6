"""What is learned from use and may be forgotten: how long runs take, what was uploaded where.

One SQLite file under MAGICA_HOME, shared by several processes. Refuses to know what is done with
it; losing the file loses nothing that matters.
"""

import sqlite3
import statistics
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

KEPT_PER_KIND = 50
KEPT_UPLOADS = 5_000
"""Of one account."""
UNUSABLE = (sqlite3.Error, OSError)
"""A file that cannot be used: then nothing is learned, and nothing that matters is lost."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS durations (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    seconds REAL NOT NULL CHECK (seconds >= 0)
);
CREATE INDEX IF NOT EXISTS durations_by_kind ON durations (kind, id);
CREATE TABLE IF NOT EXISTS clients (
    name TEXT PRIMARY KEY,
    known TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS uploads (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    item TEXT NOT NULL,
    UNIQUE (account, digest)
);
CREATE INDEX IF NOT EXISTS uploads_by_size ON uploads (account, size);
"""


@dataclass(frozen=True)
class Usual:
    """How long such runs take, in seconds: half of them at most `p50`, nine of ten `p90`."""

    p50: float
    p90: float
    seen: int = 0
    """From how many runs this was learned; 0: it is only supposed."""
    p10: float | None = None
    """One of ten takes at most this; None: that is not known."""


class Memory:
    """Learned facts by kind of run (a node type or a workflow id). Safe for several processes.

    The file is opened for each question, which takes half a millisecond a few times a minute: so
    it may be moved or deleted at any time, holds up no other process, and has nobody to close it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._file, timeout=5)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SCHEMA)
            with connection:
                yield connection

    def remember_duration(self, kind: str, seconds: float) -> None:
        """Note how long one run of this kind took; only the newest are kept."""
        with suppress(*UNUSABLE), self._open() as connection:
            connection.execute(
                "INSERT INTO durations (kind, seconds) VALUES (?, ?)", (kind, max(0.0, seconds))
            )
            connection.execute(
                "DELETE FROM durations WHERE kind = ? AND id NOT IN"
                " (SELECT id FROM durations WHERE kind = ? ORDER BY id DESC LIMIT ?)",
                (kind, kind, KEPT_PER_KIND),
            )

    def usual(self, kind: str) -> Usual | None:
        """How long this kind of run takes, or None where none was seen."""
        with suppress(*UNUSABLE), self._open() as connection:
            rows = connection.execute("SELECT seconds FROM durations WHERE kind = ?", (kind,))
            return usual_of([row[0] for row in rows])
        return None

    def change_client(self, name: str, change: Callable[[str | None], str]) -> str | None:
        """Keep what `change` makes of what was kept of a client, in words that it reads again.

        No other process comes between; returns None where the file cannot be used.
        """
        with suppress(*UNUSABLE), self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            kept = change(_client_in(connection, name))
            connection.execute(
                "INSERT INTO clients (name, known) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET known = excluded.known",
                (name, kept),
            )
            return kept
        return None

    def client(self, name: str) -> str | None:
        """What was kept of a client, or None."""
        with suppress(*UNUSABLE), self._open() as connection:
            return _client_in(connection, name)
        return None

    def remember_upload(self, account: str, digest: str, *, size: int, item: str) -> None:
        """Keep where an account's file is, by the SHA-256 of its content; only the newest stay."""
        with suppress(*UNUSABLE), self._open() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO uploads (account, digest, size, item) VALUES (?, ?, ?, ?)",
                (account, digest, size, item),
            )
            connection.execute(
                "DELETE FROM uploads WHERE account = ? AND id NOT IN"
                " (SELECT id FROM uploads WHERE account = ? ORDER BY id DESC LIMIT ?)",
                (account, account, KEPT_UPLOADS),
            )

    def has_upload(self, account: str, *, size: int) -> bool:
        """Whether the account has a file of this size: without one, no digest will be found."""
        with suppress(*UNUSABLE), self._open() as connection:
            row = connection.execute(
                "SELECT 1 FROM uploads WHERE account = ? AND size = ? LIMIT 1", (account, size)
            ).fetchone()
            return row is not None
        return False

    def upload(self, account: str, digest: str) -> str | None:
        """What was kept of an account's file, or None."""
        with suppress(*UNUSABLE), self._open() as connection:
            row = connection.execute(
                "SELECT item FROM uploads WHERE account = ? AND digest = ?", (account, digest)
            ).fetchone()
            return None if row is None else str(row[0])
        return None

    def forget_upload(self, account: str, digest: str) -> None:
        """The file is gone."""
        with suppress(*UNUSABLE), self._open() as connection:
            connection.execute(
                "DELETE FROM uploads WHERE account = ? AND digest = ?", (account, digest)
            )


def _client_in(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT known FROM clients WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def usual_of(durations: list[float]) -> Usual | None:
    """What runs that took so many seconds tell of the next one."""
    if len(durations) < 2:
        return Usual(p50=durations[0], p90=durations[0], seen=1) if durations else None
    tenths = statistics.quantiles(durations, n=10, method="inclusive")
    middle = statistics.median(durations)
    return Usual(p50=middle, p90=tenths[-1], seen=len(durations), p10=tenths[0])
