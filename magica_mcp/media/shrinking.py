"""Making a picture fit its room, as quickly as its format allows."""

import math

from PIL import Image

from magica_mcp.media.glimpse import Room

TILE = Room(side=640, bytes=80_000, pixels=300_000)
"""Of one file among several."""


def fitting(width: float, height: float, *, room: Room) -> tuple[int, int]:
    """The size in pixels at which a picture fits; it is never enlarged."""
    by_side = room.side / max(width, height)
    by_pixels = math.sqrt(room.pixels / (width * height))
    scale = min(1.0, by_side, by_pixels)
    return max(1, int(width * scale)), max(1, int(height * scale))


def shrunk(image: Image.Image, *, room: Room) -> Image.Image:
    """The picture at a size that fits; JPEG is unpacked no larger than it has to be."""
    size = fitting(*image.size, room=room)
    image.draft("RGB", size)
    if image.mode in {"P", "1"}:  # their colors cannot be mixed, but those they stand for can
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.size == size:
        image.load()
        return image
    return image.resize(size, Image.Resampling.HAMMING, reducing_gap=1.01)
