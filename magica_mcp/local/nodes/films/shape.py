"""How large, fast and long a video becomes: from whichever fields a model has for it."""

import re
from dataclasses import dataclass
from fractions import Fraction

from pydantic import JsonValue

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.nodes.given import seconds_in
from magica_mcp.local.nodes.sizes import Size
from magica_mcp.models.wire import JsonObject

SHORT_SIDES = {"512": 512, "1K": 1080, "2K": 1440, "4K": 2160, "SD": 480, "HD": 720}
USUAL_SHORT_SIDE = 720
USUAL_FPS = 24
USUAL_SECONDS = 5
MOST_SECONDS = 600.0
LARGEST_SIDE = 5120
SMALLEST_SIDE = 64
WIDEST = 4.0
"""The longest a video is for its width."""

FPS_FIELDS = ("fps", "frame_rate", "frames_per_second")


@dataclass(frozen=True)
class Shape:
    """What a video is to be; `frames` follow from how long it lasts."""

    size: Size
    fps: Fraction
    frames: int

    @property
    def seconds(self) -> Fraction:
        return self.frames / self.fps


def shape_of(values: JsonObject, *, source: Size | None = None) -> Shape:
    """The shape that an input asks for; without one it follows the given picture, else 16:9."""
    fps = fps_of(values)
    seconds = seconds_in(values, otherwise=USUAL_SECONDS, most=MOST_SECONDS)
    return Shape(film_size(values, source=source), fps, max(1, round(seconds * fps)))


def fps_of(values: JsonObject) -> Fraction:
    asked = (values.get(name) for name in FPS_FIELDS)
    fps = next((value for value in asked if isinstance(value, int | float)), USUAL_FPS)
    return Fraction(min(60, max(1, fps))).limit_denominator(1001)


def film_size(values: JsonObject, *, source: Size | None = None) -> Size:
    """Even sides, as H.264 wants them."""
    for name in ("size", "resolution", "video_size"):
        found = re.fullmatch(r"(\d+)\s*[x*×]\s*(\d+)", str(values.get(name) or ""))
        if found is not None:
            return even(Size(int(found[1]), int(found[2])))
    ratio = _ratio(values.get("aspect_ratio")) or (source.ratio if source else 16 / 9)
    return _of_ratio(ratio, short=short_side(values.get("resolution")))


def short_side(resolution: JsonValue) -> int:
    """Pixels of the shorter side, from "720p", "4k" or 1080."""
    told = str(resolution or "").upper().strip()
    if lines := re.fullmatch(r"(\d{3,4})P?", told):
        return min(2160, max(144, int(lines[1])))
    return SHORT_SIDES.get(told, USUAL_SHORT_SIDE)


def even(size: Size) -> Size:
    """The nearest even sides. Raises `NodeFailedError` for a video of no use or beyond measure."""
    longest, shortest = max(size.width, size.height), min(size.width, size.height)
    if longest > LARGEST_SIDE or shortest < 2:
        raise NodeFailedError(
            f"A video of {size.width}x{size.height} cannot be made: sides are 2 to {LARGEST_SIDE} "
            "pixels. Ask for another size."
        )
    return Size(size.width // 2 * 2, size.height // 2 * 2)


def _ratio(value: JsonValue) -> float | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)[:/](\d+(?:\.\d+)?)", str(value or ""))
    if found is None or not float(found[1]) or not float(found[2]):
        return None
    return min(WIDEST, max(1 / WIDEST, float(found[1]) / float(found[2])))


def _of_ratio(ratio: float, *, short: int) -> Size:
    ratio = min(WIDEST, max(1 / WIDEST, ratio))
    longer = min(LARGEST_SIDE, round(short * max(ratio, 1 / ratio) / 2) * 2)
    short = max(SMALLEST_SIDE, short // 2 * 2)
    return Size(longer, short) if ratio >= 1 else Size(short, longer)
