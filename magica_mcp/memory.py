"""What is learned from use and may be forgotten: how long runs take.

One SQLite file under MAGICA_HOME, shared by several processes. Refuses to know what is done with
it; losing the file loses nothing that matters.
"""

import sqlite3
import statistics
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

KEPT_PER_KIND = 50

_SCHEMA = """
CREATE TABLE IF NOT EXISTS durations (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    seconds REAL NOT NULL CHECK (seconds >= 0)
);
CREATE INDEX IF NOT EXISTS durations_by_kind ON durations (kind, id);
"""


class Memory:
    """Learned facts by kind of run (a node type or a workflow id). Safe for several processes."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._file, timeout=5)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
            with connection:
                yield connection

    def remember_duration(self, kind: str, seconds: float) -> None:
        """Note how long one run of this kind took; only the newest are kept."""
        with self._open() as connection:
            connection.execute(
                "INSERT INTO durations (kind, seconds) VALUES (?, ?)", (kind, max(0.0, seconds))
            )
            connection.execute(
                "DELETE FROM durations WHERE kind = ? AND id NOT IN"
                " (SELECT id FROM durations WHERE kind = ? ORDER BY id DESC LIMIT ?)",
                (kind, kind, KEPT_PER_KIND),
            )

    def usual_seconds(self, kind: str) -> float | None:
        """The median duration of this kind of run in seconds, or None where none was seen."""
        with self._open() as connection:
            rows = connection.execute("SELECT seconds FROM durations WHERE kind = ?", (kind,))
            seen = [row[0] for row in rows]
        return statistics.median(seen) if seen else None
