"""Sound on its way into a video: whatever comes in, as 48,000 stereo samples a second."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from av import AudioFrame, AudioResampler
from av.container import InputContainer

from magica_mcp.local.nodes.films.sources import refuse_long, start_of
from magica_mcp.local.nodes.films.writing import SOUND_RATE
from magica_mcp.local.nodes.job import NodeJob, refuse_if_stopped

SAMPLE_BYTES = 4
"""Two channels of 16 bits."""

PIECE = SOUND_RATE // 2
"""Samples of silence that are made at once."""


def sound_of(film: InputContainer, job: NodeJob) -> Iterator[AudioFrame]:
    """The sound of a file from its beginning on, without gaps: where it is late, silence leads."""
    stream = film.streams.audio[0]
    resampler = AudioResampler("s16", "stereo", SOUND_RATE)
    begin, samples = start_of(film), 0
    for frame in film.decode(stream):
        refuse_if_stopped(job)
        if samples == 0 and frame.pts is not None and frame.time_base is not None:
            late = frame.pts * frame.time_base - begin
            refuse_long(late)
            yield from silence(max(0, round(late * SOUND_RATE)))
        frame.pts = None
        for ready in resampler.resample(frame):
            samples += ready.samples
            refuse_long(Fraction(samples, SOUND_RATE))
            yield ready
    yield from resampler.resample(None)


def whole_sound_of(film: InputContainer, job: NodeJob) -> Iterator[AudioFrame]:
    """The sound of a file without what its encoder has added to fill its last frame."""
    stream = film.streams.audio[0]
    told = (stream.duration or 0) * (stream.time_base or Fraction(0))
    frames = sound_of(film, job)
    return cut(frames, samples=round(told * SOUND_RATE), padded=False) if told > 0 else frames


def silence(samples: int) -> Iterator[AudioFrame]:
    while samples > 0:
        length = min(PIECE, samples)
        samples -= length
        yield sound_frame(bytes(length * SAMPLE_BYTES))


def sound_frame(content: bytes) -> AudioFrame:
    """Stereo samples of 16 bits as a frame."""
    frame = AudioFrame(format="s16", layout="stereo", samples=len(content) // SAMPLE_BYTES)
    frame.sample_rate = SOUND_RATE
    plane = frame.planes[0]
    plane.update(content + bytes(plane.buffer_size - len(content)))
    return frame


def samples_in(frame: AudioFrame) -> bytes:
    return bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES]


def cut(frames: Iterable[AudioFrame], *, samples: int, padded: bool = True) -> Iterator[AudioFrame]:
    """The first so many samples; silence follows where there are fewer, if `padded`."""
    for frame in frames:
        if frame.samples >= samples:
            yield sound_frame(samples_in(frame)[: samples * SAMPLE_BYTES])
            return
        samples -= frame.samples
        yield frame
    if padded:
        yield from silence(samples)


@dataclass(frozen=True)
class Part:
    """Sound that is ready, and what is held back until it is known what follows."""

    frame: AudioFrame | None
    rest: bytes


def crossfaded(tail: bytes, frames: Iterable[AudioFrame], *, held: int) -> Iterator[Part]:
    """Sound whose beginning another one's tail goes over into; so many samples are held back.

    The last part says what was held back at the end.
    """
    waiting, done = bytearray(), 0
    for frame in frames:
        content = samples_in(frame)
        if done < len(tail):
            shared = tail[done : done + len(content)]
            content = _mixed(shared, content, begin=done, total=len(tail))
        done += len(content)
        waiting += content
        ready = len(waiting) - held * SAMPLE_BYTES
        if ready > 0:
            yield Part(sound_frame(bytes(waiting[:ready])), b"")
            del waiting[:ready]
    yield Part(None, bytes(waiting))


def _mixed(old: bytes, new: bytes, *, begin: int, total: int) -> bytes:
    """One sound that fades into the other; `begin` and `total` are in bytes."""
    going, coming = array("h", old), array("h", new)
    steps = total // 2
    for place, sample in enumerate(going):
        share = (begin // 2 + place + 0.5) / steps
        coming[place] = round(sample * (1 - share) + coming[place] * share)
    return coming.tobytes()


def louder(frame: AudioFrame, times: float) -> AudioFrame:
    """The same sound at another volume, cut off where it would be too loud."""
    if times == 1:
        return frame
    made = array("h", samples_in(frame))
    loud = [min(32_767, max(-32_768, round(sample * times))) for sample in made]
    return sound_frame(array("h", loud).tobytes())
