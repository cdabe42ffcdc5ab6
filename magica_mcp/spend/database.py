"""The journal's one connection of a process: kept open, used by one thread at a time.

Whatever keeps it from working is a `JournalError` that says what to do.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from magica_mcp.errors import JournalError
from magica_mcp.spend.schema import migrate

BUSY_SECONDS = 10.0
"""How long another process may hold the file before it counts as unusable."""
BETWEEN_TRIES = 0.01
DURABLE, NOT_DURABLE = "PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"
BUSY = sqlite3.SQLITE_BUSY
PRIMARY = 0xFF
"""The part of SQLite's error codes that says the kind of trouble."""


class Database:
    """The file as transactions."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._turn = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0

    @contextmanager
    def writing(self, *, is_durable: bool) -> Iterator[sqlite3.Connection]:
        """A transaction that no other process can come between.

        When `is_durable`, it outlives a loss of power from the moment that it ends; otherwise it
        only outlives the end of this process.

        Raises:
            JournalError: the file cannot be used.
        """
        with self._turn:
            try:
                # What was made durable in a file is completed in the same one.
                connection = self._opened() if is_durable else self._connection or self._opened()
                connection.execute(DURABLE if is_durable else NOT_DURABLE)
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            except (OSError, sqlite3.Error) as error:
                self._drop()
                raise unusable(self._file, str(error)) from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Statements that only read; raises as `writing` does."""
        with self._turn:
            try:
                yield self._opened()
            except (OSError, sqlite3.Error) as error:
                self._drop()
                raise unusable(self._file, str(error)) from error

    def close(self) -> None:
        """End the connection; the next use opens another."""
        with self._turn:
            self._drop()

    def _opened(self) -> sqlite3.Connection:
        """The connection, a new one where somebody moved the file away."""
        if self._connection is not None and self._inode_now() != self._inode:
            self._drop()
        if self._connection is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._connected()
            self._inode = self._inode_now()
        return self._connection

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            write_ahead(connection)
            migrate(connection)
        except BaseException as error:
            connection.close()
            if isinstance(error, JournalError):
                raise unusable(self._file, str(error)) from error
            raise
        return connection

    def _inode_now(self) -> int:
        try:
            return self._file.stat().st_ino
        except FileNotFoundError:
            return 0

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def write_ahead(connection: sqlite3.Connection) -> None:
    """Keep the file in WAL mode, which several connections of a new file may ask for at once.

    Raises:
        sqlite3.Error: the file cannot be used, or another process holds it for too long.
    """
    given_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # SQLite itself does not wait here: two that change the mode would wait for each other.
            if error.sqlite_errorcode & PRIMARY != BUSY or time.monotonic() > given_up:
                raise
        else:
            return
        time.sleep(BETWEEN_TRIES)


def unusable(file: Path, why: str) -> JournalError:
    """What is said when the file cannot be used."""
    return JournalError(
        f"The journal of paid requests ({file}) cannot be used ({why}), so nothing new is started: "
        "make the file writable, or move it away."
    )
