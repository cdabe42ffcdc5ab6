"""A wait on hosted Magica that meets trouble: what passes is sat out, what does not ends it."""

import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx
import pytest
from mcp import Client
from mcp.types import CallToolResult

from benchmarks.simulation.virtual_time import run_virtually
from tests.api.stage import answer, recorded, web_page
from tests.server.assistant import assistant, text_of

Trouble = Callable[[], httpx.Response]
RUNNING = recorded("run_running_brief")
RUN = str(RUNNING.json()["id"])
DONE = answer({"runId": RUN, "status": "COMPLETED", "response": {"result": "Done."}, "nodes": []})
WINDOW = 600.0


def failing(error: Exception, cause: Exception | None = None) -> Trouble:
    """A connection that fails like this."""

    def fail() -> httpx.Response:
        raise error from cause

    return fail


def said(reply: httpx.Response) -> Trouble:
    return lambda: reply


NO_SUCH_NAME = failing(
    httpx.ConnectError("[Errno -2] Name or service not known"),
    socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
)
NO_NETWORK = failing(
    httpx.ConnectError("[Errno -3] Temporary failure in name resolution"),
    socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
)
REVOKED = said(recorded("error_401", 401))
ELSEWHERE = {
    "a web page": said(web_page(200)),
    "a page that is not found": said(web_page(404)),
    "a refusal with a web page": said(web_page(403)),
    "a redirect": said(httpx.Response(307, headers={"location": "https://elsewhere.test"})),
    "a name that nobody has": NO_SUCH_NAME,
}
PASSING = {
    "503": said(answer({"error": "no"}, 503)),
    "a web page with 502": said(web_page(502)),
    "429": said(answer({"error": "no"}, 429, retry_after="20")),
    "a connection that is reset": failing(httpx.ReadError("connection reset")),
    "a connection that is refused": failing(httpx.ConnectError("connection refused")),
    "a time-out": failing(httpx.ReadTimeout("slow")),
    "no network": NO_NETWORK,
    "half an answer": said(httpx.Response(200, text='{"id": "cm')),
}


class Other(httpx.AsyncBaseTransport):
    """The other end: its answers by moments from which on they are given."""

    def __init__(self, *answers: tuple[float, Trouble]) -> None:
        self._answers = answers

    async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
        now = anyio.current_time()
        give = [each for since, each in self._answers if since <= now][-1]
        given = give()
        return httpx.Response(given.status_code, headers=given.headers, content=given.content)


@asynccontextmanager
async def client_of(other: Other, home: Path) -> AsyncIterator[Client]:
    async with (
        httpx.AsyncClient(transport=other, base_url="https://magica.test/api/") as http,
        assistant(http, home, long_poll_seconds=720, seconds=9_000) as client,
    ):
        yield client


def waited(
    home: Path, *answers: tuple[float, Trouble], runs: Sequence[str] = (RUN,)
) -> tuple[CallToolResult, float]:
    """What a wait answers, and after how many seconds."""
    asked = {"runIds": list(runs), "waitSeconds": WINDOW}

    async def story() -> tuple[CallToolResult, float]:
        async with client_of(Other(*answers), home) as client:
            began = anyio.current_time()
            found = await client.call_tool("get_run_status", asked)
            return found, anyio.current_time() - began

    return run_virtually(story)


@pytest.mark.parametrize("trouble", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_wrong_address_ends_a_wait_at_once_and_says_what_to_set(
    tmp_path: Path, trouble: Trouble
) -> None:
    found, seconds = waited(tmp_path, (0, trouble))

    assert (found.is_error, seconds < 10) == (True, True)
    assert "MAGICA_BASE_URL" in text_of(found)
    assert f'Next, then: get_run_status {{"runId": "{RUN}"}}' in text_of(found)


@pytest.mark.parametrize("trouble", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_wrong_address_ends_a_wait_for_several_runs_too(tmp_path: Path, trouble: Trouble) -> None:
    found, seconds = waited(tmp_path, (0, trouble), runs=(RUN, "cm2"))

    assert (found.is_error, seconds < 15) == (True, True)
    assert f'{{"runIds": ["{RUN}", "cm2"]}}' in text_of(found)


@pytest.mark.parametrize("trouble", ELSEWHERE.values(), ids=ELSEWHERE)
def test_an_address_that_was_right_before_is_believed_to_be_right_again(
    tmp_path: Path, trouble: Trouble
) -> None:
    found, _ = waited(tmp_path, (0, said(RUNNING)), (10, trouble), (150, said(DONE)))

    assert text_of(found).startswith("Completed")


@pytest.mark.parametrize("since", [0, 30])
def test_a_key_that_is_revoked_ends_a_wait_at_once(tmp_path: Path, since: float) -> None:
    found, seconds = waited(tmp_path, (0, said(RUNNING)), (since, REVOKED))

    assert (found.is_error, seconds <= since + 65) == (True, True)
    assert "MAGICA_API_KEY" in text_of(found)
    assert found.structured_content is not None
    assert found.structured_content["code"] == "UNAUTHORIZED"
    assert found.structured_content["next"]["arguments"] == {"runId": RUN}


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING)
def test_what_passes_is_sat_out_within_the_window(tmp_path: Path, trouble: Trouble) -> None:
    found, seconds = waited(tmp_path, (0, trouble), (120, said(DONE)))

    assert text_of(found).startswith("Completed")
    assert 120 <= seconds < 200


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING)
def test_what_does_not_pass_is_told_with_the_run_when_time_is_up(
    tmp_path: Path, trouble: Trouble
) -> None:
    found, seconds = waited(tmp_path, (0, trouble))

    assert found.is_error
    assert WINDOW <= seconds < WINDOW + 30
    assert f'Next, then: get_run_status {{"runId": "{RUN}"}}' in text_of(found)


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING)
def test_a_run_that_was_seen_once_is_told_as_it_was_then(tmp_path: Path, trouble: Trouble) -> None:
    found, seconds = waited(tmp_path, (0, said(RUNNING)), (10, trouble))

    assert not found.is_error
    assert WINDOW <= seconds < WINDOW + 30
    assert f'Next: get_run_status {{"runId": "{RUN}"}}' in text_of(found)


def test_a_run_that_nobody_knows_is_named_at_once(tmp_path: Path) -> None:
    found, seconds = waited(tmp_path, (0, said(recorded("error_404_type", 404))))

    assert (found.is_error, seconds < 10) == (True, True)
    assert RUN in text_of(found)
    assert "goes on" not in text_of(found)
