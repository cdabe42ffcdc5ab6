"""Which file the words of a model mean, and whether an upload may read it.

Only files inside the input folders, reached through no part that begins with a dot: words that
somebody slipped into a prompt must not send `~/.ssh` anywhere.
"""

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from magica_mcp.errors import InvalidInputError, shortened
from magica_mcp.media.near_misses import names_in, near_misses, same_but_for_spacing

PLACEHOLDER = re.compile(r"\$\{[^}]*\}?")
WINDOWS_PATH = re.compile(r"[A-Za-z]:[\\/]|\\\\")
IS_WINDOWS = sys.platform == "win32"


@dataclass(frozen=True)
class Place:
    """A file that may be read: its folder of `MAGICA_INPUT_DIRS`, and the way down from there.

    All symbolic links are followed already, so none may be met on the way.
    """

    folder: Path
    parts: tuple[str, ...]

    @property
    def path(self) -> Path:
        return self.folder.joinpath(*self.parts)

    @property
    def name(self) -> str:
        return self.parts[-1]


def place_of(text: str, *, folders: Sequence[Path]) -> Place:
    """The file that a path means: absolute, from the home (`~`), from an input folder, `file://`.

    Raises:
        InvalidInputError: it is no path of this system, leads to where uploads may not read, or to
            nothing; then the nearest names are given.
    """
    paths = _candidates(understood(text), folders)
    places = [place for path in paths if (place := _allowed(path, folders)) is not None]
    if not places:
        raise outside(text, folders)
    found = next((place for place in places if os.path.lexists(place.path)), None)
    return found or _nearly(places, text, folders)


def understood(text: str) -> Path:
    """The words as a path of this system; it may be relative.

    Raises `InvalidInputError` for what can be none.
    """
    placeholder = PLACEHOLDER.search(text)
    if placeholder is not None:
        message = (
            f"The path holds the placeholder {shortened(placeholder[0])} itself: nobody filled it "
            "in. Give the real path of the file."
        )
        raise InvalidInputError(message)
    if not text.strip() or "\0" in text:
        raise InvalidInputError("That is no path. Give the path of a file on this machine.")
    plain = _of_file_url(text.strip()) if text.strip().lower().startswith("file:") else _bare(text)
    if WINDOWS_PATH.match(plain) and not IS_WINDOWS:
        message = (
            f"'{shortened(text)}' is a path of Windows, and this server runs on another system. "
            "Give the path as this machine has it."
        )
        raise InvalidInputError(message)
    return _expanded(plain)


def _bare(text: str) -> str:
    """The path without what shells and people put around it: spaces, quotes, backslashes."""
    plain = text.strip()
    if len(plain) > 2 and plain[0] == plain[-1] and plain[0] in "'\"`":
        return plain[1:-1]
    return plain if IS_WINDOWS else plain.replace("\\ ", " ")


def _of_file_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.netloc.lower() not in {"", "localhost"}:
        message = f"'{shortened(url)}' is on another machine. Give the path of a file on this one."
        raise InvalidInputError(message)
    path = unquote(parts.path)
    return path.lstrip("/") if WINDOWS_PATH.match(path.lstrip("/")) else path


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        message = f"There is no home folder for '{shortened(text)}'. Give the whole path."
        raise InvalidInputError(message) from error


def _candidates(path: Path, folders: Sequence[Path]) -> list[Path]:
    return [path] if path.is_absolute() else [folder / path for folder in folders]


def _allowed(path: Path, folders: Sequence[Path]) -> Place | None:
    """Where the path leads, if that is inside a folder.

    Raises `InvalidInputError` where the way leads through what is hidden.
    """
    target = _resolved(path)
    for folder in folders:
        root = _resolved(folder)
        if target == root:
            raise InvalidInputError(f"'{shortened(root.name)}' is a folder. {name_one_in(root)}")
        if target.is_relative_to(root):
            place = Place(root, target.relative_to(root).parts)
            _refuse_hidden((*_below(path, folder, root), *place.parts))
            return place
    return None


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        message = f"'{shortened(path.name)}' leads in circles. Give the path of the file itself."
        raise InvalidInputError(message) from error


def _below(path: Path, folder: Path, root: Path) -> Sequence[str]:
    """The parts of the path as it was given, without those of the folder that it is in."""
    for start in (folder, root):
        if path.is_relative_to(start):
            return path.relative_to(start).parts
    return path.parts


def _refuse_hidden(parts: Sequence[str]) -> None:
    hidden = next(
        (part for part in parts if part.startswith(".") and part not in {".", ".."}), None
    )
    if hidden is not None:
        message = (
            f"The path leads through '{shortened(hidden)}', and uploads read nothing hidden. Copy "
            "the file to an ordinary folder first."
        )
        raise InvalidInputError(message)


def name_one_in(folder: Path) -> str:
    """What to do where a folder was given, with some of what is in it."""
    inside = [repr(shortened(name)) for name in sorted(names_in(folder))[:3]]
    hint = f", such as {' or '.join(inside)}" if inside else ""
    return f"Name a file in it{hint}."


def outside(text: str, folders: Sequence[Path]) -> InvalidInputError:
    """The refusal of a path that leads elsewhere."""
    known = " and ".join(map(str, folders)) or "none"
    return InvalidInputError(
        f"'{shortened(text)}' is outside the folders that uploads may read: {known}. Move the file "
        "there, or add its folder to MAGICA_INPUT_DIRS."
    )


def _nearly(places: Sequence[Place], text: str, folders: Sequence[Path]) -> Place:
    """The file that differs from the words in spacing alone, which no model can see.

    Raises `InvalidInputError` with the nearest names for any other miss.
    """
    for place in places:
        name = same_but_for_spacing(place.path)
        if name is not None:
            found = _allowed(place.path.with_name(name), folders)
            if found is not None:
                return found
    close = list(dict.fromkeys(name for place in places for name in near_misses(place.path)))
    hint = f" Did you mean {' or '.join(repr(shortened(name)) for name in close[:3])}?"
    message = f"There is no file '{shortened(text)}'.{hint if close else ' Check the path.'}"
    raise InvalidInputError(message)
