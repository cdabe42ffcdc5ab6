"""Pictures as files: read with care, since they come from anywhere, and written with a mark."""

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO
from xml.sax.saxutils import escape

from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from magica_mcp.errors import NodeFailedError

READABLE = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
MOST_PIXELS = 100_000_000
PLAIN_MODES = frozenset({"L", "LA", "RGB", "RGBA"})
DAMAGED = (OSError, EOFError, ValueError, SyntaxError, LookupError, TypeError, struct.error)
"""What Pillow raises for broken files, beside what it says of those it cannot identify."""

MARKED_LENGTH = 4000
"""Characters of a prompt that a file's metadata keeps."""


@dataclass(frozen=True)
class Format:
    """A file format by the name that models give it."""

    name: str
    extension: str
    mime_type: str
    has_alpha: bool


FORMATS: Mapping[str, Format] = {
    "PNG": Format("PNG", ".png", "image/png", has_alpha=True),
    "JPEG": Format("JPEG", ".jpg", "image/jpeg", has_alpha=False),
    "WEBP": Format("WEBP", ".webp", "image/webp", has_alpha=True),
}


def format_named(name: str | None) -> Format:
    """The format of an `output_format`; PNG where there is none."""
    return FORMATS.get((name or "PNG").upper().replace("JPG", "JPEG"), FORMATS["PNG"])


def opened(content: bytes | BinaryIO) -> tuple[Image.Image, Format]:
    """The picture in a file, upright and in plain colors, and the format to write it in again.

    Raises `NodeFailedError` before anything large is unpacked.
    """
    try:
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        image = Image.open(file, formats=READABLE)
        _refuse_huge(image.width * image.height)
        form = format_named(image.format)
        ImageOps.exif_transpose(image, in_place=True)
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except UnidentifiedImageError as error:
        text = "The input is not a picture that can be read. Give a PNG, JPEG or WebP file."
        raise NodeFailedError(text) from error
    except DAMAGED as error:
        text = "The input picture is damaged. Give another file."
        raise NodeFailedError(f"{text} ({error})", user_message=text) from error
    return _plain(image), form


def encoded(
    image: Image.Image, form: Format, *, quality: int = 92, marks: Mapping[str, str] | None = None
) -> bytes:
    """The picture as a file; `marks` become its metadata (PNG text, else an XMP packet)."""
    marks = marks or {}
    picture = image if form.has_alpha else _flat(image)
    file = io.BytesIO()
    if form.name == "PNG":
        picture.save(file, "PNG", compress_level=1, pnginfo=_png_text(marks))
    else:
        extra = {"xmp": _xmp(marks)} if marks else {}
        # Method 2 of WebP takes a third of the usual time for a tenth more bytes.
        picture.save(file, form.name, quality=quality, method=2, **extra)
    return file.getvalue()


def _refuse_huge(pixels: int) -> None:
    if pixels > MOST_PIXELS:
        raise _too_large()


def _too_large() -> NodeFailedError:
    return NodeFailedError(
        f"The input picture has over {MOST_PIXELS // 1_000_000} megapixels. Give a smaller one."
    )


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in PLAIN_MODES and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):  # 16 bits of gray, of which Pillow would cut off the upper ones
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    converted = image.convert("RGBA" if image.has_transparency_data else "RGB")
    converted.info.pop("icc_profile", None)  # it speaks of the colors before
    return converted


def _flat(image: Image.Image) -> Image.Image:
    """Without transparency: what shone through is white."""
    if image.mode not in {"LA", "RGBA"}:
        return image
    full = image.convert("RGBA")
    white = Image.new("RGBA", full.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, full).convert("RGB")


def _png_text(marks: Mapping[str, str]) -> PngImagePlugin.PngInfo:
    text = PngImagePlugin.PngInfo()
    for name, value in marks.items():
        text.add_itxt(name, _speakable(value))
    return text


def _xmp(marks: Mapping[str, str]) -> bytes:
    told = "; ".join(f"{name}: {_speakable(value)}" for name, value in marks.items())
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(told)}</rdf:li></rdf:Alt>'
        "</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def _speakable(text: str) -> str:
    """Text that any metadata may hold: no control characters, not too long."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown[:MARKED_LENGTH]
