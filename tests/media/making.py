"""Small films, sounds and pictures for looking at, each as a file of the given folder."""

import math
from array import array
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
from av import AudioFrame, VideoFrame
from av.bitstream import BitStreamFilterContext
from PIL import Image, ImageDraw

RATE = 16_000
SIDES = (96, 64)

Wave = Callable[[float], float]
"""The value of a sound, of 1.0, at a time in seconds."""


def scene(step: int, *, size: tuple[int, int] = SIDES) -> Image.Image:
    """A picture that is different at every step: a bar that wanders, on a ramp."""
    width, height = size
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    at = step * 3 % max(1, width - width // 4)
    ImageDraw.Draw(image).rectangle((at, 4, at + width // 4, height - 5), fill="#ff9020")
    return image


def scenes(count: int, *, size: tuple[int, int] = SIDES) -> list[Image.Image]:
    return [scene(step, size=size) for step in range(count)]


def tone(seconds: float, *, loud: float = 0.25) -> tuple[Wave, float]:
    return (lambda at: loud * math.sin(at * 2 * math.pi * 440)), seconds


def silence(seconds: float) -> tuple[Wave, float]:
    return (lambda _at: 0.0), seconds


def film(
    path: Path,
    pictures: Sequence[Image.Image],
    *,
    fps: int = 10,
    keyframe_every: int = 250,
    sound: tuple[Wave, float] | None = None,
) -> Path:
    """An MP4 (H.264, with AAC where there is a sound) of these pictures."""
    options = {"preset": "ultrafast", "g": str(keyframe_every), "crf": "18"}
    with av.open(str(path), "w", format="mp4") as made:
        video = made.add_stream("libx264", rate=fps, options=options)
        video.width, video.height = pictures[0].size
        video.pix_fmt = "yuv420p"
        audio = made.add_stream("aac", rate=RATE, layout="mono") if sound else None
        for index, picture in enumerate(pictures):
            frame: VideoFrame = VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
            frame.pts, frame.time_base = index, Fraction(1, fps)
            made.mux(video.encode(frame))
        made.mux(video.encode(None))
        if audio is not None and sound is not None:
            for heard in _frames(*sound):
                made.mux(audio.encode(heard))
            made.mux(audio.encode(None))
    return path


def joined(first: Path, second: Path, *, into: Path) -> Path:
    """An MP4 of two films of different sizes, of which only the first's is said beforehand."""
    with av.open(str(into), "w", format="mp4") as made:
        stream, at = None, 0
        for part in (first, second):
            with av.open(str(part)) as source:
                video = source.streams.video[0]
                stream = stream or made.add_stream_from_template(video)
                unwrap = BitStreamFilterContext("h264_mp4toannexb", video)
                for packet in source.demux(video):
                    for plain in unwrap.filter(packet if packet.size else None):
                        plain.stream = stream
                        plain.pts = plain.dts = at
                        at += round(0.1 / (plain.time_base or 1))
                        made.mux(plain)
    return into


def wave(path: Path, *sounds: tuple[Wave, float]) -> Path:
    """A WAV of these sounds one after the other."""
    with av.open(str(path), "w", format="wav") as made:
        audio = made.add_stream("pcm_s16le", rate=RATE, layout="mono")
        at = 0
        for sound in sounds:
            for frame in _frames(*sound, begin=at):
                at += frame.samples
                made.mux(audio.encode(frame))
        made.mux(audio.encode(None))
    return path


def _frames(form: Wave, seconds: float, *, begin: int = 0) -> Sequence[AudioFrame]:
    total = round(seconds * RATE)
    values = array("h", (round(32_767 * form(index / RATE)) for index in range(total)))
    found = []
    for at in range(0, total, 1024):
        part = values[at : at + 1024]
        frame = AudioFrame(format="s16", layout="mono", samples=len(part))
        frame.planes[0].update(part.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = RATE, begin + at, Fraction(1, RATE)
        found.append(frame)
    return found
