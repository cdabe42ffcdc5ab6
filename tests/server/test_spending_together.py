"""Two processes that share a home, and a journal that cannot be used."""

from collections.abc import Callable
from pathlib import Path

import anyio
import httpx
import pytest
from mcp import Client
from mcp.types import CallToolResult

from magica_mcp.spend.journal import Journal
from tests.server.assistant import assistant, text_of
from tests.server.faults import FaultyNetwork

START = {"workflowId": "gpt_5_4", "values": {"prompt": "a fox"}}


async def test_two_processes_with_the_same_request_at_the_same_moment_start_one_run(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    network, answers = FaultyNetwork(http._transport), list[CallToolResult]()
    async with (
        httpx.AsyncClient(
            transport=network, base_url=http.base_url, headers=http.headers
        ) as through,
        assistant(through, tmp_path) as one,
        assistant(through, tmp_path) as other,
    ):

        async def ask(client: Client) -> None:
            answers.append(await client.call_tool("start_run", START))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, one)
            tasks.start_soon(ask, other)

    ids = [(answer.structured_content or {}).get("runId") for answer in answers]
    assert network.run_ids == [ids[0]]
    assert ids[0] == ids[1]


def broken(file: Path) -> None:
    file.write_bytes(b"this is not a database, but it is long enough" * 200)


def read_only(file: Path) -> None:
    """As SQLite sees a file in a format that only a later version may write."""
    journal = Journal(file)
    journal.spent("test")
    journal.close()
    content = bytearray(file.read_bytes())
    content[18] = 9
    file.write_bytes(content)


@pytest.mark.parametrize("spoil", [broken, read_only])
async def test_a_journal_that_cannot_be_used_stops_spending_and_no_reading(
    spoil: Callable[[Path], None], http: httpx.AsyncClient, tmp_path: Path
) -> None:
    spoil(tmp_path / "journal.sqlite")
    run = (await http.post("v1/nodes/gpt_5_4/run", json={"input": {"prompt": "x"}})).json()
    network = FaultyNetwork(http._transport)
    async with (
        httpx.AsyncClient(
            transport=network, base_url=http.base_url, headers=http.headers
        ) as through,
        assistant(through, tmp_path) as client,
    ):
        refused = await client.call_tool("start_run", START)
        seen = await client.call_tool("get_run_status", {"runId": run["runId"]})
        balance = await client.call_tool("get_balance", {})

    assert refused.is_error
    assert "so nothing new is started" in text_of(refused)
    assert network.run_ids == []
    assert not seen.is_error
    assert not balance.is_error
