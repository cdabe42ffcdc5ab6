"""Pictures: known by their first bytes, and really opened to see whether they are whole."""

from magica_mcp.errors import InvalidInputError, NodeFailedError
from magica_mcp.local.recognition.facts import MediaFacts, incomplete

SIGNATURES: tuple[tuple[int, tuple[bytes, ...], str], ...] = (
    (0, (b"\x89PNG\r\n\x1a\n",), ".png"),
    (0, (b"\xff\xd8\xff",), ".jpg"),
    (0, (b"GIF87a", b"GIF89a"), ".gif"),
    (0, (b"II*\0", b"MM\0*"), ".tif"),
    (0, (b"BM",), ".bmp"),
    (8, (b"WEBPVP8",), ".webp"),
    (4, (b"ftypavif", b"ftypavis"), ".avif"),
)
"""What stands where in a file of each kind."""


GIF_END = b";"
"""Pillow is content with the first picture of an animation."""


def read_picture(content: bytes) -> MediaFacts | None:
    extension = next(
        (found for at, signs, found in SIGNATURES if content.startswith(signs, at)), None
    )
    if extension is None:
        return None
    if extension == ".gif" and not content.rstrip(b"\0\r\n").endswith(GIF_END):
        raise incomplete("GIF")
    from magica_mcp.local.nodes.pictures import opened  # noqa: PLC0415 - Pillow is slow to import

    try:
        picture, _ = opened(content)
    except NodeFailedError as error:
        raise InvalidInputError(error.user_message) from error
    return MediaFacts(extension, width=picture.width, height=picture.height)
