"""Pictures from anywhere: measured before they are unpacked, then shrunk and looked at."""

import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageDraw, ImageStat, UnidentifiedImageError

from magica_mcp.errors import UnshowableError
from magica_mcp.media.encoding import encoded
from magica_mcp.media.glimpse import DAMAGED, Glimpse, Measured, Room
from magica_mcp.media.shrinking import TILE, shrunk

READABLE = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
MOST_PIXELS = 7680 * 4320
"""8K: unpacked they take 133 MB, and with transparency as much again while they are shrunk."""
MOST_WEBP_PIXELS = 4096 * 4096
"""A WebP is unpacked three times over, since it may be an animation."""

BROKEN = (OSError, EOFError, ValueError, SyntaxError, LookupError, TypeError, struct.error)
"""What Pillow raises for broken files."""

ORIENTATION = 0x0112
TURNS: Mapping[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by its EXIF orientation; from 5 on, sides are swapped."""

CHECKER = ((255, 255, 255), (216, 216, 216))
SQUARE = 12
"""Pixels of a side of the checker that shines through where a picture is transparent."""

OPAQUE = (255, 255)
BLACK = 12
UNIFORM = 6
"""Of 255: brighter is not black, and a greater difference is more than one color."""


def look_at_picture(path: Path, *, room: Room) -> Glimpse:
    """A picture, shrunk and upright, transparency laid on a checker.

    Raises `UnshowableError` before anything large is unpacked, and for what cannot be read.
    """
    with _damage_as_ours(), Image.open(path, formats=READABLE) as image:
        size, turn = _shape_of(image)
        small = shrunk(image, room=room)
        upright = small.transpose(turn) if turn is not None else small
        flat, opacity = _flat(upright)
    remarks = remarks_on(flat) if opacity[1] else ("It is transparent throughout.",)
    clear = "" if opacity == OPAQUE else ", with a checker where it is transparent"
    return Glimpse(
        measured=Measured("image", *size),
        remarks=remarks,
        picture=encoded(flat, room=room),
        tile=encoded(shrunk(flat, room=TILE), room=TILE),
        shows=f"the picture{clear}",
    )


def remarks_on(image: Image.Image) -> tuple[str, ...]:
    """What a person would say at once of a picture that shows nothing."""
    look = shade_of(image)
    if look is None:
        return ()
    return ("It is all black.",) if look == "black" else (f"It is all one color, {look}.",)


def shade_of(image: Image.Image) -> str | None:
    """'black' or '#ff8800' where a picture has but one color, else None."""
    plain = image.convert("RGB").resize((64, 64), Image.Resampling.BOX)
    lows, highs = extremes(plain)
    if max(highs) <= BLACK:
        return "black"
    if max(high - low for low, high in zip(lows, highs, strict=True)) > UNIFORM:
        return None
    return "#" + "".join(f"{round(mean):02x}" for mean in ImageStat.Stat(plain).mean)


def extremes(image: Image.Image) -> tuple[list[int], list[int]]:
    """The least and the greatest value of each channel, of 255."""
    ranges = ImageStat.Stat(image).extrema
    return [low for low, _ in ranges], [high for _, high in ranges]


def _shape_of(image: Image.Image) -> tuple[tuple[int, int], Image.Transpose | None]:
    """The size as it is shown, and how the picture becomes upright; it is not yet unpacked."""
    width, height = image.size
    if width * height > (MOST_WEBP_PIXELS if image.format == "WEBP" else MOST_PIXELS):
        raise UnshowableError(f"{width:,} × {height:,} pixels are too many to show here")
    # Pillow turns TIFF by itself
    orientation = 1 if image.format == "TIFF" else image.getexif().get(ORIENTATION, 1)
    size = (height, width) if orientation in range(5, 9) else (width, height)
    return size, TURNS.get(orientation)


def _flat(image: Image.Image) -> tuple[Image.Image, tuple[int, int]]:
    """The picture in plain colors without transparency, and its least and greatest opacity."""
    if not image.has_transparency_data:
        return _plain(image), OPAQUE
    full = image.convert("RGBA")
    (least,), (greatest,) = extremes(full.getchannel("A"))
    board = _checker(full.size) if least < 255 else Image.new("RGBA", full.size)
    return Image.alpha_composite(board, full).convert("RGB"), (least, greatest)


def _plain(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of gray, of which Pillow would cut off the upper ones
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _checker(size: tuple[int, int]) -> Image.Image:
    board = Image.new("RGBA", size, CHECKER[0])
    draw = ImageDraw.Draw(board)
    for row, y in enumerate(range(0, size[1], SQUARE)):
        for x in range(SQUARE * (row % 2), size[0], 2 * SQUARE):
            draw.rectangle((x, y, x + SQUARE - 1, y + SQUARE - 1), fill=CHECKER[1])
    return board


@contextmanager
def _damage_as_ours() -> Iterator[None]:
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnshowableError("it has too many pixels to show here") from error
    except UnidentifiedImageError as error:
        raise UnshowableError("the file is no picture that can be read") from error
    except BROKEN as error:
        raise UnshowableError(DAMAGED) from error
