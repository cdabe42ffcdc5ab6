"""How long, large and fast a finished file is: read from the file, not from what was asked."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import av
from av.container import InputContainer

from magica_mcp.models.wire import JsonObject

DEMUXERS = {".mp4": "mp4", ".mp3": "mp3", ".wav": "wav", ".aac": "aac", ".flac": "flac"}
"""How each kind of file that is made here is read."""

MILLISECOND = Decimal("0.001")


@dataclass(frozen=True)
class Measurements:
    """What a file turned out to be; `seconds` are whole milliseconds."""

    size: int
    seconds: Decimal
    width: int | None = None
    height: int | None = None
    fps: float | None = None

    def told(self) -> JsonObject:
        """As outputs say it, without what the file does not have."""
        told: JsonObject = {"fps": self.fps, "width": self.width, "height": self.height}
        shown: JsonObject = {name: value for name, value in told.items() if value is not None}
        return {**shown, "duration": float(self.seconds)}


def measured_file(path: Path, *, extension: str) -> Measurements:
    """Read a file that was made here."""
    size = path.stat().st_size
    with av.open(str(path), format=DEMUXERS[extension]) as film:
        seconds = _seconds(film, counted=extension == ".aac")
        if not film.streams.video:
            return Measurements(size, seconds)
        video = film.streams.video[0]
        rate = video.average_rate or video.base_rate
        return Measurements(
            size, seconds, video.width, video.height, round(float(rate), 3) if rate else None
        )


def _seconds(film: InputContainer, *, counted: bool) -> Decimal:
    """The file's own word, or, where it has none that can be trusted, the sum of its parts."""
    if counted or film.duration is None:
        stream = film.streams[0]
        base = stream.time_base
        total = sum(packet.duration or 0 for packet in film.demux(stream))
        exact = Decimal(float(total * base)) if base else Decimal(0)
    else:
        exact = Decimal(film.duration) / av.time_base
    return exact.quantize(MILLISECOND)
