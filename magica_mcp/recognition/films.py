"""Videos, and audio in the same containers: MP4, MOV and M4A are trees of boxes, WebM is EBML."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from magica_mcp.errors import InvalidInputError
from magica_mcp.recognition.content import Content
from magica_mcp.recognition.facts import MediaFacts, incomplete

EXTENSION_OF_BRAND = {b"qt  ": ".mov", b"M4A ": ".m4a", b"M4B ": ".m4a"}
NOT_PLAYED = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"jp2 ", b"jpx ", b"crx "})
"""Brands of pictures that come in boxes as well."""

MOST_BOXES = 100_000
"""More in a row, or on one level, are not looked at."""
MOST_TRACKS = 1_000

UNKNOWN_LENGTH = 0xFFFFFFFF
SAMPLES = b"mdia/minf/stbl/stsz"
"""Where a track says how many pictures or sounds it has."""

EBML = b"\x1aE\xdf\xa3"
SEGMENT = b"\x18S\x80g"


@dataclass(frozen=True)
class Box:
    """A named part of a file; `begin` and `end` are where its content lies."""

    kind: bytes
    begin: int
    end: int


def read_film(content: Content) -> MediaFacts | None:
    brand = content.read(8, 4)
    if not content.starts(b"ftyp", 4) or brand in NOT_PLAYED:
        return None
    try:
        whole = boxes(content, 0, content.size)
        movie = next(box for box in whole if box.kind == b"moov")
        return _facts(content, boxes(content, movie.begin, movie.end), brand=brand)
    except (StopIteration, IndexError, struct.error) as error:
        raise incomplete("video or audio") from error


def boxes(content: Content, begin: int, end: int) -> tuple[Box, ...]:
    """The boxes in a stretch of a file, which they have to fill exactly.

    Raises `InvalidInputError` where one is cut off.
    """
    found: list[Box] = []
    while begin < end and len(found) < MOST_BOXES:
        found.append(_box(content, begin, end))
        begin = found[-1].end
    return tuple(found)


def boxes_at(content: Content, within: Iterable[Box], path: bytes) -> Sequence[Box]:
    """All boxes at a path such as b"mdia/minf" below some boxes."""
    found = list(within)
    for kind in path.split(b"/"):
        inside = (inner for box in found for inner in boxes(content, box.begin, box.end))
        found = [box for box in islice(inside, MOST_BOXES) if box.kind == kind]
    return found


def _box(content: Content, begin: int, end: int) -> Box:
    try:
        size, kind = content.unpack(">I4s", begin)
        head = 8
        if size == 1:
            (size,) = content.unpack(">Q", begin + 8)
            head = 16
    except struct.error as error:
        raise incomplete("video or audio") from error
    last = end if size == 0 else begin + size
    if size not in range(1, head) and last <= end:
        return Box(kind, begin + head, last)
    raise incomplete("video or audio")


def _facts(content: Content, parts: Sequence[Box], *, brand: bytes) -> MediaFacts:
    header = next(box for box in parts if box.kind == b"mvhd")
    duration = _duration(content, header)
    tracks = [box for box in parts if box.kind == b"trak"][:MOST_TRACKS]
    comes_in_pieces = any(box.kind == b"mvex" for box in parts)
    if not comes_in_pieces and all(_is_empty(content, track) for track in tracks):
        raise InvalidInputError("The video has no frames and no sound. Give one that has.")
    width, height = max((_size(content, track) for track in tracks), default=(0, 0))
    extension = EXTENSION_OF_BRAND.get(brand, ".mp4" if width else ".m4a")
    return MediaFacts(extension, width=width or None, height=height or None, duration=duration)


def _is_empty(content: Content, track: Box) -> bool:
    """Whether a track says that it holds nothing."""
    counts = [content.unpack(">I", box.begin + 8)[0] for box in boxes_at(content, [track], SAMPLES)]
    return bool(counts) and not any(counts)


def _duration(content: Content, header: Box) -> float | None:
    """Seconds, or None where the file does not say, as one that is streamed."""
    is_long = content.read(header.begin, 1)[0] == 1
    at, form = (20, ">IQ") if is_long else (12, ">II")
    scale, length = content.unpack(form, header.begin + at)
    return round(length / scale, 3) if scale and length not in {0, UNKNOWN_LENGTH} else None


def _size(content: Content, track: Box) -> tuple[int, int]:
    """Width and height of a track in pixels; zeros for sound."""
    for box in boxes(content, track.begin, track.end):
        if box.kind == b"tkhd":
            width, height = content.unpack(">II", box.end - 8)
            return width >> 16, height >> 16
    return 0, 0


def read_webm(content: Content) -> MediaFacts | None:
    if not content.starts(EBML) or b"webm" not in content.read(0, 64):
        return None
    head_size, at = _number(content, 4)
    at += head_size
    if not content.starts(SEGMENT, at):
        raise incomplete("WebM")
    size, begin = _number(content, at + 4)
    is_unknown = size == (1 << 7 * (begin - at - 4)) - 1
    if begin >= content.size or (not is_unknown and begin + size > content.size):
        raise incomplete("WebM")
    return MediaFacts(".webm")


def _number(content: Content, at: int) -> tuple[int, int]:
    """A number of EBML, whose first bits say how long it is, and where it ends."""
    first = content.read(at, 1)
    length = 9 - first[0].bit_length() if first else 9
    read = content.read(at, length)
    if length > 8 or len(read) < length:
        raise incomplete("WebM")
    return int.from_bytes(read) & ((1 << 7 * length) - 1), at + length
