"""The record of every paid request: written before it is sent, completed when its fate is known.

SQLite under MAGICA_HOME, shared by several processes. Refuses to know MCP and HTTP.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from magica_mcp.errors import ConfigurationError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY,
    request TEXT NOT NULL,
    tool TEXT NOT NULL,
    what TEXT NOT NULL,
    estimate INTEGER,
    run_id TEXT,
    charge INTEGER,
    refused INTEGER NOT NULL DEFAULT 0 CHECK (refused IN (0, 1)),
    intended_at TEXT NOT NULL,
    CHECK (NOT (refused = 1 AND run_id IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS entries_by_request ON entries (request, id);
CREATE INDEX IF NOT EXISTS entries_by_run ON entries (run_id);
"""


@dataclass(frozen=True)
class Entry:
    """One paid request; amounts in microcredits. Neither a run id nor refused: its fate is open."""

    id: int
    tool: str
    what: str
    estimate: int | None
    run_id: str | None
    charge: int | None
    refused: int
    intended_at: str


def request_key(account: str, tool: str, arguments: Mapping[str, Any]) -> str:
    """The same for the same wish: the account's fingerprint, the tool and its full arguments."""
    text = json.dumps([account, tool, arguments], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """Every paid request of every process that shares this file."""

    def __init__(self, file: Path, *, now: Callable[[], datetime] = _now) -> None:
        self._file, self._now = file, now

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=10)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(_SCHEMA)
                with connection:
                    yield connection
        except (OSError, sqlite3.DatabaseError) as error:
            message = (
                f"The journal of paid requests ({self._file}) cannot be used: {error}. "
                "Nothing was sent. Make the file writable, or move it away."
            )
            raise ConfigurationError(message) from error

    def intend(self, request: str, *, tool: str, what: str, estimate: int | None) -> int:
        """Note a paid request before it is sent, and return the id of its entry."""
        with self._open() as connection:
            cursor = connection.execute(
                "INSERT INTO entries (request, tool, what, estimate, intended_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (request, tool, what, estimate, self._now().isoformat()),
            )
            return int(cursor.lastrowid or 0)

    def started(self, entry_id: int, *, run_id: str) -> None:
        """Note that the request was accepted as this run."""
        with self._open() as connection:
            connection.execute("UPDATE entries SET run_id = ? WHERE id = ?", (run_id, entry_id))

    def refused(self, entry_id: int) -> None:
        """Note that the request was certainly not accepted."""
        with self._open() as connection:
            connection.execute(
                "UPDATE entries SET refused = 1 WHERE id = ? AND run_id IS NULL", (entry_id,)
            )

    def charged(self, run_id: str, *, microcredits: int) -> bool:
        """Note what a run came to in the end; whether that was news."""
        with self._open() as connection:
            cursor = connection.execute(
                "UPDATE entries SET charge = ? WHERE run_id = ? AND charge IS NULL",
                (microcredits, run_id),
            )
            return cursor.rowcount > 0

    def of_run(self, run_id: str) -> Entry | None:
        """The entry of the request that started this run, when it was started from here."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT id, tool, what, estimate, run_id, charge, refused, intended_at"
                " FROM entries WHERE run_id = ? ORDER BY id DESC LIMIT 1",
                (run_id,),
            ).fetchone()
        return None if row is None else Entry(*row)
