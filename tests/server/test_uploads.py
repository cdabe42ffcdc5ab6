"""Files of this machine as files of Magica: sent once, by whichever way this Magica takes them."""

import json
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from magica_mcp.api.client import MagicaClient
from magica_mcp.errors import InvalidInputError, RejectedError
from magica_mcp.memory import Memory
from magica_mcp.server.uploads import LARGEST_INLINE, Uploads
from tests.api.stage import Reply, Stage, answer, sample
from tests.recognition import making

PICTURE = making.picture("PNG", width=64, height=32)
OTHER = making.picture("PNG", width=64, height=33)
FILM = making.film((640, 360)) + making.box(b"free", bytes(12_000_000))


def uploads(client: MagicaClient, home: Path, *, account: str = "me") -> Uploads:
    memory = Memory(home / "memory.sqlite")
    return Uploads(client, memory, account=account, folders=[home])


class Sent:
    """Counts what a client sends, by path."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.paths: list[str] = []
        self.client = MagicaClient(http)
        http.event_hooks = {"request": [self._note]}

    async def _note(self, request: httpx.Request) -> None:
        self.paths.append(f"{request.method} {request.url.path.removeprefix('/api/v1/')}")

    def uploads(self) -> int:
        return sum(path.startswith("POST files") for path in self.paths)


async def test_local_magica_gets_the_file_as_it_is(http: httpx.AsyncClient, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(FILM)
    sent = Sent(http)

    found = await uploads(sent.client, tmp_path).upload("film.mp4")

    assert sent.paths == ["GET credits/balance", "POST files/content"]
    assert (found.is_new, found.item.name, found.item.size) == (True, "film.mp4", len(FILM))
    assert (await http.get(found.item.url)).content == FILM


async def test_the_same_content_is_sent_once_whatever_it_is_called(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    for name in ("cat.png", "copy.png"):
        (tmp_path / name).write_bytes(PICTURE)
    sent = Sent(http)
    first = await uploads(sent.client, tmp_path).upload("cat.png")

    again = await uploads(sent.client, tmp_path).upload("copy.png")

    assert sent.uploads() == 1
    assert (again.is_new, again.item.url) == (False, first.item.url)


async def test_the_same_content_at_the_same_time_is_sent_once(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "cat.png").write_bytes(PICTURE)
    sent = Sent(http)
    mine = uploads(sent.client, tmp_path)
    urls: list[str] = []

    async def upload() -> None:
        urls.append((await mine.upload("cat.png")).item.url)

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(upload)

    assert (sent.uploads(), len(set(urls))) == (1, 1)


async def test_another_account_sends_it_for_itself(http: httpx.AsyncClient, tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(PICTURE)
    sent = Sent(http)
    await uploads(sent.client, tmp_path, account="me").upload("cat.png")
    await uploads(sent.client, tmp_path, account="you").upload("cat.png")

    assert sent.uploads() == 2


async def test_other_content_of_the_same_length_is_another_file(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "a.wav").write_bytes(making.sound() + b"a")
    (tmp_path / "b.wav").write_bytes(making.sound() + b"b")
    sent = Sent(http)
    mine = uploads(sent.client, tmp_path)

    urls = {(await mine.upload(name)).item.url for name in ("a.wav", "b.wav")}

    assert (sent.uploads(), len(urls)) == (2, 2)


async def test_what_is_gone_from_magica_is_sent_again(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(PICTURE)
    item = sample("media_library")["items"][0] | {"url": "https://magica.test/media/1.png"}
    newer = item | {"url": "https://magica.test/media/2.png"}
    stage = Stage(
        {
            "GET v1/credits/balance": answer({}),
            "POST v1/files": [answer(item), answer(newer)],
            "HEAD /media/1.png": answer({}, 404),
            "HEAD /media/2.png": answer({}),
        }
    )
    mine = uploads(stage.client, tmp_path)

    found = [await mine.upload("cat.png") for _ in range(3)]

    assert [each.item.url for each in found] == [item["url"], newer["url"], newer["url"]]
    assert [each.is_new for each in found] == [True, True, False]


@pytest.mark.parametrize("status", [405, 500, 302])
async def test_where_nobody_knows_a_file_is_believed_to_be_there(
    tmp_path: Path, status: int
) -> None:
    (tmp_path / "cat.png").write_bytes(PICTURE)
    item = sample("media_library")["items"][0] | {"url": "https://magica.test/media/1.png"}
    stage = Stage(
        {
            "GET v1/credits/balance": answer({}),
            "POST v1/files": answer(item),
            "HEAD /media/1.png": answer({}, status),
            "GET /media/1.png": answer({}, 500),
        }
    )
    mine = uploads(stage.client, tmp_path)
    await mine.upload("cat.png")

    assert not (await mine.upload("cat.png")).is_new


async def test_a_file_of_local_magica_is_told_where_it_is_now(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "cat.png").write_bytes(PICTURE)
    memory = Memory(tmp_path / "memory.sqlite")
    mine = Uploads(MagicaClient(http), memory, account="me", folders=[tmp_path])
    item = (await mine.upload("cat.png")).item
    earlier = item.model_copy(update={"url": item.url.replace("127.0.0.1", "127.0.0.1:9999")})
    digest = making.digest(PICTURE)
    memory.remember_upload("me", digest, size=len(PICTURE), item=earlier.model_dump_json())

    assert (await mine.upload("cat.png")).item.url == item.url


async def test_without_a_memory_every_upload_is_the_first(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "cat.png").write_bytes(PICTURE)
    (tmp_path / "memory.sqlite").mkdir()
    mine = uploads(MagicaClient(http), tmp_path)

    assert [(await mine.upload("cat.png")).is_new for _ in range(2)] == [True, True]


# Hosted Magica --------------------------------------------------------------------------------


async def test_hosted_magica_gets_it_by_the_tool_of_its_own_mcp_server(
    hosted_http: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "cat.png").write_bytes(PICTURE)
    sent = Sent(hosted_http)

    found = await uploads(sent.client, tmp_path).upload("cat.png")

    assert sent.paths[-2:] == ["POST files", "POST /api/mcp"]
    assert (found.item.mime_type, found.item.width) == ("image/png", 64)
    assert (await hosted_http.get(found.item.url)).content == PICTURE


def hosted_stage(**routes: Reply) -> Stage:
    """Hosted Magica, which announces nothing and knows no REST path for uploads."""
    return Stage({"GET v1/credits/balance": answer({}), "POST mcp": web(404), **routes})


def web(status: int) -> httpx.Response:
    return httpx.Response(status, html="<title>Not here</title>")


async def test_what_hosted_magica_does_not_say_of_a_file_is_read_from_it(tmp_path: Path) -> None:
    (tmp_path / "tone.wav").write_bytes(making.sound(0.5))
    result = {"content": [{"type": "text", "text": "Stored: https://g.tlcdn.com/gen/1.wav"}]}
    reply = answer({"jsonrpc": "2.0", "id": 1, "result": result})
    stage = Stage({"GET v1/credits/balance": answer({}), "POST mcp": reply})

    item = (await uploads(stage.client, tmp_path).upload("tone.wav")).item

    assert (item.url, item.duration, item.mime_type) == (
        "https://g.tlcdn.com/gen/1.wav",
        0.5,
        "audio/wav",
    )


async def test_the_type_is_told_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "cat.txt").write_bytes(PICTURE)
    item = sample("media_library")["items"][0]
    reply = answer({"jsonrpc": "2.0", "id": 1, "result": {"structuredContent": item}})
    stage = Stage({"GET v1/credits/balance": answer({}), "POST mcp": reply})
    await uploads(stage.client, tmp_path).upload("cat.txt")

    arguments: dict[str, Any] = json.loads(stage.requests[-1].content)["params"]["arguments"]
    assert arguments["filename"] == "cat.txt"
    assert arguments["data_uri"].startswith("data:image/png;base64,iVBOR")


async def test_a_file_of_more_than_8_mb_encoded_is_not_sent_to_hosted_magica(
    tmp_path: Path,
) -> None:
    (tmp_path / "film.mp4").write_bytes(FILM)
    stage = hosted_stage()

    with pytest.raises(InvalidInputError, match=r"'film\.mp4' is 12\.0 MB.*up to 6 MB.*URL"):
        await uploads(stage.client, tmp_path).upload("film.mp4")
    assert stage.sent == ["GET v1/credits/balance"]


async def test_a_file_of_just_8_mb_encoded_is_sent(
    hosted_http: httpx.AsyncClient, tmp_path: Path
) -> None:
    film = making.film((640, 360))
    padding = making.box(b"free", bytes(LARGEST_INLINE - len(film) - 8))
    (tmp_path / "film.mp4").write_bytes(film + padding)

    item = (await uploads(MagicaClient(hosted_http), tmp_path).upload("film.mp4")).item

    assert item.size == LARGEST_INLINE


async def test_where_neither_way_takes_it_what_to_do_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(PICTURE)

    with pytest.raises(RejectedError, match=r"takes no upload from here.*Magica app.*URL"):
        await uploads(hosted_stage().client, tmp_path).upload("cat.png")


# What is refused ------------------------------------------------------------------------------


async def test_a_file_that_does_not_suit_is_not_sent(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "cat.png").write_bytes(PICTURE)
    sent = Sent(http)

    def refuse(_facts: object, _size: int) -> None:
        raise InvalidInputError("Not this one.")

    with pytest.raises(InvalidInputError, match="Not this one"):
        await uploads(sent.client, tmp_path).upload("cat.png", suits=refuse)
    assert sent.paths == []


async def test_a_full_disk_of_local_magica_is_called_full(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(PICTURE)
    full = answer({"message": "There is no room on the disk for the file."}, 507)
    stage = Stage(
        {
            "GET v1/credits/balance": answer({}, X_Magica_Upload="1000000"),
            "POST v1/files/content": full,
        }
    )

    with pytest.raises(RejectedError, match=r"no room for the file \(507\).*then upload it again"):
        await uploads(stage.client, tmp_path).upload("cat.png")


async def test_a_file_beyond_what_local_magica_announces_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(FILM)
    stage = Stage({"GET v1/credits/balance": answer({}, X_Magica_Upload="1000000")})

    with pytest.raises(InvalidInputError, match="up to 1 MB"):
        await uploads(stage.client, tmp_path).upload("film.mp4")
