"""What an input gives: words, lengths and media, whatever name a model has for the field."""

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from pydantic import JsonValue

from magica_mcp.errors import NodeFailedError
from magica_mcp.models.wire import JsonObject

PROMPTS = ("prompt", "text", "text_prompt", "description", "lyrics", "script", "input")
SECONDS = ("duration", "seconds", "duration_seconds", "length", "music_length")
MILLISECONDS = ("music_length_ms", "duration_ms", "length_ms")

MEDIA_FIELDS: dict[str, tuple[str, ...]] = {
    "image": (
        "start_image_url",
        "first_frame_url",
        "image_url",
        "image_urls",
        "uploadedImages",
        "reference_image_urls",
    ),
    "video": ("video_url", "video_urls"),
    "audio": ("audio_url", "audio_urls"),
}
"""The fields that hold media of a kind, the one that counts most first (magica-contract 7.2)."""


def prompt_in(values: JsonObject) -> str:
    """The words that say what to make; "" where there are none."""
    found = (values.get(name) for name in PROMPTS)
    return next((value for value in found if isinstance(value, str) and value.strip()), "")


def seed_in(values: JsonObject) -> int | None:
    seed = values.get("seed")
    return seed if isinstance(seed, int) else None


def seconds_in(values: JsonObject, *, otherwise: float, most: float) -> float:
    """How long the result shall be. Raises `NodeFailedError` for what nobody can make."""
    asked = [_number(values.get(name)) for name in SECONDS]
    asked += [_number(values.get(name), scale=1000) for name in MILLISECONDS]
    seconds = next((number for number in asked if number is not None and number > 0), otherwise)
    if seconds > most:
        text = f"{seconds:g} seconds are more than local Magica makes: {most:g}. Ask for less."
        raise NodeFailedError(text)
    return seconds


def media_in(values: JsonObject, kind: str) -> str | None:
    """The first media of a kind ("image", "video", "audio") that is given, or None."""
    return next(_media(values, kind), None)


def required_media(values: JsonObject, kind: str) -> str:
    """The media that a node cannot work without."""
    found = media_in(values, kind)
    if found is None:
        raise NodeFailedError(f"This node needs {_A[kind]} {kind}. Give one and run it again.")
    return found


def all_of(value: JsonValue) -> Sequence[str]:
    """The texts in a value that may be one or a list of them."""
    each = value if isinstance(value, list) else [value]
    return [text for text in each if isinstance(text, str) and text]


_A = {"image": "an", "video": "a", "audio": "an"}


def _media(values: JsonObject, kind: str) -> Iterator[str]:
    known = MEDIA_FIELDS[kind]
    others = (name for name in values if kind in name.lower() and name not in known)
    for name in (*known, *others):
        yield from (text for text in all_of(values.get(name)) if _leads_somewhere(text))


def _leads_somewhere(text: str) -> bool:
    return text.startswith(("media:", "http://", "https://"))


def _number(value: JsonValue, *, scale: int = 1) -> float | None:
    """A number, or a text such as "5" or "5s"."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).strip().lower().removesuffix("s")) / scale
    except InvalidOperation:
        return None
    return float(number) if number.is_finite() else None
