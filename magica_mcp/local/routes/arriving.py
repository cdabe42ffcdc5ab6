"""A file sent as it is, without JSON around it: written to the disk while it comes, never held.

A local extension, announced by a header on every answer.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import anyio.to_thread
from fastapi import Query, Request, Response
from pydantic import JsonValue
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from magica_mcp.local.routes.caller import Asking
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.local.routes.model_bodies import MediaRow
from magica_mcp.local.routes.shapes import media_item

CONTENT_PATH = "/v1/files/content"
LARGEST_FILE = 10 * 1024**3
"""Bytes."""
UPLOAD_HEADER = "X-Magica-Upload"
WRITTEN_AT_ONCE = 4 * 1024 * 1024
"""Bytes that are gathered before a thread writes them."""


async def announce_upload(response: Response) -> None:
    """Tell the client how large a file it may send to `CONTENT_PATH`."""
    response.headers[UPLOAD_HEADER] = str(LARGEST_FILE)


async def upload_content(
    request: Request,
    caller: Asking,
    filename: Annotated[str, Query(description="What people call the file.")] = "",
) -> JsonValue:
    """Keep the body, which is the file itself; its kind is what its content says."""
    library = caller.magica.library
    announced = request.headers.get("content-length", "")
    with library.arriving(int(announced) if announced.isdecimal() else 0) as part:
        await write(request.stream(), part)
        item = await anyio.to_thread.run_sync(
            lambda: library.keep(caller.account, part, called=filename)
        )
    return media_item(item, origin=caller.shapes.origin)


async def write(chunks: AsyncIterator[bytes], part: Path) -> None:
    """Write what comes, a few megabytes at a time."""
    file = await anyio.open_file(part, "wb", buffering=0)
    gathered = bytearray()
    async with file:
        try:
            async for chunk in chunks:
                gathered += chunk
                if len(gathered) >= WRITTEN_AT_ONCE:
                    await file.write(gathered)
                    gathered.clear()
        except ClientDisconnect as error:
            raise HTTPException(400, "The upload ended before the file did.") from error
        await file.write(gathered)


ENDPOINTS = (
    Endpoint(
        "POST",
        CONTENT_PATH,
        upload_content,
        attested=False,
        shows=MediaRow,
        fails=(413, 507),
        takes_bytes=True,
    ),
)
