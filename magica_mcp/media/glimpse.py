"""What one look at a file tells: measures, what a person would notice, and a small picture."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from magica_mcp.errors import UnshowableError

Kind = Literal["image", "video", "audio"]

TOO_SLOW = "it was not ready in time"
DAMAGED = "the file is damaged or cut off"


@dataclass(frozen=True)
class Room:
    """How large a picture may be for whoever sees it: pixels of a side, bytes of its file.

    Vision models shrink what has more than 1.15 million pixels (mcp-clients, "What arrives").
    """

    side: int = 1568
    bytes: int = 450_000
    pixels: int = 1_150_000


@dataclass(frozen=True)
class Picture:
    """A picture as a file."""

    content: bytes
    mime_type: str
    width: int
    height: int


@dataclass(frozen=True)
class Measured:
    """A file by what is really in it: pixels as shown, seconds, LUFS and dBFS.

    None: it has no such thing, or nobody looked. `has_sound` tells of a video's sound track.
    """

    kind: Kind
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    has_sound: bool | None = None
    loudness: float | None = None
    peak: float | None = None


@dataclass(frozen=True)
class Glimpse:
    """One file, looked at: `picture` stands for it alone, `tile` among others."""

    measured: Measured
    remarks: tuple[str, ...]
    """Sentences such as "It is all black."; none: nothing is odd about it."""
    picture: Picture
    tile: Picture
    shows: str
    """What is on the picture, such as "its waveform"."""
    measures: str = ""
    """What of the measures a person would want to read, such as how loud it is."""


@dataclass(frozen=True)
class Deadline:
    """When a look has to be over, in seconds of `clock`."""

    at: float
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """So many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def is_past(self) -> bool:
        return self.clock() >= self.at

    def refuse_if_past(self) -> None:
        """Raise `UnshowableError` once it is too late."""
        if self.is_past:
            raise UnshowableError(TOO_SLOW)
