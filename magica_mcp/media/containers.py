"""Films and sounds opened for reading, as what they are and never as they would have it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer

from magica_mcp.errors import UnshowableError
from magica_mcp.media.glimpse import DAMAGED

FILES_ONLY = {"protocol_whitelist": "file"}
"""A playlist that poses as a video would lead to other files and addresses."""


@contextmanager
def opened(path: Path, *, demuxer: str) -> Iterator[InputContainer]:
    """A file, read as the given format and no other.

    Raises `UnshowableError` for any damage, also for what shows while it is read.
    """
    try:
        with av.open(str(path), format=demuxer, options=dict(FILES_ONLY)) as container:
            yield container
    except av.error.FFmpegError as error:
        raise UnshowableError(DAMAGED) from error


def begin_of(container: InputContainer) -> float:
    """The time that counts as the beginning, in seconds."""
    return (container.start_time or 0) / av.time_base
