"""The media library: files put in, and everything that was made."""

from typing import Annotated, Literal

from mcp.types import CallToolResult
from pydantic import Field

from magica_mcp.errors import InvalidInputError
from magica_mcp.models.media import UploadFile
from magica_mcp.server.render import media as text
from magica_mcp.server.tool import reply
from magica_mcp.server.workspace import Call, workspace_of


async def upload_file(
    ctx: Call,
    path: Annotated[str, Field(description="A file on this machine.")] = "",
    url: Annotated[str, Field(description="A public http(s) URL to copy from.")] = "",
    data_uri: Annotated[str, Field(description="data:…; small files only.")] = "",
    base64: Annotated[str, Field(description="Bytes; small files only.")] = "",
    filename: Annotated[str, Field(description="Its name.")] = "",
    mimeType: Annotated[str, Field(description="Its type, if known.")] = "",
) -> CallToolResult:
    """Store a file for good and get a stable URL. Free; media inputs take a path without it.

    Give one of path, url, data_uri and base64.
    """
    if sum(map(bool, (path, url, data_uri, base64))) != 1:
        message = (
            "upload_file needs exactly one of path, url, data_uri and base64. Nothing was stored."
        )
        raise InvalidInputError(message)
    if url and not url.strip().lower().startswith(("http://", "https://")):
        message = "url takes an http(s) URL; for a file on this machine give path instead."
        raise InvalidInputError(message)
    workspace = workspace_of(ctx)
    if path:
        found = await workspace.uploads.upload(path, called=filename)
        return reply(text.uploaded(found.item, is_new=found.is_new), found.item.wire())
    ask = UploadFile(
        url=url or None,
        data_uri=data_uri or None,
        base64=base64 or None,
        filename=filename or None,
        mime_type=mimeType or None,
    )
    item = await workspace.client.upload_file(ask)
    return reply(text.uploaded(item), item.wire())


async def get_generations(
    ctx: Call,
    type: Annotated[  # noqa: A002 - the argument's name on hosted Magica
        Literal["", "image", "video", "audio", "file"], Field(description="Leave out for all.")
    ] = "",
    cursor: Annotated[str, Field(description="nextCursor of the page before.")] = "",
    limit: Annotated[int, Field(description="Rows, at most 100.", ge=1, le=100)] = 20,
) -> CallToolResult:
    """Recent files of the media library, made and uploaded, newest first. Free."""
    client = workspace_of(ctx).client
    page = await client.media_library(type=type or None, cursor=cursor or None, limit=limit)
    return reply(text.library(page), page.wire())
