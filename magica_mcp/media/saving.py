"""Writes a result to disk under a readable name, whole or not at all, never over another file."""

import re
import secrets
import unicodedata
from collections.abc import AsyncIterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO

from magica_mcp.errors import ConfigurationError

LONGEST_STEM = 80
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


def readable_stem(*parts: str) -> str:
    """A file name that any system takes, without its ending, from a model, a prompt and so on."""
    words = unicodedata.normalize("NFKC", " ".join(parts)).lower()
    stem = re.sub(r"[^\w]+", "-", words).strip("-_")[:LONGEST_STEM].rstrip("-_")
    return f"{stem or 'result'}{'-file' if _RESERVED.match(stem) else ''}"


async def save(content: AsyncIterable[bytes], *, folder: Path, stem: str, extension: str) -> Path:
    """Stream to a temporary file, then take the first free name of `stem`, `stem-2` and so on.

    Raises:
        ConfigurationError: the folder cannot be written to, or the disk is full.
    """
    try:
        with _part_of(folder) as (part, file):
            async for chunk in content:
                file.write(chunk)
            file.close()
            return _named(part, folder=folder, stem=stem, extension=extension)
    except OSError as error:
        raise _unusable(folder, error) from error


def require_folder(folder: Path) -> None:
    """Make sure that results can be saved there, before anything is paid for.

    Raises:
        ConfigurationError: the folder cannot be made or written to.
    """
    try:
        with _part_of(folder):
            pass
    except OSError as error:
        raise _unusable(folder, error) from error


def _unusable(folder: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"Could not save to {folder}: {error.strerror or error}. "
        "Make room there, or choose another folder."
    )


@contextmanager
def _part_of(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A temporary file in the folder, gone at the end whatever happens."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{secrets.token_hex(8)}.part"
    try:
        with part.open("xb") as file:
            yield part, file
    finally:
        part.unlink(missing_ok=True)


def _named(part: Path, *, folder: Path, stem: str, extension: str) -> Path:
    """Give a finished file its name: the name is taken first, so no other file is replaced."""
    for number in count(1):
        target = folder / f"{stem}{f'-{number}' if number > 1 else ''}{extension}"
        try:
            target.touch(exist_ok=False)
        except FileExistsError:
            continue
        return part.replace(target)
    raise AssertionError
