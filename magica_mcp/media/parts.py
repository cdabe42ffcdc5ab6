"""A file in the making: written beside its place, hashed on the way, then named or gone.

Whatever ends it, a full disk, a lost connection or the end of the program, nothing half stays under
a name, and no other file is ever replaced.
"""

import errno
import hashlib
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO

from magica_mcp.errors import ConfigurationError

PREFIX, SUFFIX = ".magica-", ".part"
FORGOTTEN_AFTER = 86_400.0
"""Seconds after which a part belongs to nobody: its program was killed."""

_ROOM = "Make room there, or set MAGICA_OUTPUT_DIR to a folder on another disk."
_RIGHTS = (
    "Set MAGICA_OUTPUT_DIR to a folder that this program may write to; macOS guards Documents, "
    "Desktop and Downloads until it is allowed in the system settings."
)
ADVICE: Mapping[int, str] = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), _ROOM),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), _RIGHTS),
}
"""What to do about a failing disk, by the number of its error."""

Describe = Callable[[str], bytes]
"""What stands in the file beside a file of this name."""

IsSame = Callable[[Path], bool]
"""Whether a file that is there already tells, by what stands beside it, that it is this one."""


def beside(file: Path) -> Path:
    """Where the description of a saved file is: 'fox.png.json'."""
    return file.with_name(f"{file.name}.json")


class Part:
    """A file that is being written to; its size and hash are those of what was written so far."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path, self._file = path, file
        self.size, self._hash = 0, hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    @property
    def head(self) -> bytes:
        """The first bytes of what was written; the rest of it must follow before this is asked."""
        self._file.seek(0)
        return self._file.read(4_096)

    def write(self, blocks: Iterable[bytes]) -> None:
        """Add these. Raises `OSError`."""
        # At once: this thread waits for its turn after each call that lets the other one go on.
        block = b"".join(blocks)
        self._file.write(block)
        self._hash.update(block)
        self.size += len(block)

    def keep(
        self, stem: str, extension: str, *, describe: Describe, is_same: IsSame
    ) -> tuple[Path, bool]:
        """Take the first free name of 'fox.png', 'fox-2.png' and so on; whether it was new.

        A file of such a name that is this very one stays, and this one goes. Raises `OSError`.
        """
        self._file.close()
        for number in count(1):
            target = self.path.with_name(f"{stem}{f'-{number}' if number > 1 else ''}{extension}")
            if is_same(target):
                return target, False
            if _are_taken(target, beside(target)):
                self._name(target, describe(target.name))
                return target, True
        raise AssertionError

    def _name(self, target: Path, description: bytes) -> None:
        """Both files under names that are ours already, the description first."""
        note = self.path.with_suffix(".note")
        try:
            note.write_bytes(description)
            note.replace(beside(target))
            self.path.replace(target)
        except BaseException:
            for path in (note, beside(target), target):
                path.unlink(missing_ok=True)
            raise


def _are_taken(*paths: Path) -> bool:
    """Take all of these names, or none where one of them exists; links count, even broken ones."""
    for position, path in enumerate(paths):
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            for taken in paths[:position]:
                taken.unlink()
            return False
    return True


@contextmanager
def part_in(folder: Path) -> Iterator[Part]:
    """A new part in a folder, which is made if need be; unless it is kept, it goes.

    Raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    path = folder / f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"
    try:
        with path.open("x+b") as file:
            yield Part(path, file)
    finally:
        path.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove what a killed program left here."""
    for path in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - FORGOTTEN_AFTER:
                path.unlink()


def require_folder(folder: Path) -> None:
    """Make sure that results can be saved there, before anything is paid for.

    Raises:
        ConfigurationError: the folder cannot be made or written to.
    """
    with disk_errors_as_ours(folder), part_in(folder):
        pass


@contextmanager
def disk_errors_as_ours(folder: Path) -> Iterator[None]:
    """What a disk refuses, as a sentence about the folder."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        advice = ADVICE.get(error.errno or 0, "Give another folder, or set MAGICA_OUTPUT_DIR.")
        raise ConfigurationError(f"Could not save to {folder}: {reason}. {advice}") from error
