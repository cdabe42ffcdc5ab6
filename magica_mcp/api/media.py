"""The media library: what was generated and uploaded, and how a file gets there."""

import re
from collections.abc import Iterator
from typing import Any

from magica_mcp.api.line import Line
from magica_mcp.api.paging import without_absent
from magica_mcp.api.reading import page_in, shaped
from magica_mcp.api.subject import Subject
from magica_mcp.models.media import MediaItem, UploadFile, address_in
from magica_mcp.models.wire import Page

DEEPEST_WRAPPING = 4

_ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+")


class MediaCalls:
    """Files that Magica keeps. Uploading is free, and never sent twice."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def media_library(
        self,
        *,
        type: str | None = None,  # noqa: A002 - the parameter's name on the wire
        cursor: str | None = None,
        limit: int = 20,
    ) -> Page[MediaItem]:
        """One page of the library, newest first, without entries that have no file yet."""
        return await self._line.operations.ask(
            "get_generations",
            without_absent({"type": type, "cursor": cursor, "limit": limit}),
            lambda value: page_in(with_files(value), MediaItem),
        )

    async def upload_file(self, ask: UploadFile) -> MediaItem:
        """A file kept for good, at an address that models can read."""
        return await self._line.operations.ask(
            "upload_file", ask.wire(), uploaded, subject=Subject("file", ask.filename or "")
        )


def with_files(listing: Any) -> Any:
    """The listing without rows that have no file, such as those still being made.

    Where no row has one under a known name, those that lead anywhere at all stay, so that a
    listing in an unknown shape is not taken for an empty one.
    """
    if isinstance(listing, dict):
        lists = {key: with_files(held) for key, held in listing.items() if isinstance(held, list)}
        return {**listing, **lists}
    if isinstance(listing, list):
        kept = [row for row in listing if address_in(row)]
        return kept or [row for row in listing if "://" in str(row)]
    return listing


def uploaded(answer: Any) -> MediaItem:
    """The file that an upload answers: an object, wrapped or not, or a sentence.

    Raises:
        UnreadableAnswerError: it has no address.
    """
    if isinstance(answer, str):
        found = _ADDRESS.search(answer)
        return shaped(found.group().rstrip(".,;") if found else None, MediaItem)
    described = (held for held in _objects_in(answer) if address_in(held))
    return shaped(next(described, None), MediaItem)


def _objects_in(value: Any, *, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The value and what it wraps, from the outside in."""
    if isinstance(value, dict):
        yield value
    held = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list) and depth < DEEPEST_WRAPPING:
        for each in held:
            yield from _objects_in(each, depth=depth + 1)
