"""A sound as a picture: its waveform, its length and how loud it is."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from magica_mcp.media.encoding import encoded
from magica_mcp.media.glimpse import Deadline, Glimpse, Measured, Picture, Room
from magica_mcp.media.lettering import font
from magica_mcp.media.moments import time_text
from magica_mcp.media.shrinking import TILE, shrunk
from magica_mcp.media.sounds import Heard, decibels, heard, remarks_on

WIDTH, HEIGHT = 1248, 384
EDGE = 24
"""Pixels left free at the sides."""
TOP, BOTTOM = 64, 340
"""Between which the waveform lies; above it words, below it times."""

GROUND, LINE, WAVE, INK, PALE = "#181a1f", "#343841", "#5cb3ff", "#f4f6f8", "#9aa3b0"
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds between two times on the axis."""
MOST_TICKS = 8


def look_at_sound(path: Path, *, demuxer: str, room: Room, deadline: Deadline) -> Glimpse:
    """Raises `UnshowableError` for what holds no sound or cannot be read."""
    sound = heard(path, demuxer=demuxer, deadline=deadline)
    measured = Measured(
        "audio",
        seconds=sound.seconds if sound.is_whole else None,
        loudness=sound.loudness,
        peak=decibels(sound.peak) if sound.peak else None,
    )
    board = drawn(sound)
    return Glimpse(
        measured=measured,
        remarks=tuple(remarks_on(sound)),
        picture=encoded(shrunk(board, room=room), room=room, is_drawing=True),
        tile=_tile(sound),
        shows="its waveform",
        measures=words_of(sound),
    )


def words_of(sound: Heard) -> str:
    """'30.0 s, -16.2 LUFS, peak -1.0 dBFS'."""
    length = time_text(sound.seconds)
    parts = [length if sound.is_whole else f"the first {length}"]
    if sound.loudness is not None:
        parts.append(f"{sound.loudness:.1f} LUFS")
    if sound.peak:
        parts.append(f"peak {decibels(sound.peak):.1f} dBFS")
    return ", ".join(parts)


def drawn(
    sound: Heard, *, width: int = WIDTH, height: int = HEIGHT, words_at: int = EDGE
) -> Image.Image:
    """The waveform with its words above and times below; pixels."""
    board = Image.new("RGB", (width, height), GROUND)
    draw = ImageDraw.Draw(board)
    top, bottom = TOP, height - (HEIGHT - BOTTOM)
    span = width - 2 * EDGE
    for at in ticks(sound.seconds):
        x = EDGE + at / sound.seconds * span
        draw.line((x, top, x, bottom), fill=LINE)
        draw.text((x, bottom + 8), tick_text(at), font=font(20), fill=PALE, anchor="ma")
    _wave(draw, sound, left=EDGE, width=span, top=top, bottom=bottom)
    _headline(draw, words_of(sound), at=words_at, most=width - words_at - EDGE)
    return board


def ticks(seconds: float) -> Iterator[float]:
    """Round times along a sound, not too many."""
    step = next((step for step in TICKS if seconds / step <= MOST_TICKS), seconds / MOST_TICKS)
    count = int(seconds / step + 1e-6)
    return (index * step for index in range(count + 1))


def tick_text(at: float) -> str:
    """'0', '0.5', '10', '1:30': seconds without their unit."""
    return f"{at:g}" if at < 60 else time_text(at)


def _headline(draw: ImageDraw.ImageDraw, words: str, *, at: int, most: int) -> None:
    """The words in letters as large as the width allows, in pixels."""
    spaced = words.replace(", ", "    ")
    size = next((s for s in range(26, 12, -1) if draw.textlength(spaced, font=font(s)) <= most), 12)
    draw.text((at, TOP // 2), spaced, font=font(size), fill=INK, anchor="lm")


def _wave(
    draw: ImageDraw.ImageDraw, sound: Heard, *, left: int, width: int, top: int, bottom: int
) -> None:
    middle, reach = (top + bottom) / 2, (bottom - top) / 2 - 2
    draw.line((left, middle, left + width, middle), fill=LINE)
    step = width / len(sound.levels)
    for index, (low, high) in enumerate(sound.levels):
        x = left + index * step
        up, down = (max(-1.0, min(1.0, value)) * reach for value in (high, low))
        box = (x, middle - max(up, 0.5), max(x, x + step - 1), middle - min(down, -0.5))
        draw.rectangle(box, fill=WAVE)


def _tile(sound: Heard) -> Picture:
    """Smaller, with room for a number in the corner."""
    return encoded(
        drawn(sound, width=560, height=315, words_at=3 * EDGE), room=TILE, is_drawing=True
    )
