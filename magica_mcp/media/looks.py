"""One look at a file of any kind: what it is by its content, then the look for that kind.

Pillow and PyAV come with the `media` extra and are imported by the first look.
"""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from magica_mcp.errors import InvalidInputError, UnshowableError
from magica_mcp.media.glimpse import Deadline, Glimpse, Picture, Room
from magica_mcp.recognition import MediaFacts, recognized
from magica_mcp.recognition.kinds import MediaType
from magica_mcp.recognition.measuring import DEMUXERS

# ruff: noqa: PLC0415 - see above


def can_look() -> bool:
    """Whether what looking takes is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("PIL", "av"))


def look(path: Path, *, room: Room, deadline: Deadline) -> Glimpse:
    """What is seen or heard in a file. It may block for as long as the deadline allows.

    Raises `UnshowableError` for one of which there is nothing to show, in a few words.
    """
    facts = _facts(path)
    if facts.kind.media_type is MediaType.IMAGE:
        from magica_mcp.media.pictures import look_at_picture

        return look_at_picture(path, room=room)
    demuxer = DEMUXERS.get(facts.extension)
    if demuxer is None:
        raise UnshowableError("it is neither picture nor video nor sound")
    if facts.kind.media_type is MediaType.VIDEO:
        from magica_mcp.media.films import look_at_film

        return look_at_film(path, demuxer=demuxer, room=room, deadline=deadline)
    from magica_mcp.media.waveform import look_at_sound

    return look_at_sound(path, demuxer=demuxer, room=room, deadline=deadline)


def _facts(path: Path) -> MediaFacts:
    try:
        with path.open("rb") as file:
            return recognized(file)
    except InvalidInputError as error:
        raise UnshowableError("the file is cut off, damaged or of an unknown kind") from error


def sheet_of(tiles: Mapping[int, Picture], *, room: Room) -> Picture:
    """The tiles of several files on one sheet, by their numbers."""
    from magica_mcp.media.sheets import contact_sheet

    return contact_sheet(tiles, room=room)
