"""A journal whose process is killed: from then on nothing reaches the file, as after SIGKILL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection

from magica_mcp.errors import JournalError
from magica_mcp.spend.database import Database
from magica_mcp.spend.holders import Holders
from magica_mcp.spend.journal import Journal


class Gone(Database):
    """A file that nobody has open any more."""

    @contextmanager
    def writing(self, *, is_durable: bool) -> Iterator[Connection]:
        del is_durable
        raise JournalError("the process was killed")
        yield

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        raise JournalError("the process was killed")
        yield


class MortalJournal(Journal):
    """The journal of one process after the other, on the same file."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self._place = file

    def die(self) -> None:
        """Let go of the lock, as the system does for a process that was killed."""
        self.close()
        self._database = Gone(self._place)

    def be_born(self) -> None:
        """A new process opens the file."""
        self._database = Database(self._place)
        self._holders = Holders(self._place.with_name(f"{self._place.stem}.holders"))
