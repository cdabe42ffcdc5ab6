"""What a model says of the files that one of its inputs takes, held against a file of this machine.

The catalog names `maxSizeInMB`, `allowedFormats`, `minDuration` and `maxDuration` without saying
more of them, so they are read tolerantly: what is not understood limits nothing, Magica decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError
from magica_mcp.models.catalog import ModelField

if TYPE_CHECKING:
    from magica_mcp.recognition import MediaFacts

MEGABYTE = 1 << 20
"""The larger of its two meanings: a file that may fit is not refused here."""
SAME: Mapping[str, str] = {
    "jpg": "jpeg",
    "mov": "quicktime",
    "mp3": "mpeg",
    "tif": "tiff",
    "x-wav": "wav",
    "wave": "wav",
    "m4a": "mp4",
    "x-m4a": "mp4",
    "htm": "html",
}
"""One name for each format that has several."""
ANY = frozenset({"all", "any", "*"})
SLACK = 0.05
"""Seconds by which a measured length may miss a limit."""


@dataclass(frozen=True)
class FileLimits:
    """Of one input; what is None or empty limits nothing."""

    largest: float | None = None
    """Megabytes."""
    formats: tuple[str, ...] = ()
    shortest: float | None = None
    """Seconds."""
    longest: float | None = None

    def require(self, name: str, facts: "MediaFacts", *, size: int) -> None:
        """Raises `InvalidInputError` for a file of `size` bytes that the input `name` refuses."""
        for refusal in (
            self._too_large(size),
            self._other_format(facts),
            self._wrong_length(facts.duration),
        ):
            if refusal:
                raise InvalidInputError(f"'{name}' takes {refusal}. Nothing was uploaded.")

    def _too_large(self, size: int) -> str:
        if self.largest is None or size <= self.largest * MEGABYTE:
            return ""
        return f"files of up to {self.largest:g} MB, and this one has {size / MEGABYTE:.1f} MB"

    def _other_format(self, facts: "MediaFacts") -> str:
        mime_type = facts.kind.mime_type
        mine = {format_of(facts.extension), format_of(mime_type), mime_type.split("/")[0]}
        if not self.formats or (mine | ANY) & set(map(format_of, self.formats)):
            return ""
        return f"{', '.join(self.formats)}, and this file is {mime_type}: convert it first"

    def _wrong_length(self, seconds: float | None) -> str:
        if seconds is None:
            return ""
        if self.longest is not None and seconds > self.longest + SLACK:
            return f"up to {self.longest:g} seconds, and this file has {seconds:.1f}: cut it first"
        if self.shortest is not None and seconds < self.shortest - SLACK:
            return f"at least {self.shortest:g} seconds, and this file has {seconds:.1f}"
        return ""


def limits_of(field: ModelField) -> FileLimits:
    """What a model's field says of the files that it takes."""
    said = field.model_extra or {}
    return FileLimits(
        largest=_number(said.get("maxSizeInMB")),
        formats=_formats(said.get("allowedFormats")),
        shortest=_number(said.get("minDuration")),
        longest=_number(said.get("maxDuration")),
    )


def format_of(name: str) -> str:
    """The format that an ending or a MIME type names; of `image/*` its first half."""
    first, _, last = name.strip().lower().removeprefix(".").partition("/")
    short = first if last in {"", "*"} else last
    return SAME.get(short, short)


def _number(value: JsonValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    return float(value)


def _formats(value: JsonValue) -> tuple[str, ...]:
    named = value if isinstance(value, list) else []
    return tuple(each for each in named if isinstance(each, str) and each.strip())
