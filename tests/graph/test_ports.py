"""The table of kinds, cell by cell, and the names of ports."""

import pytest

from magica_mcp.graph.ports import (
    CHECKED_WHEN_RUN,
    NodePorts,
    Port,
    PortKind,
    bare,
    fits,
    input_handle,
    kind_of_field,
    output_handle,
    what_fits,
)

MATRIX = """
|         | text | image | video | audio | avmedia | file | number | boolean | select | any |
| text    | yes  | no    | no    | no    | no      | no   | no     | no      | yes*   | yes |
| image   | no   | yes   | no    | no    | no      | yes  | no     | no      | no     | yes |
| video   | no   | no    | yes   | no    | yes     | yes  | no     | no      | no     | yes |
| audio   | no   | no    | no    | yes   | yes     | yes  | no     | no      | no     | yes |
| avmedia | no   | no    | yes*  | yes*  | yes     | yes  | no     | no      | no     | yes |
| file    | no   | no    | no    | no    | no      | yes  | no     | no      | no     | yes |
| number  | yes  | no    | no    | no    | no      | no   | yes    | no      | no     | yes |
| boolean | no   | no    | no    | no    | no      | no   | no     | yes     | no     | yes |
| select  | yes  | no    | no    | no    | no      | no   | no     | no      | yes    | yes |
| any     | yes  | yes   | yes   | yes   | yes     | yes  | yes    | yes     | yes    | yes |
"""
"""Outputs down, inputs across, as the contract prints them (magica-contract 4.3)."""


def cells() -> list[tuple[PortKind, PortKind, str]]:
    head, *rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in MATRIX.strip().splitlines()
    ]
    return [
        (PortKind(row[0]), PortKind(into), cell)
        for row in rows
        for into, cell in zip(head[1:], row[1:], strict=True)
    ]


@pytest.mark.parametrize(("output", "into", "cell"), cells())
def test_every_cell_of_the_contract_holds(output: PortKind, into: PortKind, cell: str) -> None:
    assert fits(output, into=into) == cell.startswith("yes")


def test_the_starred_cells_are_those_checked_when_run() -> None:
    starred = {(output, into) for output, into, cell in cells() if cell.endswith("*")}

    assert starred == CHECKED_WHEN_RUN


def test_the_matrix_has_every_pair_of_kinds() -> None:
    assert len(cells()) == len(PortKind) ** 2


@pytest.mark.parametrize(
    ("field_type", "kind"),
    [
        ("text", PortKind.TEXT),
        ("textarea", PortKind.TEXT),
        ("image", PortKind.IMAGE),
        ("video", PortKind.VIDEO),
        ("audio", PortKind.AUDIO),
        ("file", PortKind.FILE),
        ("slider", PortKind.NUMBER),
        ("number", PortKind.NUMBER),
        ("select", PortKind.SELECT),
        ("composite-select", PortKind.SELECT),
        ("toggle", PortKind.BOOLEAN),
        ("boolean", PortKind.BOOLEAN),
        ("avmedia", PortKind.AVMEDIA),
        ("string[]", PortKind.TEXT),
        ("Image", PortKind.IMAGE),
        ("hologram", PortKind.ANY),
    ],
)
def test_a_field_type_has_a_port_kind(field_type: str, kind: PortKind) -> None:
    assert kind_of_field(field_type) is kind


@pytest.mark.parametrize(
    ("name", "accept", "kind"),
    [
        ("file_url", "", PortKind.FILE),
        ("audio_or_video_url", "", PortKind.AVMEDIA),
        ("file_url", "audio/*,video/*", PortKind.AVMEDIA),
        ("file_url", "audio/*,video/*,image/*", PortKind.FILE),
        ("file_url", "video/*", PortKind.FILE),
    ],
)
def test_a_file_field_that_takes_audio_or_video_is_avmedia(
    name: str, accept: str, kind: PortKind
) -> None:
    assert kind_of_field("file", name=name, accept=accept) is kind


def test_a_text_field_stays_text_whatever_its_name() -> None:
    assert kind_of_field("textarea", name="audio_and_video_notes") is PortKind.TEXT


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (PortKind.TEXT, "text, number or select"),
        (PortKind.FILE, "image, video, audio, avmedia or file"),
        (PortKind.SELECT, "text or select"),
        (PortKind.IMAGE, "image"),
        (PortKind.ANY, "anything"),
    ],
)
def test_what_an_input_takes_reads_as_part_of_a_sentence(kind: PortKind, words: str) -> None:
    assert what_fits(kind) == words


def test_handles_carry_the_side_of_the_port() -> None:
    assert (input_handle("prompt"), output_handle("result")) == ("in:prompt", "out:result")


@pytest.mark.parametrize("handle", ["in:result", "out:result", "result"])
def test_a_handle_is_read_with_or_without_its_side(handle: str) -> None:
    assert bare(handle) == "result"


@pytest.mark.parametrize(
    ("port", "limit"),
    [
        (Port("prompt", PortKind.TEXT), 1),
        (Port("prompt", PortKind.TEXT, max_items=5), 1),
        (Port("image_urls", PortKind.IMAGE, multiple=True, max_items=5), 5),
        (Port("image_urls", PortKind.IMAGE, multiple=True), None),
    ],
)
def test_an_input_takes_one_edge_unless_it_is_a_list(port: Port, limit: int | None) -> None:
    assert port.limit == limit


def test_ports_are_found_by_their_bare_name() -> None:
    prompt = Port("prompt", PortKind.TEXT)
    ports = NodePorts(inputs=(prompt,))

    assert (ports.input("prompt"), ports.output("prompt")) == (prompt, None)
