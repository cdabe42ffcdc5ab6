"""Writing MP4 files: H.264 with AAC, frame by frame, so that a long video takes no more memory."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
from av import AudioFrame, AudioResampler, VideoFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

SOUND_RATE = 48_000
SOUND_FRAME = 1024
"""Samples in a frame of AAC."""

H264 = {"preset": "superfast", "crf": "23", "threads": "1", "g": "48"}
"""One thread, so that the same frames give the same bytes wherever they are made."""

SECONDS_BETWEEN_FLUSHES = 0.5


class FilmWriter:
    """An MP4 that is being written; pictures and sound are given in the order of time."""

    def __init__(
        self, film: OutputContainer, *, size: tuple[int, int], fps: Fraction, has_sound: bool
    ) -> None:
        self._film, self._fps = film, fps
        self._pictures = _picture_stream(film, size, fps)
        self._sound = _sound_stream(film) if has_sound else None
        self._resampler: AudioResampler | None = None
        self.frames = 0
        self.samples = 0

    @property
    def seconds(self) -> Fraction:
        """How far the pictures reach."""
        return self.frames / self._fps

    @property
    def sound_seconds(self) -> Fraction:
        """How far the sound reaches."""
        return Fraction(self.samples, SOUND_RATE)

    def picture(self, frame: VideoFrame) -> None:
        frame.pts, frame.time_base = self.frames, 1 / self._fps
        frame.pict_type = av.video.frame.PictureType.NONE
        self.frames += 1
        self._film.mux(self._pictures.encode(frame))

    def sound(self, frame: AudioFrame) -> None:
        """Sound of 48,000 samples a second in stereo (s16), as `sounding` makes it."""
        assert self._sound is not None
        self._resampler = self._resampler or AudioResampler(
            "fltp", "stereo", SOUND_RATE, frame_size=SOUND_FRAME
        )
        frame.pts, frame.time_base = self.samples, Fraction(1, SOUND_RATE)
        self.samples += frame.samples
        for ready in self._resampler.resample(frame):
            self._film.mux(self._sound.encode(ready))

    def finish(self) -> None:
        """Write what the encoders still hold."""
        self._film.mux(self._pictures.encode(None))
        if self._sound is not None:
            rest = self._resampler.resample(None) if self._resampler else []
            for ready in (*rest, None):
                self._film.mux(self._sound.encode(ready))


@contextmanager
def film_at(
    path: Path,
    *,
    size: tuple[int, int],
    fps: Fraction,
    has_sound: bool,
    marks: Mapping[str, str] | None = None,
) -> Iterator[FilmWriter]:
    """An MP4 to be written at a path; `marks` become its metadata."""
    options = {"movflags": "+faststart+use_metadata_tags", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options=options) as film:
        film.metadata.update(marks or {})
        writer = FilmWriter(film, size=size, fps=fps, has_sound=has_sound)
        yield writer
        writer.finish()


def _picture_stream(film: OutputContainer, size: tuple[int, int], fps: Fraction) -> VideoStream:
    stream = film.add_stream("libx264", rate=fps, options=dict(H264))
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    return stream


def _sound_stream(film: OutputContainer) -> AudioStream:
    stream = film.add_stream("aac", rate=SOUND_RATE, layout="stereo")
    stream.bit_rate = 160_000
    return stream
