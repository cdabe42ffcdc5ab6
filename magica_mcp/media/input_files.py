"""A file of the user's: opened once, judged by what was opened, read without being trusted.

Between a look at a path and the reading somebody may put another file there, so nothing is asked
of the path once the file is open.
"""

import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from magica_mcp.errors import InvalidInputError, shortened
from magica_mcp.media.input_paths import Place, name_one_in, place_of
from magica_mcp.recognition import MediaFacts, recognized
from magica_mcp.recognition.measuring import measured

READ_AT_ONCE = 1024 * 1024
MOST_PIXELS = 300_000_000
"""No camera makes larger pictures; a small file that promises more is made to fill memory."""

_PLAIN = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_FILE = _PLAIN | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_FOLDER = getattr(os, "O_PATH", _PLAIN) | getattr(os, "O_DIRECTORY", 0)
_WALKS = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")


class InputFile:
    """A recognized media file or document, open for reading; `size` is in bytes."""

    def __init__(
        self, file: BinaryIO, *, called: str, facts: MediaFacts, before: os.stat_result
    ) -> None:
        """`before` is how the file was when it was opened."""
        self._file, self.called, self.facts, self._before = file, called, facts, before
        self.size = before.st_size
        self.digest: str | None = None
        """The SHA-256 of the content, once it was read to its end."""

    def close(self) -> None:
        self._file.close()

    def read_to_end(self) -> str:
        """Read all of it for its digest alone."""
        for _ in self.pieces():
            pass
        assert self.digest is not None
        return self.digest

    def pieces(self) -> Iterator[bytes]:
        """The content from its beginning. The last piece comes only if nothing changed meanwhile.

        Raises:
            InvalidInputError: the file changed while it was read, or could not be read on.
        """
        found, left = hashlib.sha256(), self.size
        try:
            self._file.seek(0)
            while left:
                piece = self._file.read(min(READ_AT_ONCE, left))
                left -= len(piece)
                found.update(piece)
                if not piece or (not left and self._has_changed()):
                    raise changed(self.called)
                if not left:
                    self.digest = found.hexdigest()
                yield piece
        except OSError as error:
            raise unreadable(self.called, error) from error

    def _has_changed(self) -> bool:
        after, before = os.fstat(self._file.fileno()), self._before
        return (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns)


def open_input(text: str, *, folders: Sequence[Path]) -> InputFile:
    """The file that a path means, open for reading; whoever asks closes it.

    Raises:
        InvalidInputError: it is not there, may not be read, or is no media file or document; the
            sentence names the file.
    """
    place = place_of(text, folders=folders)
    called = place.name.encode("utf-8", "replace").decode()
    try:
        with ExitStack() as opened:
            file = opened.enter_context(opened_file(place))
            before = os.fstat(file.fileno())
            facts = measured(file, recognized(file))
            _refuse_absurd(facts)
            opened.pop_all()
            return InputFile(file, called=called, facts=facts, before=before)
    except OSError as error:
        raise unreadable(called, error) from error
    except InvalidInputError as error:
        raise InvalidInputError(f"'{shortened(called)}' cannot be used. {error}") from error


def opened_file(place: Place) -> BinaryIO:
    """The ordinary file at a place. Raises `OSError` where a link or nothing is met on the way.

    Raises `InvalidInputError` for a folder, a pipe or a device.
    """
    descriptor = _descriptor(place)
    try:
        _require_file(os.fstat(descriptor), place)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _descriptor(place: Place) -> int:
    """Open the file, part by part from its folder down, following no link."""
    if not _WALKS:
        return os.open(place.path, _FILE)
    folder = os.open(place.folder, _FOLDER)
    try:
        for part in place.parts[:-1]:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(place.parts[-1], _FILE, dir_fd=folder)
    finally:
        os.close(folder)


def _require_file(found: os.stat_result, place: Place) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise InvalidInputError(f"It is a folder. {name_one_in(place.path)}")
    if not stat.S_ISREG(found.st_mode):
        raise InvalidInputError("It is a pipe or a device. Give an ordinary file.")


def _refuse_absurd(facts: MediaFacts) -> None:
    if facts.pixels > MOST_PIXELS:
        message = (
            f"It says that it is {facts.width:,} × {facts.height:,} pixels large, which no model "
            "takes. Give a smaller picture."
        )
        raise InvalidInputError(message)


def changed(name: str) -> InvalidInputError:
    """The refusal of a file that is still being written."""
    return InvalidInputError(
        f"'{shortened(name)}' changed while it was read. Wait until whoever writes it is done, "
        "then try again."
    )


def unreadable(name: str, error: OSError) -> InvalidInputError:
    """What the system says of a file, as a sentence."""
    advice = "Check the path."
    if isinstance(error, PermissionError):
        advice = "Make it readable for the user that runs this server."
        if sys.platform == "darwin":
            advice += " On macOS: System Settings → Privacy & Security → Files and Folders."
    reason = error.strerror or str(error)
    return InvalidInputError(f"'{shortened(name)}' cannot be read: {reason}. {advice}")
