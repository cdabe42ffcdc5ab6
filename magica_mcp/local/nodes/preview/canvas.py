"""A canvas with the few soft strokes that previews are drawn with.

Places and lengths are shares: of the width, of the height, and of the shorter side for sizes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageOps

from magica_mcp.local.nodes.preview.palettes import Color, Palette

Point = tuple[float, float]
SOFT = 1.8
"""How quickly a glow fades: 1 is a plain cone, more is softer."""


@dataclass(frozen=True)
class Canvas:
    """A picture that is being drawn, the colors to use and the numbers to vary it with."""

    image: Image.Image
    palette: Palette
    chances: Random

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height

    @property
    def side(self) -> int:
        """The shorter side in pixels, by which sizes are measured."""
        return min(self.image.size)

    def between(self, least: float, most: float) -> float:
        return least + (most - least) * self.chances.random()

    def color(self, name: str) -> Color:
        return self.palette.color(name)

    def at(self, x: float, y: float) -> Point:
        """A place in pixels from shares of width and height."""
        return x * self.width, y * self.height

    def fade(self, *colors: Color, top: float = 0.0, bottom: float = 1.0) -> None:
        """Fill a band of the full width with colors that run from its top to its bottom."""
        first, last = round(top * self.height), round(bottom * self.height)
        if last <= first:
            return
        strip = Image.new("RGB", (1, len(colors)))
        for row, color in enumerate(colors):
            strip.putpixel((0, row), color)
        # Sample between the centers of the first and the last row, so that both ends are pure.
        box = (0, 0.5, 1, len(colors) - 0.5) if len(colors) > 1 else None
        column = strip.resize((1, last - first), Image.Resampling.BILINEAR, box=box)
        self.image.paste(column.resize((self.width, last - first)), (0, first))

    def glow(
        self, center: Point, radius: float, color: Color, *, strength: float, flat: float = 1.0
    ) -> None:
        """Soft light around a place; `flat` below 1 squashes it."""
        across, high = max(2, round(2 * radius)), max(2, round(2 * radius * flat))
        mask = _spot().resize((across, high), Image.Resampling.BILINEAR)
        corner = (round(center[0] - across / 2), round(center[1] - high / 2))
        self.image.paste(color, corner, mask.point(lambda value: round(value * strength)))

    def disc(self, center: Point, radius: float, color: Color) -> None:
        self._draw().ellipse(_box(center, radius), fill=color)

    def shape(self, points: Sequence[Point], color: Color) -> None:
        self._draw().polygon(points, fill=color)

    def box(self, corner: Point, opposite: Point, color: Color) -> None:
        self._draw().rectangle((*corner, *opposite), fill=color)

    def ball(self, center: Point, radius: float, color: Color) -> None:
        """A shaded sphere, lit from the upper left."""
        across = max(4, round(2 * radius))
        light = self.color("light")
        shade = ImageOps.colorize(
            _lit_ball(),
            black=_toned(color, light, 0.75),
            mid=color,
            white=_toned(color, self.color("near"), 0.75),
        ).resize((across, across), Image.Resampling.BICUBIC)
        mask = _disc_mask().resize((across, across), Image.Resampling.LANCZOS)
        self.image.paste(shade, (round(center[0] - radius), round(center[1] - radius)), mask)

    def shaded(self, strength: float) -> None:
        """Darken the corners a little, which draws the eye to the middle."""
        mask = ImageChops.invert(_spot()).point(lambda value: round(max(0, value - 140) * strength))
        wide = mask.resize(
            (round(self.width * 1.3), round(self.height * 1.3)), Image.Resampling.BILINEAR
        )
        left, top = (wide.width - self.width) // 2, (wide.height - self.height) // 2
        mask = wide.crop((left, top, left + self.width, top + self.height))
        self.image.paste((0, 0, 0), (0, 0), mask)

    def _draw(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image)


def _box(center: Point, radius: float) -> tuple[float, float, float, float]:
    return center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius


def _toned(color: Color, towards: Color, share: float) -> Color:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, towards, strict=True))
    return red, green, blue


@lru_cache(maxsize=1)
def _spot() -> Image.Image:
    """A soft white spot on black, 256 pixels wide."""
    farthest = 127 * math.sqrt(2)  # Pillow's gradient ends in the corners, the spot at the edges
    return Image.radial_gradient("L").point(
        lambda value: round(255 * max(0.0, 1 - value / farthest) ** SOFT)
    )


@lru_cache(maxsize=1)
def _lit_ball() -> Image.Image:
    """How dark a ball is at each place: black where the light falls, white in its shadow."""
    gradient = Image.radial_gradient("L").crop((44, 44, 236, 236))
    lit = gradient.resize((512, 512), Image.Resampling.BICUBIC)
    return lit.crop((64, 64, 448, 448)).transform(
        (256, 256), Image.Transform.AFFINE, (1.3, 0, 50, 0, 1.3, 50), Image.Resampling.BICUBIC
    )


@lru_cache(maxsize=1)
def _disc_mask() -> Image.Image:
    mask = Image.new("L", (1024, 1024))
    ImageDraw.Draw(mask).ellipse((0, 0, 1023, 1023), fill=255)
    return mask


def open_sky(canvas: Canvas, *, horizon: float) -> None:
    canvas.fade(
        canvas.color("top"), canvas.color("middle"), canvas.color("horizon"), bottom=horizon
    )
    canvas.fade(canvas.color("horizon"), top=horizon)
