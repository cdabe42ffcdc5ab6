"""Videos, and audio in the same containers: MP4, MOV and M4A are trees of boxes, WebM is EBML."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from magica_mcp.local.recognition.facts import MediaFacts, incomplete

EXTENSION_OF_BRAND = {b"qt  ": ".mov", b"M4A ": ".m4a", b"M4B ": ".m4a"}
NOT_PLAYED = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"jp2 ", b"jpx ", b"crx "})
"""Brands of pictures that come in boxes as well."""

MOST_BOXES = 100_000
"""More in a row are not looked at."""

UNKNOWN_LENGTH = 0xFFFFFFFF

EBML = b"\x1aE\xdf\xa3"
SEGMENT = b"\x18S\x80g"


@dataclass(frozen=True)
class Box:
    """A named part of a file; `begin` and `end` are where its content lies."""

    kind: bytes
    begin: int
    end: int


def read_film(content: bytes) -> MediaFacts | None:
    if content[4:8] != b"ftyp" or content[8:12] in NOT_PLAYED:
        return None
    try:
        movie = next(box for box in boxes(content, 0, len(content)) if box.kind == b"moov")
        return _facts(content, boxes(content, movie.begin, movie.end))
    except (StopIteration, IndexError, struct.error) as error:
        raise incomplete("video or audio") from error


def boxes(content: bytes, begin: int, end: int) -> tuple[Box, ...]:
    """The boxes in a stretch of a file, which they have to fill exactly.

    Raises `InvalidInputError` where one is cut off.
    """
    found: list[Box] = []
    while begin < end and len(found) < MOST_BOXES:
        found.append(_box(content, begin, end))
        begin = found[-1].end
    return tuple(found)


def _box(content: bytes, begin: int, end: int) -> Box:
    size, kind = struct.unpack_from(">I4s", content, begin)
    head = 8
    if size == 1:
        (size,) = struct.unpack_from(">Q", content, begin + 8)
        head = 16
    last = end if size == 0 else begin + size
    if size not in range(1, head) and last <= end:
        return Box(kind, begin + head, last)
    raise incomplete("video or audio")


def _facts(content: bytes, parts: Iterable[Box]) -> MediaFacts:
    header = next(box for box in parts if box.kind == b"mvhd")
    sizes = [_size(content, box) for box in parts if box.kind == b"trak"]
    width, height = max(sizes, default=(0, 0))
    brand = content[8:12]
    extension = EXTENSION_OF_BRAND.get(brand, ".mp4" if width else ".m4a")
    return MediaFacts(
        extension, width=width or None, height=height or None, duration=_duration(content, header)
    )


def _duration(content: bytes, header: Box) -> float | None:
    """Seconds, or None where the file does not say, as one that is streamed."""
    is_long = content[header.begin] == 1
    at, form = (20, ">IQ") if is_long else (12, ">II")
    scale, length = struct.unpack_from(form, content, header.begin + at)
    return round(length / scale, 3) if scale and length not in {0, UNKNOWN_LENGTH} else None


def _size(content: bytes, track: Box) -> tuple[int, int]:
    """Width and height of a track in pixels; zeros for sound."""
    for box in boxes(content, track.begin, track.end):
        if box.kind == b"tkhd":
            width, height = struct.unpack_from(">II", content, box.end - 8)
            return width >> 16, height >> 16
    return 0, 0


def read_webm(content: bytes) -> MediaFacts | None:
    if not content.startswith(EBML) or b"webm" not in content[:64]:
        return None
    head_size, at = _number(content, 4)
    at += head_size
    if content[at : at + 4] != SEGMENT:
        raise incomplete("WebM")
    size, begin = _number(content, at + 4)
    is_unknown = size == (1 << 7 * (begin - at - 4)) - 1
    if begin >= len(content) or (not is_unknown and begin + size > len(content)):
        raise incomplete("WebM")
    return MediaFacts(".webm")


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A number of EBML, whose first bits say how long it is, and where it ends."""
    first = content[at : at + 1]
    length = 9 - first[0].bit_length() if first else 9
    read = content[at : at + length]
    if length > 8 or len(read) < length:
        raise incomplete("WebM")
    return int.from_bytes(read) & ((1 << 7 * length) - 1), at + length
