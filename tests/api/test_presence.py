"""Whether a file is still there, asked without fetching it."""

import httpx
import pytest

from tests.api.stage import Reply, Stage, answer

URL = "https://magica.test/media/cat.png"
PATH = "/media/cat.png"


async def found(reply: Reply) -> str | None:
    return await Stage({f"HEAD {PATH}": reply, f"GET {PATH}": reply}).client.present_url(URL)


async def test_a_file_that_is_there_is_where_it_was() -> None:
    assert await found(answer({})) == URL


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_file_that_is_gone_is_nowhere(status: int) -> None:
    gone = answer({}, status)
    stage = Stage({f"HEAD {PATH}": gone, f"GET {PATH}": gone})

    assert await stage.client.present_url(URL) is None


async def test_a_host_that_gives_no_head_alone_is_asked_for_the_file() -> None:
    stage = Stage({f"HEAD {PATH}": answer({}, 403), f"GET {PATH}": answer({})})

    assert await stage.client.present_url(URL) == URL


@pytest.mark.parametrize(
    "trouble", [answer({}, 405), answer({}, 503), httpx.ConnectError("no"), httpx.ReadTimeout("")]
)
async def test_where_nothing_is_learned_a_file_is_believed(trouble: Reply) -> None:
    assert await found(trouble) == URL


async def test_only_local_magica_may_say_that_a_file_is_elsewhere() -> None:
    elsewhere = answer({}, content_location="https://other.test/cat.png")

    assert await found(elsewhere) == URL


async def test_nothing_is_asked_of_what_is_no_url() -> None:
    stage = Stage({})

    assert await stage.client.present_url("no url") == "no url"
    assert stage.sent == []
