"""What stands for a media file in a call: a path, a URL, a run's result, an id of the library.

Pure: a text becomes a handle. What a handle leads to is found by `media_inputs`.
"""

import re
from dataclasses import dataclass

from magica_mcp.errors import InvalidInputError, shortened
from magica_mcp.models.field_values import MediaForm

_RUN = re.compile(
    r"(?:run:|magica://runs/)(?P<id>[^/\s]+)(?:/(?P<number>\d{1,6}))?/?", re.IGNORECASE
)
_MEDIA = re.compile(r"magica://media/(?P<id>[^/\s]+)", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class WebFile:
    """A file at a URL, which Magica fetches itself."""

    url: str


@dataclass(frozen=True)
class RunFile:
    """The files of a run's result, or the one of a number that counts from 1."""

    run_id: str
    number: int | None

    @property
    def name(self) -> str:
        return f"run:{self.run_id}" if self.number is None else f"run:{self.run_id}/{self.number}"


@dataclass(frozen=True)
class LibraryFile:
    """A file of the media library."""

    id: str


@dataclass(frozen=True)
class DiskFile:
    """A file on this machine."""

    path: str


Handle = WebFile | RunFile | LibraryFile | DiskFile


def handle_of(text: str) -> Handle:
    """What a text in the place of a media file means.

    Raises:
        InvalidInputError: it is a file's content, or begins as a run's result and is none.
    """
    plain = text.strip()
    start = plain[:10].lower()
    if start.startswith(("http://", "https://")):
        return WebFile(plain)
    if start.startswith("data:"):
        message = f"Contents do not travel inside a call. Give {MediaForm.HANDLE.value}."
        raise InvalidInputError(message)
    if start.startswith(("run:", "magica://r")):
        return _run_file(plain)
    found = _MEDIA.fullmatch(plain)
    if found or _ID.fullmatch(plain):
        return LibraryFile(found["id"] if found else plain)
    return DiskFile(text)


def _run_file(text: str) -> RunFile:
    found = _RUN.fullmatch(text)
    if found is None or found["number"] == "0":
        message = (
            f"'{shortened(text)}' names no result. Write run:<runId>, or run:<runId>/1 for the "
            "first of several files."
        )
        raise InvalidInputError(message)
    return RunFile(found["id"], int(found["number"]) if found["number"] else None)
