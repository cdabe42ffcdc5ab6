"""A client of our server in virtual time, with a run of local Magica that goes on until told."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from mcp import Client

from magica_mcp.local.dialect import Dialect
from magica_mcp.local.magica import LocalMagica, NewAccount
from tests.conftest import speaking
from tests.llm_stand_in import LlmStandIn
from tests.server.assistant import assistant, told


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
    *,
    name: str = "test",
) -> AsyncIterator[Scene]:
    def end_run() -> None:
        llm.release()
        assert magica.wait_for_run(account.account, run_id, seconds=60)

    llm.hold()
    async with speaking(magica, account, dialect) as through:
        line = Line(through._transport)
        http = httpx.AsyncClient(transport=line, base_url=through.base_url, headers=through.headers)
        async with assistant(http, home, long_poll_seconds=720, seconds=9_000, name=name) as client:
            before = (await told(client, "get_balance", {}))["availableBalance"]
            asked = {"modelId": "gpt_5_4", "prompt": "x"}
            started = await told(client, "execute_tool", {"tool_name": "generate", "input": asked})
            run_id = str(started["runId"])
            yield Scene(client, line, run_id, end_run, before)
