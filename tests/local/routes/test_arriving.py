"""Files sent as they are, while they are read."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from magica_mcp.errors import NoRoomError
from magica_mcp.local.auth import LARGEST_BODY
from magica_mcp.local.library import full_disk_as_ours
from magica_mcp.local.magica import LocalMagica
from magica_mcp.local.routes.arriving import LARGEST_FILE
from tests.recognition import making

CONTENT = "v1/files/content"
PICTURE = making.picture("PNG", width=64, height=32)
LONG_FILM = making.film((640, 360)) + making.box(b"free", bytes(LARGEST_BODY + 1))


async def in_pieces(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for begin in range(0, len(content), size):
        yield content[begin : begin + size]


async def test_a_file_is_kept_as_it_is_and_called_as_was_said(http: httpx.AsyncClient) -> None:
    answer = await http.post(CONTENT, content=PICTURE, params={"filename": "a/ kätze\n🐈.png"})

    item = answer.json()
    assert answer.status_code == 200
    assert (item["name"], item["mimeType"], item["width"]) == ("kätze🐈.png", "image/png", 64)
    assert (await http.get(item["url"])).content == PICTURE


async def test_a_file_larger_than_any_other_body_may_be_sent(http: httpx.AsyncClient) -> None:
    answer = await http.post(CONTENT, content=in_pieces(LONG_FILM))

    item = answer.json()
    assert (item["type"], item["size"], item["duration"]) == ("video", len(LONG_FILM), 2.0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"Just a text.", "of no kind that can be used here"),
        (PICTURE[:100], "incomplete or damaged"),
        (making.png_header(50_000, 50_000), "100 megapixels"),
        (making.film((640, 360), samples=0), "no frames"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused_and_not_kept(
    http: httpx.AsyncClient, content: bytes, sentence: str
) -> None:
    answer = await http.post(CONTENT, content=content)

    assert answer.status_code == 400
    assert sentence in answer.json()["message"]
    assert (await http.get("v1/media-library")).json()["items"] == []


async def test_a_file_beyond_the_limit_is_refused_unread(http: httpx.AsyncClient) -> None:
    length = {"Content-Length": str(LARGEST_FILE + 1)}
    answer = await http.post(CONTENT, content=in_pieces(PICTURE), headers=length)

    assert answer.status_code == 413
    assert "larger than 10 GB" in answer.json()["message"]


async def test_where_a_file_may_be_sent_is_announced(http: httpx.AsyncClient) -> None:
    answer = await http.get("v1/credits/balance")

    assert answer.headers["x-magica-upload"] == str(LARGEST_FILE)


async def test_a_stranger_may_send_nothing(http: httpx.AsyncClient) -> None:
    answer = await http.post(CONTENT, content=PICTURE, headers={"Authorization": "Bearer gx_no"})

    assert answer.status_code == 401


def test_a_file_for_which_there_is_no_room_is_refused_before_it_comes(magica: LocalMagica) -> None:
    with (
        pytest.raises(NoRoomError, match=r"no room on the disk.*Free some space"),
        magica.library.arriving(10**18),
    ):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_a_disk_that_runs_full_is_called_full() -> None:
    with (
        pytest.raises(NoRoomError, match="nothing of it was kept"),
        full_disk_as_ours(),
        Path("/dev/full").open("wb", buffering=0) as file,
    ):
        file.write(b"x")
