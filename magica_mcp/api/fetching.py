"""A file fetched to this disk for a while, to be looked into and not to be kept."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from anyio import to_thread

from magica_mcp.api.downloads import Download
from magica_mcp.errors import ConfigurationError

WRITTEN_AT_ONCE = 1_048_576


@dataclass(frozen=True)
class FetchedFile:
    """A file that is gone when the block ends; `size` is in bytes."""

    path: Path
    media_type: str | None
    size: int


@asynccontextmanager
async def fetched(download: AbstractAsyncContextManager[Download]) -> AsyncIterator[FetchedFile]:
    """Read a download to its end.

    Raises:
        ConfigurationError: the disk is full, or has no room for temporary files.
    """
    folder = await to_thread.run_sync(_new_folder)
    try:
        path = Path(folder.name) / "file"
        async with download as opened:
            size = await _written(opened.chunks, path)
        yield FetchedFile(path, opened.media_type, size)
    finally:
        folder.cleanup()  # not in a thread: this must happen even when we are cancelled


def _new_folder() -> "tempfile.TemporaryDirectory[str]":
    try:
        return tempfile.TemporaryDirectory(prefix="magica-", ignore_cleanup_errors=True)
    except OSError as error:
        raise _unusable(error) from error


async def _written(chunks: AsyncIterator[bytes], path: Path) -> int:
    """The size of the file, written a megabyte at a time beside the event loop."""
    size, waiting = 0, bytearray()
    try:
        with await to_thread.run_sync(path.open, "wb") as file:
            async for chunk in chunks:
                waiting += chunk
                size += len(chunk)
                if len(waiting) >= WRITTEN_AT_ONCE:
                    await _write(file, waiting)
            await _write(file, waiting)
    except OSError as error:
        raise _unusable(error) from error
    return size


async def _write(file: IO[bytes], waiting: bytearray) -> None:
    await to_thread.run_sync(file.write, bytes(waiting))
    waiting.clear()


def _unusable(error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"A file could not be kept for a while in {tempfile.gettempdir()}: "
        f"{error.strerror or error}. Make room there."
    )
