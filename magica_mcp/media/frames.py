"""Single frames of a video at chosen moments, decoding as little as possible."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import av
from av import VideoFrame
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image

from magica_mcp.errors import UnshowableError
from magica_mcp.media.containers import begin_of
from magica_mcp.media.glimpse import Deadline, Room
from magica_mcp.media.moments import Moment, moments
from magica_mcp.media.shrinking import fitting

MOST_PIXELS = 4096 * 2304
"""Of one frame; a decoder keeps up to twenty of them."""

MOST_DECODED = 330_000_000
"""Pixels that are decoded on the way to the moments: about 160 frames of 1080p."""

USUAL_FRAME_SECONDS = 1 / 24
LATE = 8
"""By how many frames one may be shown later than it is stored."""

FRAME = Room(side=640, pixels=300_000)
"""How large frames are kept."""


@dataclass(frozen=True)
class Shown:
    """A frame, small and upright, and when it is seen, in seconds from the beginning."""

    at: float
    image: Image.Image


def pictures_of(film: InputContainer) -> VideoStream:
    """The track of pictures.

    Raises `UnshowableError` where there is none, or its frames are too large, before any decoding.
    """
    if not film.streams.video:
        raise UnshowableError("the video holds no pictures")
    stream = film.streams.video[0]
    if stream.width * stream.height > MOST_PIXELS:
        size = f"{stream.width:,} × {stream.height:,}"
        raise UnshowableError(f"frames of {size} pixels are too large to show here")
    # the header may lie: the decoder itself refuses frames that turn out larger
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    stream.thread_type = "AUTO"
    return stream


def seconds_of(film: InputContainer, stream: VideoStream) -> float:
    """How long the pictures last; 0: the file does not say."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (film.duration or 0) / av.time_base


def frames_shown(
    film: InputContainer, stream: VideoStream, *, deadline: Deadline
) -> tuple[Shown, ...]:
    """Up to six frames, spread over the video; fewer where the time or the video ends before."""
    keys = keyframes(film, stream, deadline=deadline)
    rate = stream.average_rate or stream.guessed_rate
    frame_seconds = float(1 / rate) if rate else USUAL_FRAME_SECONDS
    chosen = moments(
        keys,
        seconds=seconds_of(film, stream) or (keys[-1] + frame_seconds if keys else 0),
        frame_seconds=frame_seconds,
        most_frames=MOST_DECODED // max(1, stream.width * stream.height),
    )
    found: list[Shown] = []
    for _, group in groupby(chosen, key=lambda moment: moment.key):
        if deadline.is_past and found:
            break
        ways = _from_keyframe(
            film, stream, tuple(group), frame_seconds=frame_seconds, deadline=deadline
        )
        found.extend(ways)
    return tuple({round(each.at, 3): each for each in found}.values())


def keyframes(film: InputContainer, stream: VideoStream, *, deadline: Deadline) -> list[float]:
    """When a decoder can begin, in seconds: by the file's index, else by its packets."""
    known = [entry.timestamp for entry in stream.index_entries if entry.is_keyframe]
    if len(known) < 2:
        known = []
        for packet in film.demux(stream):
            deadline.refuse_if_past()
            if packet.is_keyframe and packet.pts is not None:
                known.append(packet.pts)
    # an index counts from when frames are decoded, which is before they are shown: both begin at 0
    return sorted(float((stamp - min(known)) * (stream.time_base or 1)) for stamp in known)


def _from_keyframe(
    film: InputContainer,
    stream: VideoStream,
    wanted: Sequence[Moment],
    *,
    frame_seconds: float,
    deadline: Deadline,
) -> Iterator[Shown]:
    """The frames of moments that are reached from the same keyframe, in order of time."""
    key, begin, base = wanted[0].key, begin_of(film), float(stream.time_base or 1)
    last = wanted[-1].at
    film.seek(round((begin + key + frame_seconds / 2) / base), stream=stream)
    until = begin + last + LATE * frame_seconds if last > key else None
    rest = list(wanted)
    for frame in _decoded(film, stream, until=until, deadline=deadline):
        at = max(0.0, frame.pts * base - begin) if frame.pts is not None else rest[0].at
        if until is None or at >= rest[0].at - frame_seconds / 2:
            rest.pop(0)
            yield Shown(at, _small(frame))
        if not rest:
            return


def _decoded(
    film: InputContainer, stream: VideoStream, *, until: float | None, deadline: Deadline
) -> Iterator[VideoFrame]:
    """Frames from where the file stands, up to a time; None: only the first that is stored."""
    for packet in film.demux(stream):
        if not packet.size or deadline.is_past:
            break
        yield from packet.decode()
        if until is None or float((packet.dts or 0) * (stream.time_base or 1)) > until:
            break
    yield from stream.codec_context.decode(None)


def _small(frame: VideoFrame) -> Image.Image:
    width, height = fitting(frame.width, frame.height, room=FRAME)
    image: Image.Image = frame.to_image(  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
        width=width, height=height, interpolation="AREA"
    )
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image
