"""Fetching media from the folder and from elsewhere."""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import pytest

from magica_mcp.errors import InvalidInputError, MagicaError, NodeFailedError
from magica_mcp.local.fetch import Limits, fetch_media
from magica_mcp.local.media import MediaFolder

PUBLIC = "93.184.216.34"
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def media(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path, secret=b"s")


def internet(media: MediaFolder, answer: Answer, url: str = "https://example.com/a.png") -> bytes:
    """Fetch where every host has a public address and `answer` stands behind it."""
    return fetch_media(
        url, media=media, resolve=resolving_to(PUBLIC), transport=httpx.MockTransport(answer)
    )


def resolving_to(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


def nobody(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"nothing may be sent, but {request.url} was")


def test_a_reference_is_read_from_the_folder(media: MediaFolder) -> None:
    reference = media.write(media.name_for("run", "node", 0, extension=".png"), b"picture")

    assert fetch_media(reference, media=media, transport=httpx.MockTransport(nobody)) == b"picture"


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8787", "http://localhost", "https://a.test"])
def test_a_url_of_a_kept_file_is_read_from_the_folder(media: MediaFolder, origin: str) -> None:
    name = media.name_for("run", "node", 0, extension=".png")
    media.write(name, b"picture")

    found = fetch_media(
        f"{origin}/media/{name}", media=media, transport=httpx.MockTransport(nobody)
    )

    assert found == b"picture"


def test_a_lost_reference_says_so(media: MediaFolder) -> None:
    with pytest.raises(NodeFailedError, match="no longer kept here"):
        fetch_media("media:" + "a" * 32 + ".png", media=media)


def test_the_connection_goes_to_the_address_that_was_judged(media: MediaFolder) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"picture")

    assert internet(media, answer, "https://example.com:8443/a.png?b=c#d") == b"picture"
    assert str(seen[0].url) == f"https://{PUBLIC}:8443/a.png?b=c"
    assert seen[0].headers["host"] == "example.com:8443"
    assert seen[0].extensions["sni_hostname"] == "example.com"


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["10.0.0.1"], [PUBLIC, "169.254.169.254"], ["::ffff:8.8.8.8"], []]
)
def test_a_host_with_any_address_inside_is_never_asked(
    media: MediaFolder, addresses: list[str]
) -> None:
    with pytest.raises(NodeFailedError, match="An input could not be fetched"):
        fetch_media(
            "http://inside.example/",
            media=media,
            resolve=resolving_to(*addresses),
            transport=httpx.MockTransport(nobody),
        )


def test_the_loopback_of_others_is_never_asked(media: MediaFolder) -> None:
    with pytest.raises(NodeFailedError, match="leads to this machine itself"):
        fetch_media("http://0x7f.1/", media=media, transport=httpx.MockTransport(nobody))


def test_a_redirect_is_judged_like_the_first_url(media: MediaFolder) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        return ["10.0.0.1"] if host == "inside.example" else [PUBLIC]

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["host"] == "example.com"
        return httpx.Response(302, headers={"location": "http://inside.example/secret"})

    with pytest.raises(NodeFailedError, match=r"inside\.example.*a private network"):
        fetch_media(
            "https://example.com/a",
            media=media,
            resolve=resolve,
            transport=httpx.MockTransport(answer),
        )


def test_a_redirect_to_another_path_is_followed(media: MediaFolder) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/a.png":
            return httpx.Response(301, headers={"location": "../b.png"})
        return httpx.Response(200, content=request.url.path.encode())

    assert internet(media, answer) == b"/b.png"


def test_redirects_end(media: MediaFolder) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(302, headers={"location": f"/{len(asked)}"})

    with pytest.raises(NodeFailedError, match="sends us on too often"):
        internet(media, answer)
    assert len(asked) == 6


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.com/x"])
def test_a_redirect_leads_to_nothing_but_the_web(media: MediaFolder, location: str) -> None:
    with pytest.raises(MagicaError, match="not an http"):
        internet(media, lambda _: httpx.Response(302, headers={"location": location}))


def test_a_file_has_a_largest_size(media: MediaFolder) -> None:
    with pytest.raises(NodeFailedError, match="larger than 1 MB"):
        fetch_media(
            "https://example.com/a.png",
            media=media,
            limits=Limits(megabytes=1),
            resolve=resolving_to(PUBLIC),
            transport=httpx.MockTransport(lambda _: httpx.Response(200, content=b"x" * 1_000_001)),
        )


def test_a_file_that_comes_packed_is_refused(media: MediaFolder) -> None:
    bomb = gzip.compress(gzip.compress(bytes(1_000_000)))
    packed = httpx.Response(200, headers={"content-encoding": "gzip, gzip"}, content=iter([bomb]))

    with pytest.raises(NodeFailedError, match="sent the file packed"):
        internet(media, lambda _: packed)


def test_a_file_has_a_longest_time(media: MediaFolder) -> None:
    ticks = iter(range(0, 1000, 20))

    with pytest.raises(NodeFailedError, match="took too long to send the file"):
        fetch_media(
            "https://example.com/a.png",
            media=media,
            resolve=resolving_to(PUBLIC),
            transport=httpx.MockTransport(
                lambda _: httpx.Response(200, content=iter([b"slow", b"er"]))
            ),
            clock=lambda: next(ticks),
        )


def test_where_one_address_cannot_be_reached_the_next_one_is_tried(media: MediaFolder) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host != PUBLIC:
            raise httpx.ConnectError("no route", request=request)
        return httpx.Response(200, content=b"picture")

    found = fetch_media(
        "https://example.com/a.png",
        media=media,
        resolve=resolving_to("2606:4700::1111", PUBLIC),
        transport=httpx.MockTransport(answer),
    )

    assert found == b"picture"


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (httpx.ReadTimeout("slow"), "example.com took too long to answer"),
        (httpx.ConnectError("refused"), "example.com could not be reached"),
        (httpx.RemoteProtocolError("nonsense"), "example.com could not be reached"),
    ],
)
def test_a_failure_of_the_network_is_told_in_a_sentence(
    media: MediaFolder, failure: Exception, sentence: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(NodeFailedError, match=sentence):
        internet(media, answer)


def test_an_answer_other_than_the_file_is_told(media: MediaFolder) -> None:
    with pytest.raises(NodeFailedError, match=r"example\.com answered 403"):
        internet(media, lambda _: httpx.Response(403))


def test_a_host_that_does_not_exist_is_told(media: MediaFolder) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("unknown")

    with pytest.raises(NodeFailedError, match=r"no machine is called 'example\.com'"):
        fetch_media("https://example.com/", media=media, resolve=resolve)


@pytest.mark.parametrize("url", ["", "cat.png", "http://[bad", "https://me:pw@example.com/"])
def test_what_is_no_url_is_refused(media: MediaFolder, url: str) -> None:
    with pytest.raises(InvalidInputError):
        fetch_media(url, media=media)
