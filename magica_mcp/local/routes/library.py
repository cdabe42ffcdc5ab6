"""The media library and uploads into it (magica-contract 2.7)."""

from typing import Annotated

from fastapi import Query
from pydantic import JsonValue

from magica_mcp.local.routes.caller import Asking, Caller, PageNumber, Size
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.local.routes.model_bodies import MediaPage, MediaRow
from magica_mcp.local.routes.shapes import media_item
from magica_mcp.models.media import UploadFile
from magica_mcp.models.wire import JsonObject


class Upload(UploadFile, defer_build=False):
    """A file as clients send it."""


def list_media(
    caller: Asking,
    media_type: Annotated[str | None, Query(alias="type")] = None,
    cursor: str | None = None,
    limit: Size | None = None,
    page: PageNumber = 1,
    page_size: Annotated[Size, Query(alias="pageSize")] = 20,
) -> JsonValue:
    """The newest first, after a cursor or by page."""
    size = limit or page_size
    skip = 0 if cursor else (page - 1) * size
    return listed_media(caller, media_type=media_type, cursor=cursor, limit=size, skip=skip)


def listed_media(
    caller: Caller, *, media_type: str | None, cursor: str | None, limit: int, skip: int = 0
) -> JsonObject:
    found = caller.magica.library.page(
        caller.account, media_type=media_type, cursor=cursor, limit=limit, skip=skip
    )
    items = [media_item(item, origin=caller.shapes.origin) for item in found.items]
    return {"items": items, "nextCursor": found.next_cursor}


def upload_file(caller: Asking, ask: Upload) -> JsonValue:
    return uploaded(caller, ask)


def uploaded(caller: Caller, ask: UploadFile) -> JsonValue:
    item = caller.magica.library.upload(caller.account, ask)
    return media_item(item, origin=caller.shapes.origin)


ENDPOINTS = (
    Endpoint("GET", "/v1/media-library", list_media, shows=MediaPage),
    Endpoint("POST", "/v1/files", upload_file, attested=False, shows=MediaRow),
)
