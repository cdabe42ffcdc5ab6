"""A video that was given, as it is worked with: how long, large and fast, and its pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from av.container import InputContainer

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.nodes.films.pacing import paced
from magica_mcp.local.nodes.films.planes import Planes
from magica_mcp.local.nodes.films.shape import even
from magica_mcp.local.nodes.films.sources import (
    SourceFile,
    frames_of,
    opened_source,
    refuse_long,
    seconds_of,
)
from magica_mcp.local.nodes.job import NodeJob
from magica_mcp.local.nodes.sizes import Size

MOST_FPS, LEAST_FPS, USUAL_FPS = Fraction(60), Fraction(1), Fraction(24)
NO_PICTURES = "An input video has no pictures in it. Give another one."


@dataclass(frozen=True)
class Clip:
    """A video file; `size` is what is seen of it, with even sides."""

    file: SourceFile
    seconds: Fraction
    size: Size
    fps: Fraction
    has_sound: bool

    def pictures(self, job: NodeJob, *, fps: Fraction, size: Size) -> Iterator[Planes]:
        """Its pictures at a pace and in a frame."""
        with opened_source(self.file, wanted="video") as film:
            yield from paced(frames_of(film, job), fps, size=size)


def clip_of(file: SourceFile) -> Clip:
    """Look at a video. Raises `NodeFailedError` for one that cannot be used."""
    with opened_source(file, wanted="video") as film:
        size, fps, has_sound = _seen_size(film), _pace(film), bool(film.streams.audio)
    with opened_source(file, wanted="video") as film:
        seconds = seconds_of(film)
    refuse_long(seconds)
    if seconds <= 0:
        raise NodeFailedError(NO_PICTURES)
    return Clip(file, seconds, size, fps, has_sound)


def _pace(film: InputContainer) -> Fraction:
    stream = film.streams.video[0]
    rate = stream.average_rate or stream.base_rate or USUAL_FPS
    return min(MOST_FPS, max(LEAST_FPS, Fraction(rate)))


def _seen_size(film: InputContainer) -> Size:
    first = next(film.decode(video=0), None)
    if first is None:
        raise NodeFailedError(NO_PICTURES)
    is_turned = first.rotation % 180 != 0
    sides = (first.height, first.width) if is_turned else (first.width, first.height)
    return even(Size(*sides))
