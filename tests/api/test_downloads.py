"""Files of runs, streamed."""

import gzip
import zlib
from collections.abc import AsyncIterator, Callable

import anyio
import httpx
import pytest

from magica_mcp.api.downloads import Limits, Ways, opened
from magica_mcp.api.guard import PublicTransport
from magica_mcp.errors import (
    FileTooLargeError,
    InvalidInputError,
    NotFoundError,
    ServerFailedError,
    UnreachableError,
    UnreadableAnswerError,
)
from tests.api.stage import BASE, KEY, Reply, Stage, file_answer
from tests.patience import LONG_ENOUGH

CDN = "https://cdn.test/gen/a.png"


def packed(content: bytes) -> bytes:
    """The same bytes at every time, since tests are named after them."""
    return gzip.compress(content, mtime=0)


def picture(_request: httpx.Request) -> httpx.Response:
    return file_answer(b"picture", content_type="image/png; q=1", content_length="7")


async def content(stage: Stage, url: str) -> bytes:
    async with opened(stage.ways, url) as file:
        return b"".join([chunk async for chunk in file.chunks])


def moved(to: str) -> httpx.Response:
    return httpx.Response(302, headers={"location": to})


async def test_a_file_is_read_to_its_end() -> None:
    assert await content(Stage({"GET cdn.test/gen/a.png": picture}), CDN) == b"picture"


async def test_a_file_says_what_it_is_and_how_large() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": picture})

    async with opened(stage.ways, CDN) as file:
        assert (file.media_type, file.size) == ("image/png", 7)


async def test_the_client_opens_a_file_of_its_own_origin() -> None:
    stage = Stage({"GET /media/a.png": picture})

    async with stage.client.download("https://magica.test/media/a.png") as file:
        assert [chunk async for chunk in file.chunks] == [b"picture"]


async def test_our_key_is_not_shown_to_another_host() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": picture})
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
    stage = Stage({"GET v1/file": picture})
    await content(stage, url)

    assert stage.requests[0].headers.get_list("authorization") == shown


async def test_a_redirect_is_followed_without_our_key() -> None:
    stage = Stage({"GET v1/file": moved(CDN), "GET cdn.test/gen/a.png": picture})

    assert await content(stage, f"{BASE}v1/file") == b"picture"
    assert "authorization" not in stage.requests[1].headers


async def test_a_redirect_into_a_private_network_is_not_followed() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": moved("http://10.0.0.7/admin")})

    with pytest.raises(InvalidInputError, match="a private network"):
        await content(stage, CDN)
    assert stage.sent == ["GET cdn.test/gen/a.png"]


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest", "http://127.0.0.1:631/"])
async def test_a_private_address_is_never_asked(url: str) -> None:
    stage = Stage({})

    with pytest.raises(InvalidInputError, match=r"leads to (the local link|this machine)"):
        async with stage.client.download(url):
            pass
    assert stage.sent == []


async def test_a_stranger_cannot_send_us_to_magica_with_our_key() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": moved(f"{BASE}v1/file"), "GET v1/file": picture})

    assert await content(stage, CDN) == b"picture"
    assert "authorization" not in stage.requests[1].headers


def at_home(answer: Callable[[httpx.Request], httpx.Response]) -> Ways:
    """Magica on this machine."""
    here = httpx.AsyncClient(
        base_url="http://127.0.0.1:8787/api/", transport=httpx.MockTransport(answer)
    )
    return Ways(here, httpx.AsyncClient(transport=PublicTransport()))


async def test_a_file_on_this_machine_is_magicas_whatever_port_it_had() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return picture(request)

    async with opened(at_home(answer), "http://localhost:9999/media/a.png") as file:
        assert [chunk async for chunk in file.chunks] == [b"picture"]
    assert asked == ["http://127.0.0.1:8787/media/a.png"]


async def test_a_stranger_cannot_send_us_to_this_machine() -> None:
    stage = Stage({"GET cdn.test/gen/a.png": moved("http://127.0.0.1:8787/media/a.png")})
    ways = Ways(at_home(lambda _: httpx.Response(200)).magica, stage.elsewhere)

    with pytest.raises(InvalidInputError, match="this machine itself"):
        async with opened(ways, CDN):
            pass


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

    async with opened(stage.ways, CDN) as file:
        assert (file.size, file.media_type) == (None, None)


ROOMY = Limits(megabytes=1, seconds=LONG_ENOUGH)


async def bounded(reply: Reply, limits: Limits = ROOMY) -> int:
    """How many bytes came, in pieces of at most a megabyte."""
    stage = Stage({"GET cdn.test/gen/a.png": reply})
    received = 0
    async with stage.client.download(CDN, limits=limits) as file:
        async for chunk in file.chunks:
            assert len(chunk) <= 1_048_576
            received += len(chunk)
    return received


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield bytes(100_000)


async def test_a_file_that_says_it_is_too_large_is_not_read() -> None:
    announced = httpx.Response(200, headers={"content-length": "1000001"}, stream=BrokenStream())

    with pytest.raises(FileTooLargeError, match=r"cdn\.test is larger than 1 MB"):
        await bounded(announced)


async def test_a_file_without_an_end_is_read_up_to_the_limit() -> None:
    with pytest.raises(FileTooLargeError):
        await bounded(httpx.Response(200, content=endless()))


async def test_a_file_that_trickles_ends_with_its_time() -> None:
    async def trickle() -> AsyncIterator[bytes]:
        yield b"a"
        await anyio.sleep_forever()

    with pytest.raises(UnreachableError, match=r"cdn\.test took too long"):
        await bounded(httpx.Response(200, content=trickle()), Limits(megabytes=1, seconds=0.05))


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (packed(b"text"), "gzip"),
        (zlib.compress(b"text"), "deflate"),
        (packed(b"te") + packed(b"xt"), "gzip"),
        (b"text", "identity"),
    ],
)
async def test_a_file_that_comes_packed_is_unpacked(body: bytes, encoding: str) -> None:
    stage = Stage({"GET cdn.test/gen/a.png": file_answer(body, content_encoding=encoding)})

    assert await content(stage, CDN) == b"text"
    assert stage.requests[0].headers["accept-encoding"] == "identity"


async def test_a_bomb_is_unpacked_no_further_than_the_limit() -> None:
    bomb = packed(bytes(50_000_000))

    with pytest.raises(FileTooLargeError):
        await bounded(file_answer(bomb, content_encoding="gzip"))


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (packed(packed(b"x")), "gzip, gzip", "packed as 'gzip, gzip'"),
        (b"x", "br", "packed as 'br'"),
        (b"no gzip", "gzip", "damaged"),
        (packed(b"text")[:-4], "gzip", "cut off"),
    ],
)
async def test_what_cannot_be_unpacked_is_an_error(body: bytes, encoding: str, reason: str) -> None:
    with pytest.raises(UnreadableAnswerError, match=reason):
        await bounded(file_answer(body, content_encoding=encoding))
