"""A stream into a file: one thread writes and hashes while the next megabytes arrive."""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import anyio
from anyio import to_thread
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from magica_mcp.media.parts import Part, part_in

WRITTEN_AT_ONCE = 4_194_304
"""Bytes; at most three times as many are held at a time, however large the file is."""

Blocks = list[bytes]


@asynccontextmanager
async def opened_part(folder: Path) -> AsyncIterator[Part]:
    """A part in this folder, opened beside the event loop. Raises `OSError`."""
    with ExitStack() as opened:  # closed here: a part must go even when we are cancelled
        yield await to_thread.run_sync(opened.enter_context, part_in(folder))


async def pour(chunks: AsyncIterator[bytes], part: Part, *, poured: Callable[[int], None]) -> None:
    """Write all chunks; `poured` hears of the size of each block once it is written.

    Raises whatever the chunks raise, and `OSError`.
    """
    sender, receiver = anyio.create_memory_object_stream[Blocks](1)
    failure: Exception | None = None
    async with sender, receiver, anyio.create_task_group() as tasks:

        async def write() -> None:
            nonlocal failure
            try:
                await _written(receiver, part, poured=poured)
            except OSError as error:  # raised below, not wrapped in a group of one
                failure = error
                tasks.cancel_scope.cancel()

        tasks.start_soon(write)
        try:
            await _gathered(chunks, sender)
        except Exception as error:  # noqa: BLE001 - likewise; nothing is swallowed
            failure = failure or error
            tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure


async def _gathered(chunks: AsyncIterator[bytes], sender: MemoryObjectSendStream[Blocks]) -> None:
    """Send the chunks on in blocks."""
    block, size = Blocks(), 0
    async for chunk in chunks:
        block.append(chunk)
        size += len(chunk)
        if size >= WRITTEN_AT_ONCE:
            await sender.send(block)
            block, size = Blocks(), 0
    await sender.send(block)
    sender.close()


async def _written(
    receiver: MemoryObjectReceiveStream[Blocks], part: Part, *, poured: Callable[[int], None]
) -> None:
    async for block in receiver:
        await to_thread.run_sync(part.write, block)
        poured(part.size)
