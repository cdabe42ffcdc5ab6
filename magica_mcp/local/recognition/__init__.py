"""What a file is, judged by its content alone: names and declared types prove nothing."""

from magica_mcp.errors import InvalidInputError
from magica_mcp.local.recognition.documents import read_office, read_pdf
from magica_mcp.local.recognition.facts import MediaFacts, Reader
from magica_mcp.local.recognition.films import read_film, read_webm
from magica_mcp.local.recognition.pictures import read_picture
from magica_mcp.local.recognition.sounds import read_mp3, read_ogg, read_wave

__all__ = ["MediaFacts", "recognized"]

READERS: tuple[Reader, ...] = (
    read_picture,
    read_film,
    read_webm,
    read_wave,
    read_ogg,
    read_mp3,
    read_pdf,
    read_office,
)
"""Each knows some kinds of files; the first that knows this one tells about it."""


def recognized(content: bytes) -> MediaFacts:
    """What a file is.

    Raises `InvalidInputError` for one that is empty, incomplete or of no kind that is kept.
    """
    if not content:
        raise InvalidInputError("The file is empty. Give one that has content.")
    for read in READERS:
        facts = read(content)
        if facts is not None:
            return facts
    raise InvalidInputError(
        "The file is of no kind that can be used here. Give a picture (PNG, JPEG, WebP, GIF, AVIF, "
        "BMP, TIFF), a video (MP4, MOV, WebM), audio (MP3, WAV, OGG, M4A) or a document (PDF, "
        "DOCX, PPTX)."
    )
