"""What a saved file is called: readable, and possible on any system.

Pure. The rules of Windows are the strictest, so they hold everywhere: a folder of results may be
moved, synchronised or shared.
"""

import re
import unicodedata
from collections.abc import Sequence

LONGEST_STEM = 80
"""Characters of a name that we make up."""
LONGEST_NAME = 120
"""Bytes of any name before its ending; file systems end at 255, some at 143, with all endings."""
NAMELESS = "result"

RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"}
)
"""What Windows takes for a device, whatever ending follows."""

FORBIDDEN = frozenset('<>:"/\\|?*')
"""What no part of a Windows path may hold, besides control characters."""

_WORDS = frozenset("LMN")
"""Letters, the marks that belong to them, and numbers: the first letters of Unicode categories."""


def readable_stem(*parts: str) -> str:
    """A name without its ending from words such as a model and a prompt: 'flux-a-red-fox'."""
    words = unicodedata.normalize("NFKC", " ".join(parts)).lower()
    letters = "".join(char if unicodedata.category(char)[0] in _WORDS else " " for char in words)
    return safe_name(_shortened(letters.split()))


def safe_name(given: str) -> str:
    """A name without its ending as somebody wishes it, as close as every system allows.

    What is forbidden becomes '-', blanks become one, and what cannot stand at an end goes.
    """
    plain = unicodedata.normalize("NFC", given)
    kept = "".join(_allowed(char) for char in plain)
    name = _cut(re.sub(r"-{2,}", "-", " ".join(kept.split())).strip(" .-_"))
    if not name:
        return NAMELESS
    return f"{name}-file" if is_reserved(name) else name


def is_reserved(name: str) -> bool:
    """Whether Windows would take a name for a device: 'nul', but also 'nul.tar.gz'."""
    return name.partition(".")[0].rstrip().lower() in RESERVED


def numbered(stem: str, number: int, *, of: int = 1) -> str:
    """'fox', and where there are several files, 'fox-1', 'fox-2' and so on; from 1."""
    return stem if of == 1 else f"{stem}-{number}"


def unnumbered(stem: str, number: int, *, of: int = 1) -> str:
    """The other way round: what a file and its companions are called without their numbers."""
    return stem if of == 1 else stem.removesuffix(f"-{number}") or stem


def _allowed(char: str) -> str:
    """A character, or what stands for it: blanks for blanks, '-' for what is forbidden."""
    if char.isspace():
        return " "
    if char in FORBIDDEN:
        return "-"
    return "" if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cn", "Cs"} else char


def _shortened(words: Sequence[str]) -> str:
    """As many whole words as fit; a first word that does not fit is cut."""
    stem = ""
    for word in words:
        longer = f"{stem}-{word}" if stem else word[:LONGEST_STEM]
        if len(longer) > LONGEST_STEM or len(longer.encode()) > LONGEST_NAME:
            break
        stem = longer
    return stem or "".join(words[:1])


def _cut(name: str) -> str:
    """The name within its length, never in the middle of a character."""
    cut = name.encode(errors="ignore")[:LONGEST_NAME].decode(errors="ignore")
    return cut.rstrip(" .-_")
