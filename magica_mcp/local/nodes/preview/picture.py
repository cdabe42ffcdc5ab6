"""A preview as a finished picture: drawn from its sketch, or made over from a given picture."""

import math

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from magica_mcp.local.nodes.preview.canvas import Canvas
from magica_mcp.local.nodes.preview.caption import write_caption
from magica_mcp.local.nodes.preview.palettes import palette_of
from magica_mcp.local.nodes.preview.scenes import scene_of
from magica_mcp.local.nodes.preview.sketch import Sketch

MOST_DRAWN = 2048 * 2048
"""Pixels. Scenes are soft: larger pictures are drawn with as many and enlarged before lettering."""

TINT = 0.55
"""How much of a made-over picture is the palette's, the rest being its own colors."""


def drawn(sketch: Sketch) -> Image.Image:
    """The picture that a prompt stands for."""
    picture = unlettered(sketch)
    write_caption(picture, sketch)
    return picture


def unlettered(sketch: Sketch) -> Image.Image:
    """The picture that a prompt stands for, without any words on it."""
    canvas = _canvas(sketch, Image.new("RGB", _drawing_size(sketch)))
    scene_of(sketch).draw(canvas)
    canvas.shaded(0.4)
    return _softened(canvas.image, sketch)


def made_over(source: Image.Image, sketch: Sketch) -> Image.Image:
    """The given picture in the prompt's colors and light; cut to the sketch's shape."""
    fitted = ImageOps.fit(source.convert("RGB"), _drawing_size(sketch), Image.Resampling.BICUBIC)
    palette = palette_of(sketch)
    tinted = ImageOps.colorize(
        ImageOps.autocontrast(fitted.convert("L"), cutoff=1),
        black=palette.color("near"),
        mid=palette.color("middle"),
        white=palette.color("light"),
    )
    canvas = _canvas(sketch, Image.blend(fitted, tinted, TINT))
    corner = canvas.at(canvas.between(0, 1), canvas.between(-0.05, 0.15))
    canvas.glow(corner, canvas.side * 0.9, canvas.color("horizon"), strength=0.6)
    canvas.shaded(0.75)
    picture = _softened(canvas.image, sketch)
    write_caption(picture, sketch)
    return picture


def lettering(sketch: Sketch) -> Image.Image:
    """The words alone, on nothing."""
    words = Image.new("RGBA", (sketch.width, sketch.height))
    write_caption(words, sketch)
    return words


def without_background(picture: Image.Image) -> Image.Image:
    """The picture as a card with round corners on nothing."""
    width, height = picture.size
    inset, radius = round(min(width, height) * 0.04), round(min(width, height) * 0.09)
    mask = Image.new("L", (width, height))
    box = (inset, inset, max(inset, width - inset - 1), max(inset, height - inset - 1))
    ImageDraw.Draw(mask).rounded_rectangle(box, radius=radius, fill=255)
    card = picture.resize((max(1, width - 2 * inset), max(1, height - 2 * inset)))
    clear = Image.new("RGB", (width, height))
    clear.paste(card, (inset, inset))
    clear.putalpha(mask)
    return clear


def _canvas(sketch: Sketch, image: Image.Image) -> Canvas:
    return Canvas(image, palette_of(sketch), sketch.chances("drawing"))


def _drawing_size(sketch: Sketch) -> tuple[int, int]:
    """Twice the final size, for smooth edges, but no more than `MOST_DRAWN` pixels."""
    scale = min(2.0, math.sqrt(MOST_DRAWN / (sketch.width * sketch.height)))
    return max(1, round(sketch.width * scale)), max(1, round(sketch.height * scale))


def _softened(image: Image.Image, sketch: Sketch) -> Image.Image:
    soft = image.filter(ImageFilter.GaussianBlur(0.7))
    return soft.resize((sketch.width, sketch.height), Image.Resampling.BICUBIC)
