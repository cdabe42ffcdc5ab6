"""What only a decoder can tell of a film or a sound: how long it is, where its header is silent."""

import importlib.util
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import BinaryIO

from magica_mcp.recognition.facts import MediaFacts
from magica_mcp.recognition.kinds import MediaType

DEMUXERS: Mapping[str, str] = {
    ".mp4": "mp4",
    ".mov": "mov",
    ".m4a": "mp4",
    ".webm": "matroska",
    ".wav": "wav",
    ".ogg": "ogg",
    ".mp3": "mp3",
    ".aac": "aac",
    ".flac": "flac",
}
"""How each kind of file is read: never as the file itself would have it, since a playlist that
poses as a video would lead to other files and addresses."""


def measured(file: BinaryIO, facts: MediaFacts) -> MediaFacts:
    """The facts with what they lack, where PyAV is installed and can read the file."""
    is_video = facts.kind.media_type is MediaType.VIDEO
    lacks = facts.duration is None or (is_video and facts.width is None)
    demuxer = DEMUXERS.get(facts.extension)
    if demuxer is None or not lacks or not _has_decoder():
        return facts
    return _told_by_decoder(file, facts, demuxer=demuxer)


@cache
def _has_decoder() -> bool:
    return importlib.util.find_spec("av") is not None


def _told_by_decoder(file: BinaryIO, facts: MediaFacts, *, demuxer: str) -> MediaFacts:
    import av  # noqa: PLC0415 - slow to import, and absent where no local Magica is installed

    file.seek(0)
    try:
        with av.open(file, "r", format=demuxer) as film:
            seconds = round(film.duration / av.time_base, 3) if film.duration else None
            video = film.streams.video[0] if film.streams.video else None
            return replace(
                facts,
                duration=facts.duration or seconds,
                width=facts.width or (video.width if video else None),
                height=facts.height or (video.height if video else None),
            )
    except av.error.FFmpegError:
        return facts
