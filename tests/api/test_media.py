"""The media library and uploads."""

from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import ValidationError

from magica_mcp.api.operations import UPLOAD_SECONDS
from magica_mcp.errors import RejectedError, UnreachableError, UnreadableAnswerError
from magica_mcp.models.media import MediaItem, UploadFile
from tests.api.stage import Reply, Stage, answer, recorded, sample, web_page

LIBRARY = "GET v1/media-library"
UPLOAD = "POST v1/files"
TOOL = "POST mcp"
FILE = UploadFile(base64="aGk=", filename="kite.png")
URL = "https://g.tlcdn.com/gen/00112233445566778899aabbccddeeff.png"


async def test_the_library_is_read_page_by_page() -> None:
    stage = Stage({LIBRARY: recorded("media_library")})
    page = await stage.client.media_library()

    assert [(item.type, item.source) for item in page.items] == [
        ("image", "generation"),
        ("audio", "upload"),
    ]
    assert page.next_cursor == "c2"


async def test_the_library_may_be_a_bare_list_that_says_little() -> None:
    stage = Stage({LIBRARY: recorded("media_library_bare")})
    (item,) = (await stage.client.media_library()).items

    assert (item.id, item.type, item.size) == ("7", "video", None)


@pytest.mark.parametrize("key", ["items", "media", "generations"])
async def test_the_library_is_found_under_any_name(key: str) -> None:
    stage = Stage({LIBRARY: answer({key: [{"url": URL}], "nextCursor": None})})

    assert [item.url for item in (await stage.client.media_library()).items] == [URL]


@pytest.mark.parametrize("rows", [[], [{"id": "m1", "status": "RUNNING", "url": None}]])
async def test_a_library_without_any_file_is_empty(rows: list[object]) -> None:
    stage = Stage({LIBRARY: answer({"items": rows})})

    assert (await stage.client.media_library()).items == ()


async def test_a_library_whose_rows_are_not_understood_is_not_taken_for_an_empty_one() -> None:
    stage = Stage({LIBRARY: answer({"items": [{"place": URL}]})})

    with pytest.raises(UnreadableAnswerError, match="url: missing"):
        await stage.client.media_library()


async def test_a_library_that_is_no_listing_is_unreadable() -> None:
    stage = Stage({LIBRARY: answer("closed"), TOOL: recorded("tool_absent")})

    with pytest.raises(UnreadableAnswerError, match="without a list"):
        await stage.client.media_library()


@pytest.mark.parametrize(
    ("facts", "type_"),
    [
        ({"type": "VIDEO"}, "video"),
        ({"type": "raw", "url": "https://a.test/report.pdf"}, "file"),
        ({"mediaType": "audio"}, "audio"),
        ({"mime_type": "image/webp"}, "image"),
        ({"type": None}, "image"),
        ({"url": "https://a.test/model.glb"}, "file"),
    ],
)
def test_the_type_of_a_file_is_said_or_seen(facts: dict[str, object], type_: str) -> None:
    assert MediaItem.model_validate({"url": URL, **facts}).type == type_


async def test_an_upload_may_take_long() -> None:
    stage = Stage({UPLOAD: answer({}, 404), TOOL: recorded("tool_upload_file")})
    await stage.client.upload_file(FILE)
    patience = [request.extensions["timeout"]["read"] for request in stage.requests]

    assert patience == [UPLOAD_SECONDS, UPLOAD_SECONDS]


@pytest.mark.parametrize(
    "reply",
    [
        answer({"url": URL}),
        answer({"fileUrl": URL, "success": True}),
        answer({"file": {"publicUrl": URL}}),
        answer({"result": [URL]}),
        answer([{"url": URL}]),
        answer({"data": {"files": [{"uri": URL}]}}),
    ],
)
async def test_the_address_of_an_upload_is_found_in_any_answer(reply: Reply) -> None:
    stage = Stage({UPLOAD: reply})

    assert (await stage.client.upload_file(FILE)).url == URL


@pytest.mark.parametrize("name", ["tool_upload_file", "tool_words_only"])
async def test_the_address_of_an_upload_is_found_in_what_the_tool_says(name: str) -> None:
    stage = Stage({TOOL: recorded(name)})

    assert (await stage.client.upload_file(FILE)).url == URL


async def test_the_facts_of_an_upload_are_read_under_other_names() -> None:
    stage = Stage({TOOL: recorded("tool_upload_file")})
    item = await stage.client.upload_file(FILE)

    assert (item.name, item.mime_type, item.size) == ("kite.png", "image/png", 2048)


@pytest.mark.parametrize(
    "structure",
    [{"success": True}, {"url": "kite.png"}, {"a": {"b": {"c": {"d": {"e": {"url": URL}}}}}}],
)
async def test_an_upload_without_an_address_may_have_happened(structure: object) -> None:
    stage = Stage({UPLOAD: answer(structure)})

    with pytest.raises(UnreadableAnswerError, match="Whether it took effect is not known"):
        await stage.client.upload_file(FILE)


async def test_words_without_an_address_are_not_an_upload() -> None:
    said = sample("tool_words_only")
    said["result"]["content"][0]["text"] = "Done."
    stage = Stage({TOOL: answer(said)})

    with pytest.raises(UnreadableAnswerError, match="not known here"):
        await stage.client.upload_file(FILE)


async def test_a_source_that_is_not_found_is_no_wrong_address_of_magica() -> None:
    said = sample("tool_unknown_workflow")
    said["result"]["content"][0]["text"] = "Not found: https://a.test/kite.png"
    stage = Stage({TOOL: answer(said)})

    with pytest.raises(RejectedError, match=r"Not found: https://a\.test.*public http\(s\) URL"):
        await stage.client.upload_file(FILE)


@pytest.mark.parametrize("parts", [{}, {"url": URL, "base64": "aGk="}])
def test_a_file_is_given_in_exactly_one_form(parts: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="exactly one of"):
        UploadFile.model_validate(parts)


def test_what_is_uploaded_is_not_shown() -> None:
    assert "aGk=" not in repr(FILE)


# Files sent as they are -----------------------------------------------------------------------


async def pieces() -> AsyncIterator[bytes]:
    yield b"first, "
    yield b"second"


async def test_a_file_is_sent_as_it_is_with_its_length_and_name() -> None:
    stage = Stage({"POST v1/files/content": answer({"url": URL})})
    await stage.client.upload_content(pieces, 13, name="käse & brot.png")

    (request,) = stage.requests
    assert await request.aread() == b"first, second"
    assert request.headers["content-length"] == "13"
    assert request.headers["content-type"] == "application/octet-stream"
    assert request.url.params["filename"] == "käse & brot.png"


async def test_a_file_is_read_anew_where_no_connection_was_made() -> None:
    read = []

    async def counted() -> AsyncIterator[bytes]:
        read.append(True)
        yield b"all"

    replies: list[Reply] = [httpx.ConnectError("no"), answer({"url": URL})]
    stage = Stage({"POST v1/files/content": replies})
    await stage.client.upload_content(counted, 3, name="a.png")

    assert len(stage.requests) == 2


async def test_a_file_whose_fate_is_open_is_not_sent_again() -> None:
    stage = Stage({"POST v1/files/content": httpx.ReadError("lost")})

    with pytest.raises(UnreachableError, match="Whether it took effect is not known"):
        await stage.client.upload_content(pieces, 13, name="a.png")
    assert len(stage.requests) == 1


@pytest.mark.parametrize(
    ("balance", "largest"), [(answer({}), None), (answer({}, X_Magica_Upload="1000"), 1000)]
)
async def test_how_large_a_file_may_be_is_asked_once(
    balance: httpx.Response, largest: int | None
) -> None:
    stage = Stage({"GET v1/credits/balance": balance})

    found = [await stage.client.largest_upload() for _ in range(2)]

    assert found == [largest, largest]
    assert stage.sent == ["GET v1/credits/balance"]


async def test_what_was_announced_before_is_not_asked_for() -> None:
    stage = Stage({"GET v1/media-library": recorded("media_library", X_Magica_Upload="1000")})
    await stage.client.media_library()

    assert await stage.client.largest_upload() == 1000
    assert stage.sent == ["GET v1/media-library"]


@pytest.mark.parametrize("absent", [404, 405])
async def test_where_neither_way_takes_uploads_what_to_do_is_said(absent: int) -> None:
    stage = Stage({"POST v1/files": answer({}, absent), TOOL: web_page(404)})

    with pytest.raises(RejectedError, match=r"takes no upload from here.*Magica app"):
        await stage.client.upload_file(FILE)
