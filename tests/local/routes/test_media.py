import httpx
import pytest

from magica_mcp.local.magica import LocalMagica
from magica_mcp.local.routes.media import content_type_of

CONTENT = b"0123456789"


@pytest.fixture
def path(magica: LocalMagica) -> str:
    """Where a file of ten bytes is found."""
    name = magica.media.name_for("run", "node", 0, extension="png")
    magica.media.write(name, CONTENT)
    return f"/media/{name}"


async def get(http: httpx.AsyncClient, path: str, **headers: str) -> httpx.Response:
    """Ask for a path outside `/api`, without a key."""
    return await http.get(f"http://127.0.0.1{path}", headers={"Authorization": "", **headers})


async def test_a_file_is_sent_without_a_key(http: httpx.AsyncClient, path: str) -> None:
    answer = await get(http, path)

    assert (answer.status_code, answer.content) == (200, CONTENT)


async def test_a_file_may_be_kept_forever(http: httpx.AsyncClient, path: str) -> None:
    answer = await get(http, path)

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_part_of_a_file_can_be_asked_for(http: httpx.AsyncClient, path: str) -> None:
    answer = await get(http, path, Range="bytes=2-4")

    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer.headers["content-range"] == "bytes 2-4/10"


async def test_a_file_can_be_asked_about_without_its_content(
    http: httpx.AsyncClient, path: str
) -> None:
    answer = await http.head(f"http://127.0.0.1{path}")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "10"


@pytest.mark.parametrize(
    "path",
    [
        f"/media/{'0' * 32}.png",
        "/media/../local/local.json",
        "/media/..%2Flocal.json",
        "/media/x",
        "/media/",
    ],
)
async def test_a_name_that_is_not_kept_is_not_found(http: httpx.AsyncClient, path: str) -> None:
    answer = await get(http, path)

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.png", "image/png"),
        ("a.MP4", "video/mp4"),
        ("a.wav", "audio/wav"),
        ("a.html", "application/octet-stream"),
        ("a.svg", "application/octet-stream"),
        ("a", "application/octet-stream"),
    ],
)
def test_a_content_type_follows_from_the_name_and_is_never_a_page(
    name: str, content_type: str
) -> None:
    assert content_type_of(name) == content_type
