"""Twenty starts in a row, through the tools, on a key with its real limits; time is virtual."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client

from benchmarks.simulation.virtual_time import run_virtually
from magica_mcp.local.dialect import Dialect
from magica_mcp.local.magica import LocalMagica, NewAccount
from magica_mcp.local.rates import STRICT, Tally, counted
from tests.conftest import speaking
from tests.llm_stand_in import LlmStandIn
from tests.server.assistant import assistant, told

STARTS = 20
TEMPLATE = "nano_banana_pro"
EPOCH = 1_790_000_000.0
"""Seconds since 1970 at which virtual time begins."""


def now() -> float:
    return EPOCH + anyio.current_time()


class Gate(httpx.AsyncBaseTransport):
    """Counts as local Magica does with `--strict`, by virtual time."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner, self._tally = inner, Tally()
        self.asked: list[str] = []
        self.refused = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        self._tally, verdict = counted(self._tally, STRICT, now=now())
        assert verdict is not None
        if not verdict.is_allowed:
            self.refused += 1
            return httpx.Response(429, json={"error": "limit"}, headers=verdict.headers(now()))
        answer = await self._inner.handle_async_request(request)
        answer.headers.update(verdict.headers(now()))
        return answer

    def count(self, *, ending: str) -> int:
        return sum(each.endswith(ending) for each in self.asked)


@asynccontextmanager
async def limited(
    magica: LocalMagica, account: NewAccount, home: Path
) -> AsyncIterator[tuple[Client, Gate]]:
    """A client on the hosted dialect, which says after each answer what is left."""
    async with speaking(magica, account, Dialect.HOSTED) as through:
        gate = Gate(through._transport)
        http = httpx.AsyncClient(transport=gate, base_url=through.base_url, headers=through.headers)
        async with assistant(http, home, seconds=9_000, now=now) as client:
            yield client, gate


async def make_workflow(client: Client) -> dict[str, Any]:
    """'Lines', which has a language model answer its one field: what create_workflow told."""
    field = {"name": "Question", "type": "text", "value": "Why?"}
    made = await told(client, "create_workflow", {"name": "Lines", "requestFields": [field]})
    workflow = {"workflowId": made["workflowId"]}
    node = await told(client, "add_node", {**workflow, "nodeType": "gpt_5_4"})
    request, response, words = made["requestNodeId"], made["responseNodeId"], node["nodeId"]
    asked = made["requestFields"][0]["fieldId"]
    for ends in ((request, asked, words, "in:prompt"), (words, "out:output", response, "result")):
        names = ("sourceNodeId", "sourceHandle", "targetNodeId", "targetHandle")
        await told(client, "connect_nodes", {**workflow, **dict(zip(names, ends, strict=True))})
    return made


def test_starts_of_an_own_workflow_by_its_name_never_meet_a_limit(
    magica: LocalMagica, account: NewAccount, tmp_path: Path, llm: LlmStandIn
) -> None:
    async def story() -> tuple[Gate, int]:
        async with limited(magica, account, tmp_path) as (client, gate):
            made = await make_workflow(client)
            request, field = made["requestNodeId"], made["requestFields"][0]["fieldId"]
            before = len(gate.asked)
            await told(client, "start_run", {"workflowId": "Lines"})
            for number in range(STARTS):
                values = {request: {field: f"Why {number}?"}}
                await told(client, "start_run", {"workflowId": "Lines", "values": values})
            return gate, len(gate.asked) - before

    gate, asked = run_virtually(story)
    assert gate.refused == 0
    assert gate.count(ending="/api/v1/runs") == STARTS
    assert asked <= 2 * STARTS + 10  # each start costs itself and the price of its values


@pytest.mark.parametrize("model", ["gpt_5_4", "nano_banana_2"])
def test_starts_of_a_model_never_meet_a_limit(
    magica: LocalMagica, account: NewAccount, tmp_path: Path, llm: LlmStandIn, model: str
) -> None:
    llm.hold()

    async def story() -> Gate:
        async with limited(magica, account, tmp_path) as (client, gate):
            await told(client, "search_tools", {"query": "image"})
            await told(client, "get_model_schema", {"modelId": model})
            for number in range(STARTS):
                asked = {"modelId": model, "prompt": f"Number {number}"}
                await told(client, "execute_tool", {"tool_name": "generate", "input": asked})
            return gate

    gate = run_virtually(story)
    llm.release()
    assert gate.refused == 0
    assert gate.count(ending=f"/{model}/run") == STARTS
    assert len(gate.asked) <= 2 * STARTS + 10


def test_starts_of_a_template_never_meet_a_limit(
    magica: LocalMagica, account: NewAccount, tmp_path: Path, llm: LlmStandIn
) -> None:
    async def story() -> Gate:
        async with limited(magica, account, tmp_path) as (client, gate):
            found = await told(client, "start_run", {"workflowId": TEMPLATE})
            (field, *_) = found["fields"]
            for number in range(STARTS):
                values = {field["nodeId"]: {field["fieldId"]: f"Number {number}"}}
                await told(client, "start_run", {"workflowId": TEMPLATE, "values": values})
            return gate

    gate = run_virtually(story)
    assert gate.refused == 0
    assert gate.count(ending="/api/v1/runs") == STARTS
    assert len(gate.asked) <= 2 * STARTS + 10
