"""The folder of media that local Magica keeps, and the references by which outputs name them.

Stored outputs say "media:<name>"; only an answer turns that into a URL, since the port may change
between starts.
"""

import errno
import hmac
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import JsonValue

from magica_mcp.errors import NotFoundError

NAME = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{1,8}")
"""What every name looks like: nobody guesses it, and it can lead to no other folder."""

REFERENCE = "media:"
DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
"""What the system answers where a file finds no room."""

PART = ".part"
"""How the names of files end that are still being written."""
LEFT_OVER_SECONDS = 24 * 3600


class MediaFolder:
    """Files by names that only `secret` explains; whoever knows a name may read the file."""

    def __init__(self, folder: Path, *, secret: bytes) -> None:
        self._folder, self._secret = folder, secret

    def name_for(self, run_id: str, node_id: str, index: int, *, extension: str) -> str:
        """The name of a node's output: unguessable, and the same every time."""
        told = "\0".join((run_id, node_id, str(index))).encode()
        digest = hmac.new(self._secret, told, "sha256").hexdigest()
        return f"{digest[:32]}.{extension.lstrip('.').lower()}"

    def write(self, name: str, content: bytes) -> str:
        """Keep a file, wholly or not at all, and answer its reference "media:<name>"."""
        with self.being_made(name) as path:
            path.write_bytes(content)
        return REFERENCE + name

    @contextmanager
    def being_made(self, name: str) -> Iterator[Path]:
        """Where a large file may be written; it is kept under its name once the block ends well."""
        place = self._place(name)
        with self.part() as path:
            yield path
            self._keep(path, place)

    @contextmanager
    def part(self) -> Iterator[Path]:
        """Where a file may be written that has no name yet; gone at the end unless it is kept."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=PART)
        os.close(descriptor)
        try:
            yield Path(made)
        finally:
            Path(made).unlink(missing_ok=True)

    def keep(self, part: Path, name: str) -> str:
        """Give a finished part its name, and answer its reference "media:<name>"."""
        self._keep(part, self._place(name))
        return REFERENCE + name

    def _keep(self, part: Path, place: Path) -> None:
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(place)
        _sync_folder(self._folder)

    def remove_leftovers(self, *, now: float) -> None:
        """Remove parts that nobody has written to for a day: whoever did was killed."""
        for part in self._folder.glob(f".*{PART}"):
            with suppress(OSError):
                if now - part.stat().st_mtime > LEFT_OVER_SECONDS:
                    part.unlink()

    def has_room_for(self, size: int) -> bool:
        """Whether so many bytes would fit on the disk."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self._folder).free > size

    def path_of(self, name: str) -> Path:
        """Where a file is. Raises `NotFoundError` for a name that is unknown or malformed."""
        place = self._place(name)
        if not place.is_file():
            raise NotFoundError("No such file is kept here. Start the run again to make it anew.")
        return place

    def _place(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise NotFoundError("That is not the name of a file that is kept here.")
        return self._folder / name


def name_in(reference: str) -> str | None:
    """The name that a reference holds, or None where the text is not a reference."""
    name = reference.removeprefix(REFERENCE)
    return name if name != reference and NAME.fullmatch(name) else None


def with_urls(value: JsonValue, *, origin: str) -> JsonValue:
    """The value with every reference within turned into a URL below `origin`."""
    if isinstance(value, str):
        name = name_in(value)
        return value if name is None else f"{origin}/media/{name}"
    if isinstance(value, list):
        return [with_urls(each, origin=origin) for each in value]
    if isinstance(value, dict):
        return {key: with_urls(each, origin=origin) for key, each in value.items()}
    return value


def _sync_folder(folder: Path) -> None:
    """Make a rename outlive a power cut, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
