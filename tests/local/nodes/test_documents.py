"""The text of documents."""

import pytest
from PIL import Image

from magica_mcp.errors import NodeFailedError, ProviderUnavailableError
from magica_mcp.local.catalog import Measured
from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.job import NodeResult
from tests.local.nodes.bench import CATALOG, Bench

FONTS = "/Resources << /Font << /F1 3 0 R >> >>"


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET" if text else ""
        contents = f"/Contents {5 + 2 * number} 0 R"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {FONTS} {contents} >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        made
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
            f"startxref\n{len(made)}\n%%EOF\n"
        ).encode()
    )


def read(bench: Bench, content: bytes) -> NodeResult:
    name = bench.media.name_for("earlier", "node", 0, extension="pdf")
    given = {"file_url": bench.media.write(name, content)}
    return run_node(bench.job("document_ocr", {**given}))


def test_the_text_of_each_page_is_read(bench: Bench) -> None:
    output = read(bench, pdf("Invoice 7", "Total 12.00")).output

    assert output["text"] == "Invoice 7\n\nTotal 12.00"


def test_the_text_is_also_kept_as_a_file(bench: Bench) -> None:
    output = read(bench, pdf("Invoice 7")).output

    assert (bench.kept(output["content_url"]), sorted(output)) == (
        b"Invoice 7",
        ["content_url", "text"],
    )


def test_a_document_is_charged_by_the_page(bench: Bench) -> None:
    pages = read(bench, pdf("One", "Two", "Three")).pages

    charge = CATALOG.price("document_ocr", data={}, measured=Measured(pages=pages))
    assert charge == 1_950


def test_a_document_without_a_text_layer_says_so(bench: Bench) -> None:
    with pytest.raises(ProviderUnavailableError, match=r"The PDF has no text layer\."):
        read(bench, pdf(""))


def test_a_picture_of_text_is_not_read(bench: Bench) -> None:
    given = {"file_url": bench.keep(Image.new("RGB", (8, 8)))}

    with pytest.raises(ProviderUnavailableError, match=r"This is a PNG file\. Reading pictures"):
        run_node(bench.job("document_ocr", {**given}))


@pytest.mark.parametrize(
    "content",
    [pdf("Invoice 7")[:60], b"%PDF-1.4\nnothing at all\n%%EOF\n", b"", b"words"],
    ids=["cut off", "hollow", "empty", "no document"],
)
def test_a_damaged_document_fails_with_a_sentence(bench: Bench, content: bytes) -> None:
    with pytest.raises(NodeFailedError) as failed:
        read(bench, content)

    assert failed.value.user_message.endswith(".")
