"""Documents: PDF, and the office files that are ZIP archives with known parts."""

import zipfile
from collections.abc import Mapping

from magica_mcp.recognition.content import Content
from magica_mcp.recognition.facts import MediaFacts, incomplete

LAST_BYTES = 2048
"""Where a whole PDF says that it ends."""

OFFICE_PARTS: Mapping[str, str] = {
    "word/document.xml": ".docx",
    "ppt/presentation.xml": ".pptx",
}
"""The part that only such a file has."""

END_OF_ZIP = b"PK\x05\x06"
LONGEST_END = 22 + 65_535
LARGEST_INDEX = 16_000_000
"""No document has a longer one; it would only fill memory."""


def read_pdf(content: Content) -> MediaFacts | None:
    if not content.starts(b"%PDF-"):
        return None
    if b"%%EOF" not in content.last(LAST_BYTES):
        raise incomplete("PDF")
    return MediaFacts(".pdf")


def read_office(content: Content) -> MediaFacts | None:
    if not content.starts(b"PK\x03\x04"):
        return None
    if _index_size(content) > LARGEST_INDEX:
        return None
    try:
        with zipfile.ZipFile(content.file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise incomplete("document or ZIP") from error
    extension = next((each for part, each in OFFICE_PARTS.items() if part in names), None)
    return None if extension is None else MediaFacts(extension)


def _index_size(content: Content) -> int:
    """Bytes of the list of what is in the archive, which has to be read whole; 0: there is none."""
    end = content.last(LONGEST_END)
    at = end.rfind(END_OF_ZIP)
    found = end[at + 12 : at + 16] if at >= 0 else b""
    return int.from_bytes(found, "little")
