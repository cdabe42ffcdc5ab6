"""The media library: what was generated and uploaded, and how a file gets there."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from magica_mcp.api.line import Line
from magica_mcp.api.operations import UPLOAD_SECONDS
from magica_mcp.api.paging import without_absent
from magica_mcp.api.reading import json_of, page_in, shaped
from magica_mcp.api.retry import Effect
from magica_mcp.api.subject import Subject
from magica_mcp.api.transport import Call, SentFile
from magica_mcp.errors import ApiError, RejectedError
from magica_mcp.models.media import MediaItem, UploadFile, address_in
from magica_mcp.models.wire import JsonObject, Page

DEEPEST_WRAPPING = 4

SLOWEST_UPLOAD = 1_000_000
"""Bytes a second."""

NOT_OFFERED = frozenset({404, 405})
NO_WAY_IN = (
    "Magica takes no upload from here: neither its REST API nor its MCP server offers one to this "
    "key. Upload the file in the Magica app and give its id, which get_generations lists, or give "
    "a public http(s) URL."
)

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
        """A file kept for good, at an address that models can read.

        Raises:
            RejectedError: Magica takes no uploads from here, or not this one.
        """
        try:
            return await self._line.operations.ask(
                "upload_file", ask.wire(), uploaded, subject=Subject("file", ask.filename or "")
            )
        except ApiError as error:
            if error.status not in NOT_OFFERED:
                raise
            raise RejectedError(NO_WAY_IN) from error

    async def largest_upload(self) -> int | None:
        """How many bytes `upload_content` takes; None: Magica takes no file as it is."""
        transport = self._line.transport
        if not transport.has_answered:
            await self._line.get("v1/credits/balance", JsonObject)
        return transport.largest_upload

    async def upload_content(
        self, chunks: Callable[[], AsyncIterator[bytes]], size: int, *, name: str
    ) -> MediaItem:
        """A file kept for good, sent as it is while it is read: where `largest_upload` allows.

        `chunks` begins to read it, for each attempt anew; `size` is in bytes.
        """
        call = Call(
            "POST",
            "v1/files/content",
            Effect.CHANGE,
            query={"filename": name},
            file=SentFile(chunks, size),
            subject=Subject("file", name),
            seconds=UPLOAD_SECONDS + size / SLOWEST_UPLOAD,
        )
        return await self._line.transport.ask(call, lambda reply: uploaded(json_of(reply)))


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
