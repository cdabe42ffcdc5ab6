"""A finished preview as a file that fits its room: PNG for flat drawings, JPEG for all else."""

import io

from PIL import Image

from magica_mcp.media.glimpse import Picture, Room

FEW_COLORS = 64
QUALITIES = (86, 76, 64, 50)
SHRINKS = 0.75
"""By which the sides shrink where no quality is small enough."""


def encoded(image: Image.Image, *, room: Room, is_drawing: bool = False) -> Picture:
    """The opaque picture as a file of at most `room.bytes`."""
    if is_drawing or image.getcolors(FEW_COLORS) is not None:
        flat = _written(image, "PNG")
        if len(flat.content) <= room.bytes:
            return flat
    plain = image.convert("RGB")
    while True:
        for quality in QUALITIES:
            made = _written(plain, "JPEG", quality=quality)
            if len(made.content) <= room.bytes or max(plain.size) < 64:
                return made
        plain = plain.resize((round(plain.width * SHRINKS), max(1, round(plain.height * SHRINKS))))


def _written(image: Image.Image, form: str, **options: int) -> Picture:
    file = io.BytesIO()
    image.save(file, form, **options)
    return Picture(file.getvalue(), f"image/{form.lower()}", image.width, image.height)
