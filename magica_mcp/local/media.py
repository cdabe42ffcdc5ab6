"""The folder of media that local Magica keeps, and the references by which outputs name them.

Stored outputs say "media:<name>"; only an answer turns that into a URL, since the port may change
between starts.
"""

import hmac
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import JsonValue

from magica_mcp.errors import NotFoundError

NAME = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{1,8}")
"""What every name looks like: nobody guesses it, and it can lead to no other folder."""

REFERENCE = "media:"


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
        place = self._place(name)
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, path = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".part")
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(path).replace(place)
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise
        _sync_folder(self._folder)
        return REFERENCE + name

    @contextmanager
    def being_made(self, name: str) -> Iterator[Path]:
        """Where a large file may be written; it is kept under its name once the block ends well."""
        place = self._place(name)
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".part")
        os.close(descriptor)
        path = Path(made)
        try:
            yield path
            with path.open("rb+") as file:
                os.fsync(file.fileno())
            path.replace(place)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        _sync_folder(self._folder)

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
