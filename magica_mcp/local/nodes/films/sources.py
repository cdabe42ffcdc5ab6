"""Videos and sounds as they come in: known by their content, and read with limits.

Nothing here lets a file choose how it is read: a playlist that poses as a video, and would lead to
other files or addresses, is refused for what it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av import VideoFrame
from av.container import InputContainer

from magica_mcp.errors import InvalidInputError, NodeFailedError
from magica_mcp.local.fetch import Limits, fetch_media, kept_file
from magica_mcp.local.nodes.job import NodeJob, refuse_if_stopped
from magica_mcp.recognition import recognized
from magica_mcp.recognition.measuring import DEMUXERS

MOST_PIXELS = 8192 * 4320
"""Of a single frame."""

MOST_SECONDS = 2 * 3600
"""Of one input, whatever it says of itself."""

LIMITS = Limits(megabytes=200, seconds=120)
"""Videos are larger than pictures, and take longer to come."""

DAMAGED = "is damaged or cut off. Save it again, then give it whole"


@dataclass(frozen=True)
class SourceFile:
    """An input that lies in a folder, and how it is read."""

    path: Path
    demuxer: str


def source_file(job: NodeJob, source: str, *, folder: Path) -> SourceFile:
    """An input where it lies, or fetched into a folder: of our own, none is held in memory.

    Raises `NodeFailedError` for one that is no media.
    """
    refuse_if_stopped(job)
    path = kept_file(source, media=job.bench.media)
    if path is None:
        path = folder / f"{len(list(folder.iterdir()))}"
        path.write_bytes(fetch_media(source, media=job.bench.media, limits=LIMITS))
    demuxer = DEMUXERS.get(_extension(path))
    if demuxer is None:
        raise NodeFailedError(
            "An input is no video and no sound. Give an MP4, MOV, WebM, MP3, WAV, OGG or M4A file."
        )
    return SourceFile(path, demuxer)


@contextmanager
def opened_source(source: SourceFile, *, wanted: str) -> Iterator[InputContainer]:
    """An input that holds a "video" or an "audio" track, open for reading.

    Raises `NodeFailedError` for one that does not, and for any damage that shows while it is read.
    """
    with (
        damage_as_ours(wanted),
        av.open(
            str(source.path), format=source.demuxer, options={"protocol_whitelist": "file"}
        ) as film,
    ):
        _refuse_unless_fit(film, wanted)
        yield film


@contextmanager
def damage_as_ours(wanted: str) -> Iterator[None]:
    """What PyAV says of broken files, as sentences; a full disk and the like stay what they are."""
    try:
        yield
    except av.error.FFmpegError as error:
        if isinstance(error, OSError):
            raise
        text = f"The input {wanted} {DAMAGED}."
        raise NodeFailedError(f"{text} ({error})", user_message=text) from error


def frames_of(film: InputContainer, job: NodeJob) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Each picture with the time at which it is due, counted from the beginning of the file."""
    stream = film.streams.video[0]
    stream.thread_type = "SLICE"
    begin, due = start_of(film), Fraction(0)
    for frame in film.decode(stream):
        refuse_if_stopped(job)
        _refuse_large(frame.width * frame.height)
        if frame.pts is not None and frame.time_base is not None:
            due = max(due, frame.pts * frame.time_base - begin)
        refuse_long(due)
        yield due, frame


def start_of(film: InputContainer) -> Fraction:
    """The moment that counts as the beginning."""
    return Fraction(film.start_time or 0, av.time_base)


def seconds_of(film: InputContainer) -> Fraction:
    """How long a file lasts; by its packets where it does not say."""
    if film.duration is not None and film.duration > 0:
        return Fraction(film.duration, av.time_base)
    ends = [
        (packet.pts + (packet.duration or 0)) * packet.time_base
        for packet in film.demux()
        if packet.pts is not None
    ]
    return max(ends, default=Fraction(0)) - start_of(film)


def refuse_long(seconds: Fraction) -> None:
    if seconds > MOST_SECONDS:
        hours = MOST_SECONDS // 3600
        raise NodeFailedError(f"An input lasts longer than {hours} hours. Give a shorter one.")


def _extension(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return recognized(file).extension
    except InvalidInputError as error:
        raise NodeFailedError(f"An input cannot be used: {error}") from error


def _refuse_unless_fit(film: InputContainer, wanted: str) -> None:
    streams = film.streams.video if wanted == "video" else film.streams.audio
    if not streams:
        lack = "pictures" if wanted == "video" else "sound"
        raise NodeFailedError(f"The input has no {lack}. Give a file with {lack} in it.")
    for video in film.streams.video:
        _refuse_large(video.width * video.height)
    if film.duration is not None:
        refuse_long(Fraction(film.duration, av.time_base))


def _refuse_large(pixels: int) -> None:
    if pixels > MOST_PIXELS:
        most = MOST_PIXELS // 1_000_000
        raise NodeFailedError(
            f"A frame of the input video has over {most} megapixels. Give a smaller video."
        )
