"""Words on pictures: numbers and times that stay readable on anything."""

from functools import cache

from PIL import Image, ImageDraw, ImageFont

PLATE = (14, 16, 20, 205)
INK = (255, 255, 255, 255)
TALL = "0123456789 ()sI"
"""Stands for any words where their height counts, so that all plates have the same."""


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own, so that it looks the same everywhere."""
    return ImageFont.load_default(size)


def with_plate(image: Image.Image, words: str, *, at: tuple[int, int], size: int) -> None:
    """Write words on a dark plate whose upper left corner lies at a place."""
    draw = ImageDraw.Draw(image, "RGBA")
    pad = max(3, size // 3)
    _, top, _, bottom = draw.textbbox((0, 0), TALL, font=font(size))
    tall, wide = bottom - top, draw.textlength(words, font=font(size))
    across = max(wide + 2 * pad, tall + 2 * pad)  # a single digit gets a square
    x, y = at
    plate = (x, y, x + across - 1, y + tall + 2 * pad - 1)
    draw.rounded_rectangle(plate, radius=pad, fill=PLATE)
    draw.text((x + (across - wide) / 2, y + pad - top), words, font=font(size), fill=INK)


def letter_size(width: int, height: int) -> int:
    """Pixels of letters that are readable on a tile and do not hide it."""
    return max(13, min(30, round(min(width, height) / 11)))
