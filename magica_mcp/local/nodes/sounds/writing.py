"""Writing sounds as files: MP3, WAV, AAC or FLAC, piece by piece."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av import AudioFrame, AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer

from magica_mcp.models.wire import JsonObject


@dataclass(frozen=True)
class SoundFormat:
    """A kind of sound file; `frame` is how many samples its encoder takes at once."""

    extension: str
    muxer: str
    codec: str
    samples: str
    frame: int
    rates: tuple[int, ...] = ()
    """The samples a second that it is written with; any where none are named."""
    bit_rate: int | None = None


MP3 = SoundFormat(".mp3", "mp3", "libmp3lame", "fltp", 1152, (44_100, 48_000, 22_050), 160_000)
WAV = SoundFormat(".wav", "wav", "pcm_s16le", "s16", 4096)
AAC = SoundFormat(".aac", "adts", "aac", "fltp", 1024, (44_100, 48_000), 160_000)
FLAC = SoundFormat(".flac", "flac", "flac", "s16", 4608)

FORMATS: Mapping[str, SoundFormat] = {
    "mp3": MP3, "wav": WAV, "pcm": WAV, "aac": AAC, "flac": FLAC,
}  # fmt: skip
FORMAT_FIELDS = ("output_format", "format", "audio_format", "response_format")


def sound_format(values: JsonObject, *, otherwise: SoundFormat = MP3) -> SoundFormat:
    """The format that is asked for, also as in "mp3_44100_128"."""
    for name in FORMAT_FIELDS:
        value = values.get(name)
        found = FORMATS.get(value.lower().split("_")[0]) if isinstance(value, str) else None
        if found is not None:
            return found
    return otherwise


def write_sound(
    path: Path,
    frames: Iterable[AudioFrame],
    form: SoundFormat,
    *,
    marks: Mapping[str, str] | None = None,
) -> None:
    """Write frames of one rate and layout to a path; `marks` become metadata where there is room.

    The rate stays where the format has it, else it becomes the format's first.
    """
    pieces = iter(frames)
    first = next(pieces, None)
    options = {"fflags": "+bitexact"}
    with av.open(str(path), "w", format=form.muxer, options=options) as file:
        file.metadata.update(marks or {})
        if first is None:
            first = mono_frame(bytes(2), rate=form.rates[0] if form.rates else 44_100)
        track = _Track(file, form, first)
        for frame in itertools.chain([first], pieces):
            track.write(frame)
        track.finish()


class _Track:
    """The one stream of a sound file, as its first frame has it."""

    def __init__(self, file: OutputContainer, form: SoundFormat, first: AudioFrame) -> None:
        given = first.sample_rate
        rate = given if not form.rates or given in form.rates else form.rates[0]
        layout = "mono" if first.layout.nb_channels == 1 else "stereo"
        self._file, self._samples = file, 0
        stream = file.add_stream(form.codec, rate=rate, layout=layout, format=form.samples)
        assert isinstance(stream, AudioStream)
        if form.bit_rate:
            stream.bit_rate = form.bit_rate
        self._stream = stream
        self._resampler = AudioResampler(form.samples, layout, rate, frame_size=form.frame)

    def write(self, frame: AudioFrame) -> None:
        frame.pts, frame.time_base = self._samples, Fraction(1, frame.sample_rate)
        self._samples += frame.samples
        for ready in self._resampler.resample(frame):
            self._file.mux(self._stream.encode(ready))

    def finish(self) -> None:
        for ready in (*self._resampler.resample(None), None):
            self._file.mux(self._stream.encode(ready))


def mono_frame(samples: bytes, *, rate: int) -> AudioFrame:
    """Samples of 16 bits, one channel, as a frame."""
    frame = AudioFrame(format="s16", layout="mono", samples=len(samples) // 2)
    frame.sample_rate = rate
    plane = frame.planes[0]
    plane.update(samples + bytes(plane.buffer_size - len(samples)))
    return frame
