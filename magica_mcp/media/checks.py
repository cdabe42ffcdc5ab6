"""What came out against what was asked for. Pure: an input's fields, and measures of the files.

Models are free in much, so only what a person would call wrong counts: "auto" asks for nothing.
"""

import math
import re
from collections.abc import Callable, Mapping

from pydantic import JsonValue

from magica_mcp.media.glimpse import Measured
from magica_mcp.media.moments import time_text
from magica_mcp.models.wire import JsonObject

COUNTS = ("num_images", "n")
SIZES = ("size", "image_size", "video_size", "resolution")
SECONDS = ("duration", "duration_seconds", "seconds", "length", "music_length")
MILLISECONDS = ("music_length_ms", "duration_ms", "length_ms")
SOUNDS = ("generate_audio", "enable_audio", "with_audio")
GIVEN_PICTURES = ("image_url", "image_urls", "start_image_url", "first_frame_url", "uploadedImages")

PICTURE_SIDES: Mapping[str, int] = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
"""For each resolution of pictures, the side in pixels of the square of about as many."""
FILM_SIDES: Mapping[str, int] = {"1K": 1080, "2K": 1440, "4K": 2160, "SD": 480, "HD": 720}
"""For each resolution of videos, pixels of the shorter side."""

SAME_SHAPE = 0.06
"""How much of its ratio a shape may differ: 3:2 and 4:3 are 0.12 apart."""
SAME_SIDE = 0.03
SMALL_STEP = 16
"""Pixels to which models round sides."""
SAME_RESOLUTION = 1.6
"""By how many times the pixels may differ; from one resolution to the next it is 1.8 to 4."""
SAME_SECONDS = 0.75
SAME_LENGTH = 0.1
"""A length may differ by so many seconds, or by that share."""

Difference = Callable[[JsonObject, Measured], str | None]
"""A sentence, or None where nothing was asked or nothing is wrong."""


def differences(asked: JsonObject, found: Measured) -> tuple[str, ...]:
    """What of one file is other than asked for, a sentence each."""
    told = (check(asked, found) for check in DIFFERENCES)
    return tuple(text for text in told if text is not None)


def missing(asked: JsonObject, count: int) -> tuple[str, ...]:
    """Whether there are fewer files than were asked for."""
    wanted = next((asked[name] for name in COUNTS if isinstance(asked.get(name), int)), None)
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted <= count:
        return ()
    return (f"Asked for {wanted} pictures, got {count}.",)


def _size(asked: JsonObject, found: Measured) -> str | None:
    """A size in pixels: "1536x1024" or {width, height}."""
    wanted = next(filter(None, (_pixels(asked.get(name)) for name in SIZES)), None)
    if wanted is None or not found.width or not found.height:
        return None
    pairs = zip(wanted, (found.width, found.height), strict=True)
    if all(abs(side - real) <= max(SMALL_STEP, side * SAME_SIDE) for side, real in pairs):
        return None
    return f"Asked for {wanted[0]} × {wanted[1]} pixels, got {found.width} × {found.height}."


def _shape(asked: JsonObject, found: Measured) -> str | None:
    """A ratio: "16:9", also where a model takes it as its size."""
    told = next((r for name in ("aspect_ratio", *SIZES) if (r := _ratio(asked.get(name)))), None)
    if told is None or not found.width or not found.height:
        return None
    words, ratio = told
    if abs(math.log(found.width / found.height / ratio)) <= SAME_SHAPE:
        return None
    text = f"Asked for {words}, got {found.width} × {found.height}"
    follows = found.kind == "video" and any(asked.get(name) for name in GIVEN_PICTURES)
    return f"{text}; it may follow the picture that was given." if follows else f"{text}."


def _resolution(asked: JsonObject, found: Measured) -> str | None:
    """Pixels in all, by names such as "2K" and "720p"."""
    name = str(asked.get("resolution") or "").upper().strip()
    if not found.width or not found.height or found.kind == "audio":
        return None
    short, pixels = min(found.width, found.height), found.width * found.height
    if found.kind == "image":
        side = PICTURE_SIDES.get(name)
        apart = pixels / side**2 if side else 1.0
    else:
        lines = re.fullmatch(r"(\d{3,4})P?", name)
        side = int(lines[1]) if lines else FILM_SIDES.get(name)
        # some keep the shorter side, others about the pixels of 16:9, whatever the shape
        ways = (short**2 / side**2, pixels / (side**2 * 16 / 9)) if side else (1.0,)
        apart = min(ways, key=lambda way: abs(math.log(way)))
    if 1 / SAME_RESOLUTION <= apart <= SAME_RESOLUTION:
        return None
    return f"Asked for {asked['resolution']}, got {found.width} × {found.height}."


def _length(asked: JsonObject, found: Measured) -> str | None:
    wanted = [_number(asked.get(name)) for name in SECONDS]
    wanted += [_number(asked.get(name), scale=1000) for name in MILLISECONDS]
    seconds = next((each for each in wanted if each), None)
    if seconds is None or not found.seconds or found.kind == "image":
        return None
    if abs(found.seconds - seconds) <= max(SAME_SECONDS, seconds * SAME_LENGTH):
        return None
    return f"Asked for {time_text(seconds)}, got {time_text(found.seconds)}."


def _sound(asked: JsonObject, found: Measured) -> str | None:
    name = next((name for name in SOUNDS if asked.get(name) is True), None)
    if name is None or found.has_sound is not False:
        return None
    return f"It has no sound track, though {name} is on."


DIFFERENCES: tuple[Difference, ...] = (_size, _shape, _resolution, _length, _sound)


def _pixels(value: JsonValue) -> tuple[int, int] | None:
    if isinstance(value, dict):
        width, height = value.get("width"), value.get("height")
        if isinstance(width, int) and isinstance(height, int):
            return width, height
    found = re.fullmatch(r"(\d{2,5})\s*[x*×]\s*(\d{2,5})", str(value or ""))
    return (int(found[1]), int(found[2])) if found else None


def _ratio(value: JsonValue) -> tuple[str, float] | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)[:/](\d+(?:\.\d+)?)", str(value or ""))
    if found is None or not float(found[1]) or not float(found[2]):
        return None
    return found[0], float(found[1]) / float(found[2])


def _number(value: JsonValue, *, scale: int = 1) -> float | None:
    """A number of seconds, or a text such as "5" or "5s"."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*s?", str(value or "").strip().lower())
    return float(found[1]) / scale if found and not isinstance(value, bool) else None
