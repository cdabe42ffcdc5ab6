"""TIFF: a directory of numbered entries that say how large a picture is and where its parts lie."""

from collections.abc import Mapping
from dataclasses import dataclass

from magica_mcp.recognition.content import Content
from magica_mcp.recognition.facts import incomplete

WIDTH, HEIGHT = 256, 257
PARTS = ((273, 279), (324, 325))
"""Strips and tiles: the entries of where they begin and of how long they are."""

FORM_OF_TYPE: Mapping[int, str] = {3: "H", 4: "I"}
MOST_ENTRIES = 4096
MOST_PARTS = 1_000_000


@dataclass(frozen=True)
class Directory:
    """The entries of one picture, by number: type, count, and where the values are."""

    content: Content
    order: str
    entries: Mapping[int, tuple[int, int, int]]

    def values(self, number: int) -> tuple[int, ...]:
        """The values of an entry, none where there is no such entry."""
        kind, count, at = self.entries.get(number, (0, 0, 0))
        form = FORM_OF_TYPE.get(kind, "")
        if not form or count > MOST_PARTS:
            return ()
        return self.content.unpack(f"{self.order}{count}{form}", at)


def measure_tiff(content: Content) -> tuple[int, int]:
    """Of the first picture, whose parts have to be there. Raises `struct.error`."""
    directory = first_directory(content)
    width, height = directory.values(WIDTH), directory.values(HEIGHT)
    if not width or not height:
        raise incomplete("TIFF")
    for begins, lengths in PARTS:
        parts = zip(directory.values(begins), directory.values(lengths), strict=False)
        if any(begin + length > content.size for begin, length in parts):
            raise incomplete("TIFF")
    return width[0], height[0]


def first_directory(content: Content) -> Directory:
    order = "<" if content.starts(b"II") else ">"
    (at,) = content.unpack(f"{order}I", 4)
    (count,) = content.unpack(f"{order}H", at)
    entries: dict[int, tuple[int, int, int]] = {}
    for position in range(min(count, MOST_ENTRIES)):
        entry = at + 2 + 12 * position
        number, kind, values = content.unpack(f"{order}HHI", entry)
        entries[number] = (kind, values, _place(content, order, kind, values, entry + 8))
    return Directory(content, order, entries)


def _place(content: Content, order: str, kind: int, count: int, at: int) -> int:
    """Where the values of an entry are: in it, if four bytes hold them."""
    if count * {3: 2, 4: 4}.get(kind, 8) <= 4:
        return at
    (elsewhere,) = content.unpack(f"{order}I", at)
    return int(elsewhere)
