"""The files that runs made, by names that cannot be guessed; no key is asked."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from fastapi import Request
from starlette.responses import FileResponse

from magica_mcp.local.routes.caller import magica_of

MEDIA_PATH = "/media/{name}"

CONTENT_TYPE: Mapping[str, str] = {
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".glb": "model/gltf-binary",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".md": "text/markdown; charset=utf-8",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".srt": "application/x-subrip",
    ".txt": "text/plain; charset=utf-8",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".zip": "application/zip",
}
"""Anything else is sent as bytes, so that nothing is ever run as a page."""

HEADERS: Mapping[str, str] = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}


def content_type_of(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return CONTENT_TYPE.get(suffix, "application/octet-stream")


def show_media(request: Request, name: str) -> FileResponse:
    path = magica_of(request).media.path_of(name)
    return FileResponse(path, media_type=content_type_of(name), headers=HEADERS)
