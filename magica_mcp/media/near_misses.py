"""Files whose names are close to one that is not there."""

import difflib
import os
import unicodedata
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

MOST_NAMES = 10_000
CLOSE = 0.6


def same_but_for_spacing(path: Path) -> str | None:
    """The one file beside it that is called the same but for kinds of spaces and accents.

    Screenshots of macOS have a space in their names that looks like any other.
    """
    wanted = _folded(path.name)
    same = [name for name in names_in(path.parent) if _folded(name) == wanted]
    return same[0] if len(same) == 1 else None


def near_misses(path: Path) -> list[str]:
    """Up to three names beside it, the nearest first; of hidden files none."""
    by_fold = {_folded(name).casefold(): name for name in names_in(path.parent)}
    close = difflib.get_close_matches(
        _folded(path.name).casefold(), list(by_fold), n=3, cutoff=CLOSE
    )
    return [by_fold[name] for name in close]


def names_in(folder: Path) -> list[str]:
    """What is in a folder and not hidden; nothing where that cannot be read."""
    return list(islice(_names(folder), MOST_NAMES))


def _names(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in entries if not entry.name.startswith("."))
    except OSError:
        return


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split())
