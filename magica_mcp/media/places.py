"""Where a result may be saved: in the folder of results or below it, and nowhere else.

A wish is somebody's words, perhaps those of an injected prompt: it may name a folder or a file, and
never leads out of the folder, through `..` or a link either.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from magica_mcp.errors import InvalidInputError, shortened
from magica_mcp.media.naming import safe_name
from magica_mcp.recognition.kinds import KIND_OF

DEEPEST = 8
"""Folders within each other."""

_WINDOWS_ROOT = re.compile(r"^([A-Za-z]:|[\\/]{2})")


@dataclass(frozen=True)
class Place:
    """A folder, and the name of the file in it where one was wished for."""

    folder: Path
    stem: str | None = None
    suffix: str | None = None
    """The ending as it was wished for; the content decides whether it is true."""


def place_in(root: Path, wish: str) -> Place:
    """What a wish such as 'posters', 'posters/fox.png' or '.' means.

    A folder that exists is one whatever its name; else a known ending makes it a file.

    Raises:
        InvalidInputError: it leads out of the folder, or means another system's path.
    """
    parts = _parts_within(root, wish)
    last = PurePosixPath(parts[-1]) if parts else PurePosixPath()
    folders = [safe_name(part) for part in parts]
    is_file = (
        last.suffix.lower() in KIND_OF
        and not wish.rstrip().endswith(("/", "\\"))
        and not root.joinpath(*folders).is_dir()
    )
    if not is_file:
        return Place(inside(root, root.joinpath(*folders), wish=wish))
    folder = inside(root, root.joinpath(*folders[:-1]), wish=wish)
    return Place(folder, safe_name(last.stem), last.suffix.lower())


def inside(root: Path, folder: Path, *, wish: str) -> Path:
    """The folder itself, with every link on the way followed.

    Raises:
        InvalidInputError: it is not the root or below it.
    """
    real_root, real = root.resolve(), folder.resolve()
    if not real.is_relative_to(real_root):
        raise _refused(root, wish, "leads out of")
    return real


def _parts_within(root: Path, wish: str) -> list[str]:
    """The names on the way from the root to what is wished for."""
    text = wish.replace("\0", "").strip()
    is_at_home = text == "~" or text.startswith("~/")
    path = Path(text).expanduser() if is_at_home else Path(text)
    if path.is_absolute():
        return _listed(root, wish, _below(root, path, wish=wish))
    if _WINDOWS_ROOT.match(text):
        raise _refused(root, wish, "is a path of another system, not one in")
    return _listed(root, wish, text.replace("\\", "/").split("/"))


def _below(root: Path, path: Path, *, wish: str) -> tuple[str, ...]:
    for base, full in ((root, path), (root.resolve(), path), (root.resolve(), path.resolve())):
        if full.is_relative_to(base):
            return full.relative_to(base).parts
    raise _refused(root, wish, "is not in")


def _listed(root: Path, wish: str, parts: Sequence[str]) -> list[str]:
    names = [part.strip() for part in parts if part.strip() not in {"", "."}]
    if any(set(name) == {"."} for name in names):
        raise _refused(root, wish, "leads out of")
    if any(name.startswith(".") for name in names):
        raise _refused(root, wish, "names something hidden (a dot before a name) in")
    if len(names) > DEEPEST:
        raise _refused(root, wish, f"goes more than {DEEPEST} folders deep in")
    return names


def _refused(root: Path, wish: str, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"saveTo '{shortened(wish)}' {why} the folder of results, {root}. Give a folder or a file "
        "name within it, such as 'posters' or 'posters/fox.png', or '.' for the folder itself."
    )
