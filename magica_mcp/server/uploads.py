"""Files of this machine become files of Magica, each content once for an account."""

import base64
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import anyio
from anyio import to_thread
from pydantic import ValidationError

from magica_mcp.errors import InvalidInputError, shortened
from magica_mcp.models.media import MediaItem, UploadFile

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient
    from magica_mcp.media.input_files import InputFile
    from magica_mcp.memory import Memory
    from magica_mcp.recognition import MediaFacts

LARGEST_ENCODED = 8_000_000
"""How long base64 may be in one call of hosted Magica's upload_file."""
LARGEST_INLINE = LARGEST_ENCODED // 4 * 3

Suits = Callable[["MediaFacts", int], None]
"""Raises `InvalidInputError` for a file, by its facts and its bytes, that is not wanted."""


def anything(_facts: "MediaFacts", _size: int) -> None:
    """Every kind of file is wanted."""


@dataclass(frozen=True)
class Uploaded:
    """A file of Magica's; `is_new`: it was sent just now, rather than earlier."""

    item: MediaItem
    is_new: bool


class Uploads:
    """The uploads of one account. What was sent before is known by its content."""

    def __init__(
        self,
        client: "MagicaClient",
        memory: "Memory",
        *,
        account: str,
        folders: Sequence[Path],
    ) -> None:
        """`folders` are those that files may be read from."""
        self._client, self._memory = client, memory
        self._account, self._folders = account, tuple(folders)
        self._turns: WeakValueDictionary[int, anyio.Lock] = WeakValueDictionary()

    async def look(self, path: str, *, suits: Suits = anything) -> None:
        """Make sure that a file could be uploaded. Raises as `upload` does."""
        async with self._opened(path) as file:
            suits(file.facts, file.size)

    async def upload(self, path: str, *, called: str = "", suits: Suits = anything) -> Uploaded:
        """The file that a path means, as Magica's.

        Raises:
            InvalidInputError: it cannot be read, is not wanted, or is too large for this Magica.
            ApiError: Magica did not take it.
        """
        async with self._opened(path) as file:
            suits(file.facts, file.size)
            async with self._turn(file.size):
                known = await self._known(file)
                if known is not None:
                    return Uploaded(known, is_new=False)
                item = filled(await self._sent(file, called or file.called), file)
                await self._remember(file, item)
                return Uploaded(item, is_new=True)

    @asynccontextmanager
    async def _opened(self, path: str) -> AsyncIterator["InputFile"]:
        from magica_mcp.media.input_files import open_input  # noqa: PLC0415 - only uploads need it

        file = await to_thread.run_sync(partial(open_input, path, folders=self._folders))
        try:
            yield file
        finally:
            file.close()

    def _turn(self, size: int) -> anyio.Lock:
        """Files of one size are uploaded one after another: they may be the same."""
        return self._turns.setdefault(size, anyio.Lock())

    async def _known(self, file: "InputFile") -> MediaItem | None:
        """The file as it was uploaded before, if it is still there."""
        memory, account = self._memory, self._account
        if not await to_thread.run_sync(partial(memory.has_upload, account, size=file.size)):
            return None
        digest = await to_thread.run_sync(file.read_to_end)
        kept = read_item(await to_thread.run_sync(memory.upload, account, digest))
        if kept is None:
            return None
        url = await self._client.present_url(kept.url)
        if url is None:
            await to_thread.run_sync(memory.forget_upload, account, digest)
            return None
        return kept.model_copy(update={"url": url})

    async def _remember(self, file: "InputFile", item: MediaItem) -> None:
        if file.digest is not None:
            remember = partial(
                self._memory.remember_upload,
                self._account,
                file.digest,
                size=file.size,
                item=item.model_dump_json(by_alias=True),
            )
            await to_thread.run_sync(remember)

    async def _sent(self, file: "InputFile", called: str) -> MediaItem:
        largest = await self._client.largest_upload()
        if largest is None:
            return await self._inline(file, called)
        if file.size > largest:
            raise too_large(file, largest)
        return await self._client.upload_content(partial(chunks_of, file), file.size, name=called)

    async def _inline(self, file: "InputFile", called: str) -> MediaItem:
        if file.size > LARGEST_INLINE:
            raise too_large(file, LARGEST_INLINE)
        content = await to_thread.run_sync(lambda: b"".join(file.pieces()))
        encoded = base64.b64encode(content).decode("ascii")
        mime_type = file.facts.kind.mime_type
        ask = UploadFile(data_uri=f"data:{mime_type};base64,{encoded}", filename=called)
        return await self._client.upload_file(ask)


async def chunks_of(file: "InputFile") -> AsyncIterator[bytes]:
    """The content of a file, read beside the event loop."""
    pieces: Iterator[bytes] = file.pieces()
    while (piece := await to_thread.run_sync(next, pieces, None)) is not None:
        yield piece


def read_item(kept: str | None) -> MediaItem | None:
    """What was remembered of an upload; None where it cannot be read."""
    try:
        return None if kept is None else MediaItem.model_validate_json(kept)
    except ValidationError:
        return None


def filled(item: MediaItem, file: "InputFile") -> MediaItem:
    """The item with what Magica did not say of it and the file itself does."""
    facts = file.facts
    known = {
        "mime_type": facts.kind.mime_type,
        "size": file.size,
        "width": facts.width,
        "height": facts.height,
        "duration": facts.duration,
    }
    missing = {name: value for name, value in known.items() if getattr(item, name) is None}
    return item.model_copy(update=missing)


def too_large(file: "InputFile", largest: int) -> InvalidInputError:
    """The refusal of a file that this Magica does not take from here."""
    return InvalidInputError(
        f"'{shortened(file.called)}' is {file.size / 1e6:,.1f} MB, and this Magica takes files of "
        f"up to {largest / 1e6:,.0f} MB from here. Make it smaller, upload it in the Magica app "
        "and give its id, which get_generations lists, or give a public http(s) URL."
    )
