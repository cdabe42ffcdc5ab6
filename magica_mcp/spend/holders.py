"""Which processes that sent something are still alive, told by locks that die with their process.

A process holds a file of its own locked through SQLite, whose locks work alike on every system
and say the truth between containers that share the folder, where process ids do not.
"""

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

KEPT_SECONDS = 86_400.0
"""For so long the file of a dead process is kept; it is younger while its lock is being made."""


class Holders:
    """The locks in one folder; `own` is the name of this process in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = f"{secrets.token_hex(8)}.lock"
        self._lock: sqlite3.Connection | None = None
        self._turn = threading.Lock()

    def own(self) -> str:
        """The name of this process, which is locked from the first time that it is asked for.

        Raises:
            sqlite3.Error: the folder cannot be used.
            OSError: likewise.
        """
        with self._turn:  # two threads that lock the same file would shut each other out
            if self._lock is None:
                self._lock = self._locked()
        return self._name

    def _locked(self) -> sqlite3.Connection:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._forget_the_dead()
        lock = sqlite3.connect(
            self._folder / self._name, isolation_level=None, check_same_thread=False
        )
        lock.execute("BEGIN EXCLUSIVE")
        return lock

    def is_alive(self, name: str | None) -> bool:
        """Whether the process of this name still runs; this one always does."""
        if name is None:
            return False
        if name == self._name:
            return self._lock is not None
        return _is_locked(self._folder / name)

    def close(self) -> None:
        """Let go: what this process left open is open to others."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
            with suppress(OSError):
                (self._folder / self._name).unlink()

    def _forget_the_dead(self) -> None:
        for file in self._old_files():
            if not _is_locked(file):
                with suppress(OSError):
                    file.unlink()

    def _old_files(self) -> Iterator[Path]:
        oldest = time.time() - KEPT_SECONDS
        for file in self._folder.glob("*.lock"):
            with suppress(OSError):
                if file.stat().st_mtime < oldest:
                    yield file


def _is_locked(file: Path) -> bool:
    """Whether somebody holds the lock; a file that is not there is nobody's."""
    if not file.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=0)) as probe:
            probe.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode == sqlite3.SQLITE_BUSY
    return False
