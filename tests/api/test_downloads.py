"""Files of runs, streamed."""

from collections.abc import AsyncIterator

import httpx
import pytest

from magica_mcp.api.downloads import opened
from magica_mcp.errors import (
    InvalidInputError,
    NotFoundError,
    ServerFailedError,
    UnreachableError,
)
from tests.api.stage import BASE, KEY, Reply, Stage

CDN = "https://cdn.test/gen/a.png"
FILE = httpx.Response(200, content=b"picture", headers={"content-type": "image/png; q=1"})


async def anywhere(url: str) -> None:
    """Nothing is forbidden."""


async def content(stage: Stage, url: str) -> bytes:
    async with opened(stage.http, url, may_fetch=anywhere) as file:
        return b"".join([chunk async for chunk in file.chunks])


def moved(to: str) -> httpx.Response:
    return httpx.Response(302, headers={"location": to})


async def test_a_file_is_read_to_its_end() -> None:
    assert await content(Stage({"GET cdn.test/gen/a.png": FILE}), CDN) == b"picture"


async def test_a_file_says_what_it_is_and_how_large() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": FILE})

    async with opened(stage.http, CDN, may_fetch=anywhere) as file:
        assert (file.media_type, file.size) == ("image/png", 7)


async def test_the_client_opens_a_file_of_its_own_origin() -> None:
    stage = Stage({"GET /media/a.png": FILE})

    async with stage.client.download("https://magica.test/media/a.png") as file:
        assert [chunk async for chunk in file.chunks] == [b"picture"]


async def test_our_key_is_not_shown_to_another_host() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": FILE})
    await content(stage, CDN)

    assert "authorization" not in stage.requests[0].headers


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"{BASE}v1/file", [f"Bearer {KEY}"]),
        ("http://magica.test/api/v1/file", []),
        ("https://magica.test:8443/api/v1/file", []),
    ],
)
async def test_our_key_is_shown_only_to_its_own_origin(url: str, shown: list[str]) -> None:
    stage = Stage({"GET v1/file": FILE})
    await content(stage, url)

    assert stage.requests[0].headers.get_list("authorization") == shown


async def test_a_redirect_is_followed_without_our_key() -> None:
    stage = Stage({"GET v1/file": moved(CDN), "GET cdn.test/gen/a.png": FILE})

    assert await content(stage, f"{BASE}v1/file") == b"picture"
    assert "authorization" not in stage.requests[1].headers


async def test_every_hop_to_another_origin_is_asked_about() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": moved("https://b.test/x"), "GET b.test/x": FILE})
    asked: list[str] = []

    async def ask(url: str) -> None:
        asked.append(url)

    async with opened(stage.http, CDN, may_fetch=ask):
        pass

    assert asked == [CDN, "https://b.test/x"]


async def test_a_forbidden_hop_is_not_made() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": moved("http://169.254.169.254/")})

    with pytest.raises(InvalidInputError, match=r"169\.254\.169\.254"):
        async with stage.client.download("http://169.254.169.254/latest"):
            pass
    assert stage.sent == []


async def test_redirects_in_circles_end() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": moved(CDN)})

    with pytest.raises(UnreachableError, match="circles"):
        await content(stage, CDN)
    assert len(stage.sent) == 6


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://cdn.test/a", "http://u:p@b.test/"]
)
async def test_a_redirect_away_from_the_web_is_refused(location: str) -> None:
    stage = Stage({"GET cdn.test/gen/a.png": moved(location)})

    with pytest.raises(InvalidInputError):
        await content(stage, CDN)


async def test_a_redirect_to_nonsense_names_who_sent_it() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": moved("http://[x")})

    with pytest.raises(UnreachableError, match=r"cdn\.test redirects to what is not a URL"):
        await content(stage, CDN)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "a.png", "", "https://a b/", "http://[x", f"https://{'ä' * 99}/"]
)
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    stage = Stage({})

    with pytest.raises(InvalidInputError):
        await content(stage, url)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (httpx.Response(403), NotFoundError),
        (httpx.Response(404), NotFoundError),
        (httpx.Response(503), ServerFailedError),
        (httpx.ConnectError("no"), UnreachableError),
        (httpx.ReadTimeout("slow"), UnreachableError),
    ],
)
async def test_a_file_that_is_not_given_is_an_error_that_names_the_host(
    reply: Reply, error: type[Exception]
) -> None:
    stage = Stage({"GET cdn.test/gen/a.png": reply})

    with pytest.raises(error, match=r"cdn\.test"):
        await content(stage, CDN)


class BrokenStream(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"half"
        raise httpx.ReadError("reset")


async def test_a_file_that_breaks_off_is_an_error_while_it_is_read() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": httpx.Response(200, stream=BrokenStream())})

    with pytest.raises(UnreachableError, match="broke"):
        await content(stage, CDN)


async def test_a_file_without_a_length_has_no_size() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": httpx.Response(200, stream=BrokenStream())})

    async with opened(stage.http, CDN, may_fetch=anywhere) as file:
        assert (file.size, file.media_type) == (None, None)
