"""The files that are kept, by names that cannot be guessed; no key is asked."""

from collections.abc import Mapping

from fastapi import Request
from starlette.responses import FileResponse

from magica_mcp.local.routes.caller import magica_of
from magica_mcp.recognition.kinds import kind_of

MEDIA_PATH = "/media/{name}"

HEADERS: Mapping[str, str] = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}


def content_type_of(name: str) -> str:
    return kind_of(name).content_type


def show_media(request: Request, name: str) -> FileResponse:
    path = magica_of(request).media.path_of(name)
    headers = {**HEADERS, "Content-Location": str(request.url)}
    return FileResponse(path, media_type=content_type_of(name), headers=headers)
