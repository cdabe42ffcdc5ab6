"""Pictures: known by their first bytes, measured by their headers, and looked at for their end."""

import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from magica_mcp.errors import InvalidInputError
from magica_mcp.recognition.content import Content
from magica_mcp.recognition.facts import MediaFacts, incomplete
from magica_mcp.recognition.films import Box, boxes, boxes_at
from magica_mcp.recognition.tiff import measure_tiff

Size = tuple[int, int]
"""Width and height in pixels."""

Measure = Callable[[Content], Size | None]
"""None: it is no such picture after all. Raises `struct.error` where it ends too early."""


@dataclass(frozen=True)
class Form:
    """A file format of pictures: what stands where at its beginning, and how it is measured."""

    name: str
    extension: str
    signs: tuple[bytes, ...]
    measure: Measure
    sign_at: int = 0


def read_picture(content: Content) -> MediaFacts | None:
    for form in FORMS:
        if any(content.starts(sign, form.sign_at) for sign in form.signs):
            return _measured(content, form)
    return None


def _measured(content: Content, form: Form) -> MediaFacts | None:
    try:
        size = form.measure(content)
    except struct.error as error:
        raise incomplete(form.name) from error
    if size is None:
        return None
    if 0 in size:
        raise incomplete(form.name)
    return MediaFacts(form.extension, width=size[0], height=size[1])


# PNG ------------------------------------------------------------------------------------------

PNG_HEAD = 8
MOST_CHUNKS = 1_000_000
"""A file of more is taken for one that was made to keep us busy."""


def measure_png(content: Content) -> Size:
    """Chunk by chunk to the one that ends it: none is looked into but the first."""
    width, height = content.unpack(">II", PNG_HEAD + 8)
    at = PNG_HEAD
    for _ in range(MOST_CHUNKS):
        length, kind = content.unpack(">I4s", at)
        at += 12 + length
        if kind == b"IEND" and at <= content.size:
            return width, height
    raise incomplete("PNG")


# JPEG -----------------------------------------------------------------------------------------

FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of segments that say how large the picture is."""
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a segment."""
SCAN = 0xDA
PICTURE_ENDS = b"\xff\xd9"
MOST_SEGMENTS = 10_000


def measure_jpeg(content: Content) -> Size:
    """By the last frame before the scan, within which an end marker is the end."""
    size = (0, 0)
    for kind, at in _jpeg_segments(content):
        if kind in FRAMES:
            height, width = content.unpack(">HH", at + 5)
            size = width, height
        if kind == SCAN and content.find(PICTURE_ENDS, at) >= 0:
            return size
    raise incomplete("JPEG")


def _jpeg_segments(content: Content) -> Iterator[tuple[int, int]]:
    """Each marker and where it stands, up to the first scan."""
    at, kind = 2, 0
    for _ in range(MOST_SEGMENTS):
        mark, kind = content.unpack(">BB", at)
        if mark != 0xFF or kind == SCAN:
            break
        if kind == 0xFF:  # padding
            at += 1
        elif kind in ALONE:
            at += 2
        else:
            yield kind, at
            at += 2 + content.unpack(">H", at + 2)[0]
    yield kind, at


# GIF, BMP, WebP -------------------------------------------------------------------------------

GIF_END = b";"
BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
"""How long the second header of a BMP may be."""


def measure_gif(content: Content) -> Size:
    width, height = content.unpack("<HH", 6)
    if not content.last(64).rstrip(b"\0\r\n").endswith(GIF_END):
        raise incomplete("GIF")
    return width, height


def measure_bmp(content: Content) -> Size | None:
    if content.size < 18:
        return None
    size, _, _, head = content.unpack("<IIII", 2)
    if head not in BMP_HEADERS:
        return None  # two letters prove little
    if size > content.size:
        raise incomplete("BMP")
    width, height = content.unpack("<HH" if head == 12 else "<ii", 18)
    return width, abs(height)


def measure_webp(content: Content) -> Size:
    (size,) = content.unpack("<I", 4)
    if size + 8 > content.size:
        raise incomplete("WebP")
    form = content.read(12, 4)
    if form == b"VP8X":
        low, high = content.unpack("<H1xH", 24)
        width = low | content.read(26, 1)[0] << 16
        height = high | content.read(29, 1)[0] << 16
        return width + 1, height + 1
    if form == b"VP8L":
        (bits,) = content.unpack("<I", 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = content.unpack("<HH", 26)
    return width & 0x3FFF, height & 0x3FFF


FORMS: tuple[Form, ...] = (
    Form("PNG", ".png", (b"\x89PNG\r\n\x1a\n",), measure_png),
    Form("JPEG", ".jpg", (b"\xff\xd8\xff",), measure_jpeg),
    Form("GIF", ".gif", (b"GIF87a", b"GIF89a"), measure_gif),
    Form("TIFF", ".tif", (b"II*\0", b"MM\0*"), measure_tiff),
    Form("BMP", ".bmp", (b"BM",), measure_bmp),
    Form("WebP", ".webp", (b"WEBPVP8",), measure_webp, sign_at=8),
)


# AVIF: boxes, like the films ------------------------------------------------------------------

AVIF_BRANDS = (b"ftypavif", b"ftypavis")


def read_avif(content: Content) -> MediaFacts | None:
    if not any(content.starts(brand, 4) for brand in AVIF_BRANDS):
        return None
    try:
        meta = [box for box in boxes(content, 0, content.size) if box.kind == b"meta"]
        inside = [Box(box.kind, box.begin + 4, box.end) for box in meta]  # after its version
        told = boxes_at(content, inside, b"iprp/ipco/ispe")
        sizes = [content.unpack(">II", box.begin + 4) for box in told]
        width, height = max(sizes, key=math.prod)  # others are of parts and thumbnails
    except (InvalidInputError, struct.error, ValueError) as error:
        raise incomplete("AVIF") from error
    return MediaFacts(".avif", width=width, height=height)
