"""Real servers on one home, killed while they pay or asked at the same moment: one run each."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
from anyio.abc import ByteSendStream
from anyio.streams.buffered import BufferedByteReceiveStream
from mcp import Client
from mcp.types import CallToolResult

from magica_mcp.local.app import create_app
from magica_mcp.local.dialect import Dialect
from tests.journeys.conftest import stdio
from tests.journeys.gate import Gate, Held, open_to_processes
from tests.journeys.processes import clean_environment
from tests.patience import LONG_ENOUGH
from tests.server.assistant import text_of

if TYPE_CHECKING:
    from magica_mcp.local.magica import LocalMagica, NewAccount

LONGEST_LINE = 1_000_000
ROUNDS = 3
GENERATE: dict[str, Any] = {
    "tool_name": "generate",
    "input": {"modelId": "nano-banana-pro-text", "prompt": "a fox"},
}
START: dict[str, Any] = {"workflowId": "gpt_5_4", "values": {"prompt": "a fox"}}
PATHS = {"execute_tool": GENERATE, "start_run": START}
INITIALIZE = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "a client that is not told of the end", "version": "1.0"},
}


class Magica:
    """Local Magica behind its gate, and the environment of servers that share a home."""

    def __init__(self, gate: Gate, environment: dict[str, str], http: httpx.AsyncClient) -> None:
        self.gate, self.environment, self._http = gate, environment, http

    async def run_ids(self) -> list[str]:
        """Every run of the account, as Magica itself lists them, once each is over."""
        of_models = (await self._http.get("v1/nodes/runs")).json()["items"]
        of_workflows = (await self._http.get("v1/runs")).json()["items"]
        ids = {str(run["id"]): "nodes/runs" for run in of_models}
        ids |= {str(run["id"]): "runs" for run in of_workflows}
        for run_id, path in ids.items():
            await self._http.get(f"v1/{path}/{run_id}", params={"wait": 60})
        return list(ids)


@asynccontextmanager
async def behind_a_gate(
    magica: "LocalMagica",
    account: "NewAccount",
    http: httpx.AsyncClient,
    home: Path,
    *,
    held: Held | None = None,
    dialect: Dialect = Dialect.LOCAL,
) -> AsyncIterator[Magica]:
    """`http` speaks to Magica past the gate, in the dialect that lists every run."""
    gate = Gate(create_app(magica, dialect=dialect), held)
    with anyio.fail_after(LONG_ENOUGH):
        async with open_to_processes(gate) as base:
            settings = {"MAGICA_API_KEY": account.key, "MAGICA_BASE_URL": base}
            yield Magica(gate, clean_environment(home, **settings), http)


async def told_to(process: ByteSendStream, method: str, **message: Any) -> None:
    line = json.dumps({"jsonrpc": "2.0", "method": method, **message})
    await process.send(f"{line}\n".encode())


async def killed_while_paying(magica: Magica, tool: str, arguments: Mapping[str, Any]) -> None:
    """A server gets a call, and SIGKILL while its paid request is at the gate."""
    command = [sys.executable, "-m", "magica_mcp"]
    async with await anyio.open_process(
        command, stderr=subprocess.DEVNULL, env=magica.environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            await told_to(process.stdin, "initialize", id=1, params=INITIALIZE)
            await BufferedByteReceiveStream(process.stdout).receive_until(b"\n", LONGEST_LINE)
            await told_to(process.stdin, "notifications/initialized")
            call = {"name": tool, "arguments": arguments}
            await told_to(process.stdin, "tools/call", id=2, params=call)
            await magica.gate.reached.wait()
        finally:
            process.kill()
    magica.gate.open()


def run_id_of(answer: CallToolResult) -> str:
    assert not answer.is_error, text_of(answer)
    assert answer.structured_content is not None
    return str(answer.structured_content["runId"])


@pytest.mark.parametrize(
    ("tool", "dialect"), [("execute_tool", Dialect.HOSTED), ("start_run", Dialect.LOCAL)]
)
async def test_a_server_killed_before_the_answer_leaves_a_run_that_the_next_one_adopts(
    tool: str,
    dialect: Dialect,
    magica: "LocalMagica",
    account: "NewAccount",
    http: httpx.AsyncClient,
    tmp_path: Path,
) -> None:
    async with behind_a_gate(
        magica, account, http, tmp_path, held=Held.ANSWER, dialect=dialect
    ) as place:
        await killed_while_paying(place, tool, PATHS[tool])
        started = await place.run_ids()
        async with Client(stdio(place.environment)) as client:
            found = await client.call_tool(tool, PATHS[tool])
            again = await client.call_tool(tool, PATHS[tool])
        ends = await place.run_ids()

    assert started == ends == [run_id_of(found)]
    assert run_id_of(again) == run_id_of(found)
    assert "found among the recent runs" in text_of(found)
    assert "This is the run you already started" in text_of(again)


async def test_a_server_killed_before_its_request_arrives_is_not_outdone_by_the_next_one(
    magica: "LocalMagica", account: "NewAccount", http: httpx.AsyncClient, tmp_path: Path
) -> None:
    """The one story here with the real ten seconds between two searches."""
    async with behind_a_gate(magica, account, http, tmp_path, held=Held.REQUEST) as place:
        await killed_while_paying(place, "start_run", START)
        async with Client(stdio(place.environment)) as client:
            unknown = await client.call_tool("start_run", START)
            before = await place.run_ids()
            meant = await client.call_tool("start_run", {**START, "again": True})
        after = await place.run_ids()

    assert unknown.is_error
    assert "searched twice over ten seconds" in text_of(unknown)
    assert "call with again: true" in text_of(unknown)
    assert before == []
    assert after == [run_id_of(meant)]


async def test_two_servers_that_share_a_home_start_one_run_for_what_both_are_asked(
    magica: "LocalMagica", account: "NewAccount", http: httpx.AsyncClient, tmp_path: Path
) -> None:
    answers: dict[str, list[str]] = {f"fox {number}": [] for number in range(ROUNDS)}

    async def ask(client: Client, prompt: str) -> None:
        call = {"workflowId": "gpt_5_4", "values": {"prompt": prompt}}
        answers[prompt].append(run_id_of(await client.call_tool("start_run", call)))

    async with (
        behind_a_gate(magica, account, http, tmp_path) as place,
        Client(stdio(place.environment)) as one,
        Client(stdio(place.environment)) as other,
    ):
        async with anyio.create_task_group() as tasks:
            for prompt in answers:
                tasks.start_soon(ask, one, prompt)
                tasks.start_soon(ask, other, prompt)
        started = await place.run_ids()

    assert all(len(ids) == 2 and len(set(ids)) == 1 for ids in answers.values())
    assert sorted(started) == sorted(ids[0] for ids in answers.values())
