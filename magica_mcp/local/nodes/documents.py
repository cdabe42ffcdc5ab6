"""The text of a document, where it holds one: the text layer of a PDF, page by page.

Pictures of text are not read: that would take a model that is not here.
"""

import io
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from magica_mcp.errors import InvalidInputError, NodeFailedError, ProviderUnavailableError
from magica_mcp.local.fetch import fetch_media
from magica_mcp.local.nodes.given import all_of
from magica_mcp.local.nodes.job import NodeJob, NodeResult, refuse_if_stopped
from magica_mcp.recognition import recognized

FIELDS = ("file_url", "document_url", "pdf_url", "image_url", "file_urls")
MOST_PAGES = 2000
MOST_LETTERS = 5_000_000
NEEDS_READING = (
    "{what} Reading pictures of text is not possible on this machine. Give a PDF with a text "
    "layer, or set MAGICA_API_KEY to read it on hosted Magica."
)
BROKEN = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""What pypdf raises for files that break the rules of PDF."""


def read_document(job: NodeJob) -> NodeResult:
    """The document's text, and the same as a file; charged by the page."""
    source = next((text for name in FIELDS for text in all_of(job.input.get(name))), None)
    if source is None:
        raise NodeFailedError("This node needs a document. Give file_url and run it again.")
    content = fetch_media(source, media=job.bench.media)
    pages = pages_of(content, job)
    text = "\n\n".join(page for page in pages if page)
    if not text:
        raise ProviderUnavailableError(NEEDS_READING.format(what="The PDF has no text layer."))
    name = job.bench.media.name_for(job.run_id, job.node_id, 0, extension=".md")
    reference = job.bench.media.write(name, text.encode("utf-8", "replace"))
    return NodeResult({"text": text, "content_url": reference}, pages=len(pages))


def pages_of(content: bytes, job: NodeJob) -> list[str]:
    """The text of each page.

    Raises:
        NodeFailedError: the file is damaged, locked or too long.
        ProviderUnavailableError: it is no PDF.
    """
    _refuse_others(content)
    try:
        return list(_pages(PdfReader(io.BytesIO(content)), job))
    except BROKEN as error:
        text = "The PDF is damaged or locked. Save it again without a password, then give it whole."
        raise NodeFailedError(f"{text} ({error})", user_message=text) from error


def _refuse_others(content: bytes) -> None:
    try:
        extension = recognized(content).extension
    except InvalidInputError as error:
        raise NodeFailedError(f"The document cannot be used: {error}") from error
    if extension != ".pdf":
        what = f"This is a {extension.lstrip('.').upper()} file."
        raise ProviderUnavailableError(NEEDS_READING.format(what=what))


def _pages(document: PdfReader, job: NodeJob) -> Iterator[str]:
    if len(document.pages) > MOST_PAGES:
        raise NodeFailedError(f"The PDF has over {MOST_PAGES} pages. Give fewer at once.")
    letters = 0
    for page in document.pages:
        refuse_if_stopped(job)
        text = page.extract_text().strip()
        letters += len(text)
        if letters > MOST_LETTERS:
            raise NodeFailedError("The PDF has more text than can be given at once. Split it.")
        yield text
