"""A client that cuts its calls off, in virtual seconds: what it gets in the end, and what it pays.

The client, the server and local Magica are the real ones; only time is not.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx
import pytest
from anyio import to_thread
from mcp import Client, MCPError

from benchmarks.simulation.virtual_time import run_virtually
from magica_mcp.local.dialect import Dialect
from magica_mcp.local.magica import LocalMagica, NewAccount
from tests.conftest import speaking
from tests.llm_stand_in import LlmStandIn
from tests.server.assistant import assistant, text_of, told

PATIENCE = 5.0
"""Seconds after which the client cuts a call off."""


@dataclass
class Line(httpx.AsyncBaseTransport):
    """The way to local Magica: which requests are under way, and how many there were."""

    inner: httpx.AsyncBaseTransport
    sent: list[str] = field(default_factory=list)
    under_way: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(f"{request.method} {request.url.path}")
        self.under_way += 1
        try:
            return await self.inner.handle_async_request(request)
        finally:
            self.under_way -= 1


@dataclass
class Scene:
    """A client of our server, with a run that goes on until the language model answers."""

    client: Client
    line: Line
    run_id: str
    end_run: Callable[[], None]
    """Let the run end, and see it over."""
    balance_before: int


@asynccontextmanager
async def scene(
    magica: LocalMagica,
    account: NewAccount,
    home: Path,
    llm: LlmStandIn,
    dialect: Dialect = Dialect.LOCAL,
) -> AsyncIterator[Scene]:
    def end_run() -> None:
        llm.release()
        assert magica.wait_for_run(account.account, run_id, seconds=60)

    llm.hold()
    async with speaking(magica, account, dialect) as through:
        line = Line(through._transport)
        http = httpx.AsyncClient(transport=line, base_url=through.base_url, headers=through.headers)
        async with assistant(http, home, long_poll_seconds=720, seconds=9_000) as client:
            before = (await told(client, "get_balance", {}))["availableBalance"]
            asked = {"modelId": "gpt_5_4", "prompt": "x"}
            started = await told(client, "execute_tool", {"tool_name": "generate", "input": asked})
            run_id = str(started["runId"])
            yield Scene(client, line, run_id, end_run, before)


both_dialects = pytest.mark.parametrize("dialect", list(Dialect))


@both_dialects
def test_a_client_that_cuts_off_gets_its_result_and_pays_once(
    magica: LocalMagica, account: NewAccount, tmp_path: Path, llm: LlmStandIn, dialect: Dialect
) -> None:
    async def story() -> None:
        async with scene(magica, account, tmp_path, llm, dialect) as here:
            asked = {"runId": here.run_id}
            with pytest.raises(MCPError, match=r"(?i)timed out"):
                await here.client.call_tool("get_run_status", asked, PATIENCE)
            again = anyio.current_time()
            early = await here.client.call_tool("get_run_status", asked, PATIENCE)
            second_took = anyio.current_time() - again
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(to_thread.run_sync, here.end_run)
                late = await told(here.client, "get_run_status", asked)
            after = (await told(here.client, "get_balance", {}))["availableBalance"]

        assert PATIENCE / 2 < second_took < PATIENCE
        assert "Nothing was canceled" in text_of(early)
        assert late["status"] == "COMPLETED"
        assert here.balance_before - after == late["creditUsed"] > 0
        assert len(llm.calls) == 1

    run_virtually(story)


@both_dialects
def test_a_canceled_wait_ends_at_once_and_leaves_the_run_alone(
    magica: LocalMagica, account: NewAccount, tmp_path: Path, llm: LlmStandIn, dialect: Dialect
) -> None:
    async def story() -> None:
        async with scene(magica, account, tmp_path, llm, dialect) as here:
            began = anyio.current_time()
            with anyio.move_on_after(PATIENCE) as cut:
                await here.client.call_tool("get_run_status", {"runId": here.run_id})
            took, sent = anyio.current_time() - began, len(here.line.sent)
            await anyio.sleep(0.1)
            under_way = here.line.under_way
            await anyio.sleep(600)
            sent_since = len(here.line.sent) - sent
            await to_thread.run_sync(here.end_run)
            finished = await told(here.client, "get_run_status", {"runId": here.run_id})

        assert cut.cancelled_caught
        assert took == pytest.approx(PATIENCE)
        assert (under_way, sent_since) == (0, 0)
        assert finished["status"] == "COMPLETED"

    run_virtually(story)
