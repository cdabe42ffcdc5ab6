"""Sounds: how they go, how loud they are, and what a person would hear at once."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import av
from av import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph

from magica_mcp.errors import UnshowableError
from magica_mcp.media.containers import opened
from magica_mcp.media.glimpse import DAMAGED, TOO_SLOW, Deadline
from magica_mcp.media.moments import time_text

LEVELS = 600
"""Pieces of a waveform."""
SHORTEST = 64
"""Samples of a piece at least."""
USUAL_SECONDS = 60

FULL_SCALE = 0.999
FLAT = 3
"""Samples in a row at full scale that make a flat top."""
CLIPPED = 0.01
"""The share of samples in flat tops above which a sound is distorted."""
AUDIBLE = 0.001
"""-60 dBFS."""
QUIETEST = -69.0
"""LUFS below which nothing was loud enough to be measured (EBU R 128 gates at -70)."""
SILENT_TAIL = 3.0


@dataclass(frozen=True)
class Heard:
    """A sound: lowest and highest value of each piece, of 1.0; lengths in seconds.

    `loudness` is integrated, in LUFS (EBU R 128); None: too short or too quiet to be measured.
    """

    levels: tuple[tuple[float, float], ...]
    seconds: float
    is_whole: bool
    """False: the time was over before the sound was."""
    loudness: float | None
    clipped: float
    """The share of samples in flat tops."""

    @property
    def peak(self) -> float:
        """Of 1.0."""
        return max((max(-low, high) for low, high in self.levels), default=0.0)


@dataclass(frozen=True)
class _Piece:
    """A stretch of a sound; `loudness` is that of everything so far."""

    low: float
    high: float
    samples: int
    clipped: int
    loudness: float | None


def heard(path: Path, *, demuxer: str, deadline: Deadline) -> Heard:
    """Listen to a file for as long as there is time.

    Raises `UnshowableError` for one without sound, or that cannot be read.
    """
    with opened(path, demuxer=demuxer) as sound:
        stream = _track_of(sound)
        seconds = (sound.duration or 0) / av.time_base or USUAL_SECONDS
        samples = min(stream.rate, max(SHORTEST, round(seconds * stream.rate / LEVELS)))
        graph = _graph(stream, MEASURING, ("asetnsamples", f"n={samples}:p=0"), EXTREMES)
        frames = _through(graph, sound.decode(stream), deadline=deadline)
        pieces = [_piece(frame) for frame in frames]
        rate = stream.rate
    if not pieces:
        raise UnshowableError(TOO_SLOW if deadline.is_past else DAMAGED)
    count = sum(piece.samples for piece in pieces)
    told = [piece.loudness for piece in pieces if piece.loudness is not None]
    return Heard(
        levels=gathered([(piece.low, piece.high) for piece in pieces], most=LEVELS),
        seconds=count / rate,
        is_whole=not deadline.is_past,
        loudness=told[-1] if told and told[-1] > QUIETEST else None,
        clipped=sum(piece.clipped for piece in pieces) / count,
    )


def is_silent(path: Path, *, demuxer: str, deadline: Deadline) -> bool:
    """Whether nothing can be heard; it is listened to up to the first sound."""
    with opened(path, demuxer=demuxer) as film:
        stream = _track_of(film)
        frames = _through(_graph(stream, EXTREMES), film.decode(stream), deadline=deadline)
        loud = any(max(-low, high) > AUDIBLE for low, high in map(_extremes, frames))
    return not loud and not deadline.is_past


def remarks_on(sound: Heard) -> Iterator[str]:
    """What a person would hear at once."""
    if sound.peak <= AUDIBLE:
        yield "It is silent."
        return
    if sound.clipped > CLIPPED:
        yield f"It clips: {sound.clipped:.0%} of it is cut off at full scale and sounds distorted."
    audible = [max(-low, high) > AUDIBLE for low, high in sound.levels]
    ends = sound.seconds * (len(audible) - audible[::-1].index(True)) / len(audible)
    tail = sound.seconds - ends
    if sound.is_whole and tail > max(SILENT_TAIL, sound.seconds / 2):
        yield f"It is silent from {time_text(ends)} to its end."


def gathered(
    levels: Sequence[tuple[float, float]], *, most: int
) -> tuple[tuple[float, float], ...]:
    """No more pieces than `most`: neighbours are put together."""
    step = -(-len(levels) // most)
    groups = (levels[at : at + step] for at in range(0, len(levels), max(1, step)))
    return tuple((min(low for low, _ in group), max(high for _, high in group)) for group in groups)


def decibels(level: float) -> float:
    """Of full scale (dBFS); a level of 1.0 is 0."""
    return 20 * math.log10(max(level, 1e-6))


# Measuring, by the filters that come with PyAV ------------------------------------------------

Stage = tuple[str, str]
"""A filter and its options."""

MEASURING: Stage = ("ebur128", "metadata=1:framelog=quiet")
EXTREMES: Stage = (
    "astats",
    "metadata=1:reset=1:measure_perchannel=none:measure_overall=Min_level+Max_level",
)


def _track_of(container: InputContainer) -> AudioStream:
    if not container.streams.audio:
        raise UnshowableError("there is no sound in it")
    stream = container.streams.audio[0]
    if not stream.rate or not stream.channels:
        raise UnshowableError(DAMAGED)
    return stream


def _graph(stream: AudioStream, *stages: Stage) -> Graph:
    graph = Graph()
    last = graph.add_abuffer(template=stream)
    for name, options in (*stages, ("abuffersink", "")):
        following = graph.add(name, options)
        last.link_to(following)
        last = following
    graph.configure()
    return graph


def _through(
    graph: Graph, frames: Iterator[AudioFrame], *, deadline: Deadline
) -> Iterator[AudioFrame]:
    """What comes out of the filters, for as long as there is time."""
    for frame in frames:
        if deadline.is_past:
            return
        graph.push(frame)
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if isinstance(frame, AudioFrame):
            yield frame


def _piece(frame: AudioFrame) -> _Piece:
    low, high = _extremes(frame)
    loudness = frame.metadata.get("lavfi.r128.I")
    return _Piece(
        low,
        high,
        samples=frame.samples,
        clipped=_clipped(frame) if max(-low, high) >= FULL_SCALE else 0,
        loudness=None if loudness is None else float(loudness),
    )


def _extremes(frame: AudioFrame) -> tuple[float, float]:
    told = frame.metadata
    return (
        float(told.get("lavfi.astats.Overall.Min_level", 0)),
        float(told.get("lavfi.astats.Overall.Max_level", 0)),
    )


def _clipped(frame: AudioFrame) -> int:
    """Samples in flat tops of the channel that has most; they are doubles, as EBU R 128 wants."""
    channels = frame.layout.nb_channels
    values = memoryview(frame.planes[0]).cast("B").cast("d")[: frame.samples * channels]
    return max(_flat_tops(values[channel::channels]) for channel in range(channels))


def _flat_tops(values: Iterable[float]) -> int:
    """How many values are part of a row at full scale; a wave that merely peaks there has none."""
    rows = groupby(abs(value) >= FULL_SCALE for value in values)
    lengths = (sum(1 for _ in row) for is_full, row in rows if is_full)
    return sum(length for length in lengths if length >= FLAT)
