"""How the name of a saved file ends: as its content is, not as somebody says.

Only endings of media and documents are ever given, so that nothing that is saved can be started.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from magica_mcp.recognition.kinds import KIND_OF

UNKNOWN = ".bin"
PLAIN, MARKED = ".txt", ".md"
TEXT_ENDINGS = frozenset({PLAIN, MARKED, ".json", ".srt"})

ALIASES: Mapping[str, str] = {
    "image/jpg": ".jpg",
    "image/pjpeg": ".jpg",
    "audio/mp3": ".mp3",
    "audio/wave": ".wav",
    "audio/x-wav": ".wav",
    "audio/vnd.wave": ".wav",
    "audio/x-m4a": ".m4a",
    "audio/x-flac": ".flac",
    "audio/opus": ".ogg",
    "text/srt": ".srt",
}
"""Other names for what is known."""

_ENDING_FOR: Mapping[str, str] = {
    **{kind.mime_type: ending for ending, kind in KIND_OF.items() if ending != ".jpeg"},
    **ALIASES,
}

SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", ".png"),
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"GIF8", ".gif"),
    (8, b"WEBP", ".webp"),
    (8, b"WAVE", ".wav"),
    (4, b"ftypavif", ".avif"),
    (4, b"ftypqt", ".mov"),
    (4, b"ftypM4A", ".m4a"),
    (4, b"ftyp", ".mp4"),
    (0, b"\x1aE\xdf\xa3", ".webm"),
    (0, b"OggS", ".ogg"),
    (0, b"fLaC", ".flac"),
    (0, b"ID3", ".mp3"),
    (0, b"glTF", ".glb"),
    (0, b"%PDF", ".pdf"),
)
"""Where in a file which bytes tell its kind; only asked where nobody says it."""

_MARKS = re.compile(r"^(#{1,6} |```|[-*] |\d+\. |> |\|.+\|)|\*\*\S|\]\(http", re.MULTILINE)


def ending_of(media_type: str | None, *, url: str, head: bytes, wish: str | None = None) -> str:
    """'.png' for what the other end calls image/png; '.bin' for what nobody knows.

    A wished ending that says the same ('.jpeg' for '.jpg') is kept.
    """
    ending = _ENDING_FOR.get(media_type or "") or _known(_suffix(url)) or _by_sign(head) or UNKNOWN
    if wish is not None and ending in KIND_OF and KIND_OF.get(wish) == KIND_OF[ending]:
        return wish
    return ending


def ending_of_text(text: str, *, wish: str | None = None) -> str:
    """'.md' for words with marks of Markdown, '.txt' for others, or the kind of text wished for."""
    if wish is not None and wish in TEXT_ENDINGS:
        return wish
    return MARKED if _MARKS.search(text) else PLAIN


def _known(suffix: str) -> str | None:
    return suffix if suffix in KIND_OF else None


def _suffix(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).suffix.lower()


def _by_sign(head: bytes) -> str | None:
    return next((ending for at, sign, ending in SIGNS if head[at:].startswith(sign)), None)
