"""The kinds of files that there are, by their extension."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath


class MediaType(StrEnum):
    """How the media library sorts its files (magica-contract 2.7)."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"


@dataclass(frozen=True)
class FileKind:
    """What a file is to others: its MIME type and its place in the media library."""

    mime_type: str
    media_type: MediaType = MediaType.FILE

    @property
    def content_type(self) -> str:
        """The MIME type as a header says it."""
        is_text = self.mime_type.startswith("text/")
        return f"{self.mime_type}; charset=utf-8" if is_text else self.mime_type


_OFFICE = "application/vnd.openxmlformats-officedocument"

KIND_OF: Mapping[str, FileKind] = {
    ".avif": FileKind("image/avif", MediaType.IMAGE),
    ".bmp": FileKind("image/bmp", MediaType.IMAGE),
    ".gif": FileKind("image/gif", MediaType.IMAGE),
    ".jpeg": FileKind("image/jpeg", MediaType.IMAGE),
    ".jpg": FileKind("image/jpeg", MediaType.IMAGE),
    ".png": FileKind("image/png", MediaType.IMAGE),
    ".tif": FileKind("image/tiff", MediaType.IMAGE),
    ".webp": FileKind("image/webp", MediaType.IMAGE),
    ".mov": FileKind("video/quicktime", MediaType.VIDEO),
    ".mp4": FileKind("video/mp4", MediaType.VIDEO),
    ".webm": FileKind("video/webm", MediaType.VIDEO),
    ".aac": FileKind("audio/aac", MediaType.AUDIO),
    ".flac": FileKind("audio/flac", MediaType.AUDIO),
    ".m4a": FileKind("audio/mp4", MediaType.AUDIO),
    ".mp3": FileKind("audio/mpeg", MediaType.AUDIO),
    ".ogg": FileKind("audio/ogg", MediaType.AUDIO),
    ".wav": FileKind("audio/wav", MediaType.AUDIO),
    ".docx": FileKind(f"{_OFFICE}.wordprocessingml.document"),
    ".glb": FileKind("model/gltf-binary"),
    ".json": FileKind("application/json"),
    ".md": FileKind("text/markdown"),
    ".pdf": FileKind("application/pdf"),
    ".pptx": FileKind(f"{_OFFICE}.presentationml.presentation"),
    ".srt": FileKind("application/x-subrip"),
    ".txt": FileKind("text/plain"),
    ".zip": FileKind("application/zip"),
}

UNKNOWN = FileKind("application/octet-stream")
"""Anything else is sent as bytes, so that nothing is ever run as a page."""


def kind_of(name: str) -> FileKind:
    """The kind of a file by its name."""
    return KIND_OF.get(PurePosixPath(name).suffix.lower(), UNKNOWN)
