"""Videos: six moments with their times on one sheet, and what a person would notice."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageChops

from magica_mcp.errors import UnshowableError
from magica_mcp.media.containers import opened
from magica_mcp.media.encoding import encoded
from magica_mcp.media.frames import Shown, frames_shown, pictures_of, seconds_of
from magica_mcp.media.glimpse import TOO_SLOW, Deadline, Glimpse, Measured, Picture, Room
from magica_mcp.media.lettering import letter_size, with_plate
from magica_mcp.media.moments import time_text
from magica_mcp.media.pictures import extremes, shade_of
from magica_mcp.media.sheets import sheet
from magica_mcp.media.shrinking import TILE, shrunk
from magica_mcp.media.sounds import is_silent

STILL = 2
"""Of 255, on the whole of a spot: a greater difference is movement, a smaller one compression."""


def look_at_film(path: Path, *, demuxer: str, room: Room, deadline: Deadline) -> Glimpse:
    """Raises `UnshowableError` for what holds no pictures, too large ones, or cannot be read."""
    with opened(path, demuxer=demuxer) as film:
        stream = pictures_of(film)
        seconds, has_sound = seconds_of(film, stream), bool(film.streams.audio)
        shown = frames_shown(film, stream, deadline=deadline)
        width, height = stream.width, stream.height
    if not shown:
        raise UnshowableError(TOO_SLOW if deadline.is_past else "the video holds no pictures")
    if (shown[0].image.width > shown[0].image.height) is not (width > height):
        width, height = height, width
    remarks = [*remarks_on(shown, seconds=seconds)]
    if has_sound and is_silent(path, demuxer=demuxer, deadline=deadline):
        remarks.append("Its sound track is silent.")
    return Glimpse(
        measured=Measured("video", width, height, seconds or None, has_sound),
        remarks=tuple(remarks),
        picture=_moments(shown, room=room),
        tile=_tile(shown, seconds=seconds),
        shows=f"{len(shown)} moment{'s' * (len(shown) > 1)} of the video, with their times",
    )


def remarks_on(shown: Sequence[Shown], *, seconds: float) -> Iterator[str]:
    """What a person would say at once of a video that shows nothing, or the same all the time."""
    shades = [shade_of(each.image) for each in shown]
    if all(shades):
        yield (
            "It is black throughout."
            if set(shades) == {"black"}
            else "It shows one color and nothing else."
        )
        return
    # black at either end is how videos fade
    black = [each.at for each, shade in zip(shown, shades, strict=True) if shade == "black"]
    black = [at for at in black if at not in {shown[0].at, shown[-1].at}]
    if black:
        yield f"It is black at {', '.join(map(time_text, black))}."
    if len(shown) > 2 and shown[-1].at - shown[0].at > seconds / 2 and _is_still(shown):
        yield "Nothing moves in it."


def _is_still(shown: Sequence[Shown]) -> bool:
    first, *rest = (each.image.resize((32, 32), Image.Resampling.BOX) for each in shown)
    return all(max(extremes(ImageChops.difference(first, each))[1]) <= STILL for each in rest)


def _moments(shown: Sequence[Shown], *, room: Room) -> Picture:
    times = [time_text(each.at) for each in shown]
    return encoded(
        sheet([each.image for each in shown], times, room=room, largest=room.side), room=room
    )


def _tile(shown: Sequence[Shown], *, seconds: float) -> Picture:
    """The moment in the middle, with the length in its lower corner."""
    image = shrunk(shown[len(shown) // 2].image, room=TILE).copy()
    if seconds:
        size = letter_size(*image.size)
        with_plate(image, time_text(seconds), at=(size // 3, image.height - size * 2), size=size)
    return encoded(image, room=TILE)
