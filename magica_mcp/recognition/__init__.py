"""What a file is, judged by its content alone: names and declared types prove nothing.

Nothing is decoded, and no file is read whole: a header that promises 50,000 × 50,000 pixels is
as harmless here as any other.
"""

import io
from typing import BinaryIO

from magica_mcp.errors import InvalidInputError
from magica_mcp.recognition.content import Content
from magica_mcp.recognition.documents import read_office, read_pdf
from magica_mcp.recognition.facts import MediaFacts, Reader
from magica_mcp.recognition.films import read_film, read_webm
from magica_mcp.recognition.pictures import read_avif, read_picture
from magica_mcp.recognition.sounds import read_aac, read_flac, read_mp3, read_ogg, read_wave

__all__ = ["MediaFacts", "recognized"]

READERS: tuple[Reader, ...] = (
    read_picture,
    read_avif,
    read_film,
    read_webm,
    read_wave,
    read_ogg,
    read_flac,
    read_mp3,
    read_aac,
    read_pdf,
    read_office,
)
"""Each knows some kinds of files; the first that knows this one tells about it."""


def recognized(content: BinaryIO | bytes) -> MediaFacts:
    """What a file is; its place in the file is lost.

    Raises `InvalidInputError` for one that is empty, incomplete or of no kind that is kept.
    """
    held = Content(io.BytesIO(content) if isinstance(content, bytes) else content)
    if not held.size:
        raise InvalidInputError("The file is empty. Give one that has content.")
    for read in READERS:
        facts = read(held)
        if facts is not None:
            return facts
    raise InvalidInputError(
        "The file is of no kind that can be used here. Give a picture (PNG, JPEG, WebP, GIF, AVIF, "
        "BMP, TIFF), a video (MP4, MOV, WebM), audio (MP3, WAV, OGG, M4A, FLAC, AAC) or a document "
        "(PDF, DOCX, PPTX)."
    )
