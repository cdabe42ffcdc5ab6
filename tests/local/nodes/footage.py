"""Videos and sounds for tests: made small and plain, and read back as what they are."""

import io
import math
from array import array
from dataclasses import dataclass
from fractions import Fraction

import av
from av import AudioFrame, AudioResampler
from PIL import Image

from magica_mcp.local.nodes.films.planes import Planes
from magica_mcp.local.nodes.films.sounding import sound_frame
from magica_mcp.local.nodes.films.writing import SOUND_RATE, film_at
from tests.local.nodes.bench import Bench

SIDES = (64, 48)


@dataclass(frozen=True)
class Heard:
    """What a file sounds like: its length, and how loud it is at most and on the whole."""

    seconds: float
    peak: int
    loudness: float


def film(
    bench: Bench,
    color: str,
    *,
    seconds: float = 1.0,
    sound_seconds: float | None = None,
    fps: int = 10,
    size: tuple[int, int] = SIDES,
    name: str = "",
) -> str:
    """Put a video of one color, with a tone where asked for, into the folder."""
    reference = bench.media.name_for("earlier", f"{color}{seconds}{size}{name}", 0, extension="mp4")
    still = Planes.of_picture(Image.new("RGB", size, color))
    with (
        bench.media.being_made(reference) as path,
        film_at(path, size=size, fps=Fraction(fps), has_sound=sound_seconds is not None) as made,
    ):
        if sound_seconds is not None:
            made.sound(tone(sound_seconds))
        for _ in range(round(seconds * fps)):
            made.picture(still.frame())
    return f"media:{reference}"


def tone(seconds: float, *, loud: float = 0.25) -> AudioFrame:
    samples = array("h")
    for place in range(round(seconds * SOUND_RATE)):
        value = round(32_000 * loud * math.sin(place * 0.06))
        samples.extend((value, value))
    return sound_frame(samples.tobytes())


def colors(content: bytes) -> list[tuple[int, int, int]]:
    """The color in the middle of each frame."""
    with av.open(io.BytesIO(content), "r") as opened:
        found = []
        for frame in opened.decode(video=0):
            seen = frame.reformat(format="rgb24").planes[0]
            at = frame.height // 2 * seen.line_size + frame.width // 2 * 3
            red, green, blue = bytes(seen)[at : at + 3]
            found.append((red, green, blue))
        return found


def pictures(content: bytes) -> list[bytes]:
    """The brightness of each frame."""
    with av.open(io.BytesIO(content), "r") as opened:
        return [bytes(frame.planes[0]) for frame in opened.decode(video=0)]


def heard(content: bytes) -> Heard:
    samples = array("h")
    with av.open(io.BytesIO(content), "r") as opened:
        resampler = AudioResampler("s16", "mono", 22_050)
        for frame in opened.decode(audio=0):
            for ready in resampler.resample(frame):
                samples.frombytes(bytes(ready.planes[0])[: ready.samples * 2])
        assert opened.duration is not None
        seconds = opened.duration / av.time_base
    squares = sum(value * value for value in samples)
    return Heard(seconds, max(map(abs, samples)), math.sqrt(squares / len(samples)))


def marks(content: bytes) -> str:
    """All that the metadata says."""
    with av.open(io.BytesIO(content), "r") as opened:
        return " ".join(opened.metadata.values())
