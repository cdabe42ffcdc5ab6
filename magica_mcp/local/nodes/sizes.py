"""How large a picture becomes: pixels from whichever fields a model has for it."""

import math
import re
from dataclasses import dataclass

from pydantic import JsonValue

from magica_mcp.models.wire import JsonObject

SIDES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
"""For each resolution, the side in pixels of the square with as many pixels."""

STEP = 16
"""Sides at 1K are multiples of this; other resolutions scale them, and keep the shape exactly."""

WIDEST = 8.0
"""The longest a picture is for its width when its shape follows a given picture's."""


@dataclass(frozen=True)
class Size:
    width: int
    height: int

    @property
    def ratio(self) -> float:
        return self.width / self.height


def size_of(values: JsonObject, *, source: Size | None = None) -> Size:
    """The size that an input asks for; "auto" follows the given picture, else it is square."""
    side = SIDES.get(str(values.get("resolution") or "1K").upper(), 1024)
    for name in ("size", "image_size", "aspect_ratio"):
        found = _asked(values.get(name), side=side)
        if found is not None:
            return found
    return _of_ratio(source.ratio if source else 1.0, side=side)


def _asked(value: JsonValue, *, side: int) -> Size | None:
    if isinstance(value, dict):
        width, height = value.get("width"), value.get("height")
        if isinstance(width, int) and isinstance(height, int):
            return Size(width, height)
    text = value if isinstance(value, str) else ""
    if pixels := re.fullmatch(r"(\d+)x(\d+)", text):
        return Size(int(pixels[1]), int(pixels[2]))
    if ratio := re.fullmatch(r"(\d+):(\d+)", text):
        return _of_ratio(int(ratio[1]) / int(ratio[2]), side=side)
    return None


def _of_ratio(ratio: float, *, side: int) -> Size:
    shape = math.sqrt(min(WIDEST, max(1 / WIDEST, ratio)))
    scale = side / 1024
    width, height = (max(STEP, round(1024 * length / STEP) * STEP) for length in (shape, 1 / shape))
    return Size(round(width * scale), round(height * scale))
