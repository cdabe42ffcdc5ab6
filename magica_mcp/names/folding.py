"""Names made comparable: 'FLUX-2 Pro', 'flux_2_pro' and 'Flux2 pro' all fold to 'flux 2 pro'."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

ACCENTS_FROM = 200
"""Marks of this combining class or above are accents; those below are letters of their script."""

STROKES = {
    "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
}  # fmt: skip
"""Letters that Unicode does not take apart, but that people write without their stroke."""

_BETWEEN = "\0"
_NUMBER = re.compile("([0-9]+)")


def fold(text: str) -> str:
    """A name without case, accents and punctuation, its numbers apart from its words.

    A name without a letter or digit, such as an emoji, stays as it is; a blank one is empty.
    """
    return _folded((text,)).names[0]


@dataclass(frozen=True)
class Folded:
    """A list of names, folded, in the order given; and each of their words once, in no order."""

    names: tuple[str, ...]
    words: tuple[str, ...]


def _folded(names: tuple[str, ...]) -> Folded:
    """Each word is folded once, however many names it is in."""
    if not names:
        return Folded((), ())
    raw = f" {_BETWEEN} ".join(name.replace(_BETWEEN, " ") for name in names).split()
    words = _fold_words({*raw} - {_BETWEEN})
    becomes = {**words, _BETWEEN: _BETWEEN}
    text = " ".join(filter(None, map(becomes.__getitem__, raw)))
    each = zip(text.split(_BETWEEN), names, strict=True)
    folded = tuple(some.strip() or _symbols(name) for some, name in each)
    return Folded(folded, tuple({*" ".join(words.values()).split()}))


fold_list = lru_cache(maxsize=8)(_folded)
"""Many names at once, remembered: an assistant asks what a workflow needs, then starts it."""


def _fold_words(words: Iterable[str]) -> Mapping[str, str]:
    """All in one text, which is much faster than one by one."""
    known = tuple(words)
    if not known:
        return {}
    caseless = unicodedata.normalize("NFKD", "\n".join(known)).casefold()
    bare = unicodedata.normalize("NFKD", caseless).translate(_LETTERS)
    lines = " ".join(_NUMBER.split(unicodedata.normalize("NFC", bare))).split("\n")
    single = [" ".join(line.split()) if " " in line else line for line in lines]
    return dict(zip(known, single, strict=True))


def _symbols(text: str) -> str:
    return " ".join("".join(filter(str.isprintable, text)).split())


class _Letters(dict[int, str]):
    """What becomes of each character, worked out when it is first met; for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = _letter(chr(code))
        return self[code]


def _letter(char: str) -> str:
    """Itself within a word, a space where it parts two words, nothing where it adorns one."""
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind in {"Me", "Cf"} or "VARIATION SELECTOR" in unicodedata.name(char, ""):
        return ""
    if kind in {"Mn", "Mc"}:
        return char if unicodedata.combining(char) < ACCENTS_FROM else ""
    return char if kind[0] in "LN" else " "


_LETTERS = _Letters({ord("\n"): "\n", **str.maketrans(STROKES)})
