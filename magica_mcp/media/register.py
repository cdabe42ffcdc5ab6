"""Which results somebody wants on this disk, and which are there.

One SQLite file under MAGICA_HOME, shared by several processes: a wish that was made when a run was
started is kept until the run is over, whichever process sees its end. Refuses to know how a result
is fetched or written.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from magica_mcp.errors import ConfigurationError
from magica_mcp.models.wire import JsonObject

KEPT = timedelta(days=60)
"""For so long a wish and a request are remembered; saved files for good."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS wishes (
    account TEXT NOT NULL,
    run_id TEXT NOT NULL,
    save_to TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (account, run_id)
);
CREATE TABLE IF NOT EXISTS requests (
    account TEXT NOT NULL,
    run_id TEXT NOT NULL,
    request TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (account, run_id)
);
CREATE TABLE IF NOT EXISTS saved (
    account TEXT NOT NULL,
    run_id TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    at TEXT NOT NULL,
    PRIMARY KEY (account, run_id, number)
);
"""


@dataclass(frozen=True)
class SavedFile:
    """A result on this disk; `number` says which file of its run it is, from 1."""

    number: int
    path: Path
    sha256: str
    bytes: int


class Register:
    """What the processes of this machine share about results.

    Every method may raise a `ConfigurationError`: the file cannot be used.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=10)) as connection:
                connection.executescript(_SCHEMA)
                with connection:
                    yield connection
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(
                f"The register of saved results ({self._file}) cannot be used: {error}. "
                "Make the file writable, or move it away."
            ) from error

    def wish(self, account: str, run_id: str, save_to: str) -> None:
        """Remember that a run's result is wanted there once it is over; the latest wish counts."""
        with self._open() as connection:
            connection.execute("DELETE FROM wishes WHERE at < ?", (_ago(KEPT),))
            connection.execute(
                "INSERT OR REPLACE INTO wishes (account, run_id, save_to, at) VALUES (?, ?, ?, ?)",
                (account, run_id, save_to, _ago(timedelta())),
            )

    def wished(self, account: str, run_id: str) -> str | None:
        """Where a run's result is wanted, or None."""
        if not self._file.exists():  # of most runs nothing is ever wanted
            return None
        with self._open() as connection:
            row = connection.execute(
                "SELECT save_to FROM wishes WHERE account = ? AND run_id = ?", (account, run_id)
            ).fetchone()
        return None if row is None else str(row[0])

    def fulfilled(self, account: str, run_id: str) -> None:
        """The wish is done with: granted, or there is nothing to save."""
        with self._open() as connection:
            connection.execute(
                "DELETE FROM wishes WHERE account = ? AND run_id = ?", (account, run_id)
            )

    def remember_request(self, account: str, run_id: str, request: JsonObject) -> None:
        """Keep what a run was started with, since Magica's answers do not tell."""
        with self._open() as connection:
            connection.execute("DELETE FROM requests WHERE at < ?", (_ago(KEPT),))
            connection.execute(
                "INSERT OR IGNORE INTO requests (account, run_id, request, at) VALUES (?, ?, ?, ?)",
                (account, run_id, json.dumps(request), _ago(timedelta())),
            )

    def request(self, account: str, run_id: str) -> JsonObject | None:
        """What a run was started with, where that was from here."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT request FROM requests WHERE account = ? AND run_id = ?", (account, run_id)
            ).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def saved(self, account: str, run_id: str) -> tuple[SavedFile, ...]:
        """The files of a run that were saved, in order; they may be gone by now."""
        if not self._file.exists():
            return ()
        with self._open() as connection:
            rows = connection.execute(
                "SELECT number, path, sha256, bytes FROM saved"
                " WHERE account = ? AND run_id = ? ORDER BY number",
                (account, run_id),
            ).fetchall()
        return tuple(SavedFile(row[0], Path(row[1]), row[2], row[3]) for row in rows)

    def save(self, account: str, run_id: str, file: SavedFile) -> SavedFile:
        """Enter a file; where another process was faster with this one, that one's is returned."""
        with self._open() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO saved (account, run_id, number, path, sha256, bytes, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    account,
                    run_id,
                    file.number,
                    str(file.path),
                    file.sha256,
                    file.bytes,
                    _ago(timedelta()),
                ),
            )
            row = connection.execute(
                "SELECT number, path, sha256, bytes FROM saved"
                " WHERE account = ? AND run_id = ? AND number = ?",
                (account, run_id, file.number),
            ).fetchone()
        return SavedFile(row[0], Path(row[1]), row[2], row[3])

    def gone(self, account: str, run_id: str, file: SavedFile) -> None:
        """A saved file is not where it was: it may be saved again."""
        with self._open() as connection:
            connection.execute(
                "DELETE FROM saved WHERE account = ? AND run_id = ? AND number = ? AND path = ?",
                (account, run_id, file.number, str(file.path)),
            )


def _ago(span: timedelta) -> str:
    return (datetime.now(UTC) - span).isoformat()
