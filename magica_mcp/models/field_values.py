"""One value of a model's input: read as its field says, or refused with a sentence."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from urllib.parse import urlsplit

from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError, MediaUrlRequiredError
from magica_mcp.models.catalog import ModelField
from magica_mcp.models.wire import Answer, JsonObject

MEDIA_TYPES = frozenset({"image", "video", "audio", "avmedia", "file"})
OBJECT_TYPES = frozenset({"composite-select", "object"})
OWN_MEDIA = re.compile(r"media:[0-9a-f]{32}\.[a-z0-9]{1,8}")
"""A reference to media that local Magica keeps, as nodes pass them on to each other."""


class ObjectPart(Answer):
    """One number within an object value, such as the width of a size."""

    name: str
    min: float | None = 1
    max: float | None = None
    step: float | None = 1


class ObjectRules(Answer):
    """What an object value has to satisfy, as the extra keys of its field say."""

    custom_fields: tuple[ObjectPart, ...] = (ObjectPart(name="width"), ObjectPart(name="height"))
    max_ratio: float | None = None
    min_pixels: int | None = None
    max_pixels: int | None = None


class MediaForm(Enum):
    """What may stand in the place of a media file, as a sentence says it."""

    URL = "a public http(s) URL"
    REFERENCE = "a public http(s) URL or a reference to stored media"
    HANDLE = "a path on this machine, a URL, run:<runId> or an id of the media library"
    """Resolved by whoever asks, before it is sent; a run may have several files."""


def read_value(
    field: ModelField, value: JsonValue, *, media: MediaForm = MediaForm.URL
) -> JsonValue:
    """The value in the field's own type and spelling; a plain value stands for a list of one.

    Raises `InvalidInputError`.
    """
    values = value if isinstance(value, list) else [value]
    most = field.max_items if field.is_list else 1
    if most is not None and len(values) > most:
        allowed = "one value" if most == 1 else f"at most {most} values"
        raise InvalidInputError(
            f"'{field.name}' takes {allowed}, but {len(values)} were given. Leave some out."
        )
    may_be_more = media is MediaForm.HANDLE and field.type in MEDIA_TYPES
    if field.is_list and len(values) < (field.min_items or 0) and not may_be_more:
        raise InvalidInputError(
            f"'{field.name}' needs at least {field.min_items} values, not {len(values)}. Give more."
        )
    found = [_read_one(field, each, media=media) for each in values]
    return found if field.is_list else found[0]


def _read_one(field: ModelField, value: JsonValue, *, media: MediaForm) -> JsonValue:
    if field.type in MEDIA_TYPES:
        return _media_file(field, value, media=media)
    if field.type in OBJECT_TYPES and isinstance(value, dict):
        return _object(field, value)
    if field.options:
        return _option(field, value)
    return _READERS.get(field.data_type.removesuffix("[]"), _anything)(field, value)


def _media_file(field: ModelField, value: JsonValue, *, media: MediaForm) -> str:
    text = value.strip() if isinstance(value, str) else ""
    is_reference = media is MediaForm.REFERENCE and OWN_MEDIA.fullmatch(text)
    if _is_http_url(text) or is_reference:
        return text
    if media is not MediaForm.HANDLE:
        raise MediaUrlRequiredError(
            f"'{field.name}' takes a public http(s) URL, not {_shown(value)}. "
            "Upload the file with upload_file first and give the URL that it answers."
        )
    if not text or text.lower().startswith("data:"):
        raise MediaUrlRequiredError(f"'{field.name}' takes {media.value}, not {_shown(value)}.")
    return str(value)


def _is_http_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and not re.search(r"\s", text)


def _option(field: ModelField, value: JsonValue) -> JsonValue:
    for option in field.options:
        if _spelling(option) == _spelling(value):
            return option
    names = ", ".join(map(str, field.options))
    others = " or an object with width and height" if field.type in OBJECT_TYPES else ""
    raise InvalidInputError(
        f"'{field.name}' cannot be {_shown(value)}. It takes one of {names}{others}."
    )


def _text(field: ModelField, value: JsonValue) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidInputError(f"'{field.name}' takes text, not {_shown(value)}.")
    text = str(value)
    if field.max_length is not None and len(text) > field.max_length:
        raise InvalidInputError(
            f"'{field.name}' takes at most {field.max_length:,} characters, "
            f"but {len(text):,} were given. Shorten it."
        )
    return text


def _number(field: ModelField, value: JsonValue) -> int | float:
    whole = field.type == "number" and field.step == 1  # the step of a slider only guides the eye
    part = ObjectPart(name=field.name, min=field.min, max=field.max, step=1 if whole else None)
    return _number_within(part, value)


def _number_within(part: ObjectPart, value: JsonValue) -> int | float:
    number = _as_number(value)
    if number is None or (part.step is not None and number % part.step):
        multiple = f"a multiple of {part.step:g}" if part.step and part.step != 1 else None
        kind = multiple or ("a whole number" if part.step else "a number")
        raise InvalidInputError(f"'{part.name}' takes {kind}, not {_shown(value)}.")
    too_small = part.min is not None and number < part.min
    if too_small or (part.max is not None and number > part.max):
        raise InvalidInputError(
            f"'{part.name}' cannot be {_shown(value)}. It takes {_range(part.min, part.max)}."
        )
    return number


def _as_number(value: JsonValue) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def _range(least: float | None, most: float | None) -> str:
    if least is None or most is None:
        return f"at least {_plain(least)}" if most is None else f"at most {_plain(most)}"
    return f"{_plain(least)} to {_plain(most)}"


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:,.15g}"


YES_OR_NO: Mapping[str, bool] = {"true": True, "yes": True, "false": False, "no": False}


def _boolean(field: ModelField, value: JsonValue) -> bool:
    known = YES_OR_NO.get(_spelling(value))
    if known is None:
        raise InvalidInputError(f"'{field.name}' takes true or false, not {_shown(value)}.")
    return known


def _anything(field: ModelField, value: JsonValue) -> JsonValue:  # noqa: ARG001 - a reader's shape
    return value


_READERS: Mapping[str, Callable[[ModelField, JsonValue], JsonValue]] = {
    "string": _text,
    "number": _number,
    "boolean": _boolean,
}


# Object values, such as a size ----------------------------------------------------------------


def _object(field: ModelField, value: JsonObject) -> JsonValue:
    rules = ObjectRules.model_validate(field.model_extra or {})
    names = [part.name for part in rules.custom_fields]
    if sorted(value) != sorted(names):
        raise InvalidInputError(
            f"'{field.name}' takes an object with exactly {' and '.join(names)}."
        )
    read: JsonObject = {
        part.name: _number_within(
            part.model_copy(update={"name": f"{field.name}.{part.name}"}), value[part.name]
        )
        for part in rules.custom_fields
    }
    _check_pixels(field.name, rules, _sides(read))
    return read


def _sides(value: JsonObject) -> Sequence[float]:
    sides = [value.get("width"), value.get("height")]
    return [side for side in sides if isinstance(side, int | float)]


def _check_pixels(name: str, rules: ObjectRules, sides: Sequence[float]) -> None:
    pixels = math.prod(sides)
    if rules.max_ratio is not None and max(sides) > rules.max_ratio * min(sides):
        raise InvalidInputError(
            f"'{name}' may be at most {rules.max_ratio:g} times as long as it is wide."
        )
    too_few = rules.min_pixels is not None and pixels < rules.min_pixels
    if too_few or (rules.max_pixels is not None and pixels > rules.max_pixels):
        raise InvalidInputError(
            f"'{name}' has {pixels:,.0f} pixels. "
            f"It takes {_range(rules.min_pixels, rules.max_pixels)}."
        )


# Words ----------------------------------------------------------------------------------------


def _spelling(value: JsonValue) -> str:
    """A value as it is compared: without regard to case, 1.0 being 1."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().casefold()


def _shown(value: JsonValue) -> str:
    """A value as a sentence shows it: short, and never a wall of base64."""
    if isinstance(value, str) and value.startswith("data:"):
        return "a data URI"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
