"""The same wish is sent once, whatever the network does to it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client
from mcp.types import CallToolResult

from tests.llm_stand_in import LlmStandIn
from tests.server.assistant import assistant, text_of
from tests.server.faults import Fault, FaultyNetwork

GENERATE: dict[str, Any] = {
    "tool_name": "generate",
    "input": {"modelId": "gpt_5_4", "prompt": "a fox"},
}
START: dict[str, Any] = {"workflowId": "gpt_5_4", "values": {"prompt": "a fox"}}
PATHS = {"execute_tool": GENERATE, "start_run": START}
both_paths = pytest.mark.parametrize("tool", PATHS)


async def at_once(_: float) -> None:
    await anyio.lowlevel.checkpoint()


@asynccontextmanager
async def between(
    http: httpx.AsyncClient, home: Path, faults: Iterable[Fault] = ()
) -> AsyncIterator[tuple[Client, FaultyNetwork]]:
    """An assistant whose starts meet these faults, one after the other."""
    network = FaultyNetwork(http._transport, faults)
    async with (
        httpx.AsyncClient(
            transport=network, base_url=http.base_url, headers=http.headers
        ) as through,
        assistant(through, home, sleep=at_once) as client,
    ):
        yield client, network


def run_id_of(answer: CallToolResult) -> str:
    assert not answer.is_error, text_of(answer)
    assert answer.structured_content is not None
    return str(answer.structured_content["runId"])


@both_paths
async def test_the_same_call_again_answers_with_the_run_that_was_started(
    tool: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with between(http, tmp_path) as (client, network):
        first = await client.call_tool(tool, PATHS[tool])
        second = await client.call_tool(tool, PATHS[tool])

    assert run_id_of(second) == run_id_of(first)
    assert "This is the run you already started" in text_of(second)
    assert "again: true" in text_of(second)
    assert network.run_ids == [run_id_of(first)]


@both_paths
async def test_again_starts_one_more_and_its_retry_none(
    tool: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with between(http, tmp_path) as (client, network):
        first = await client.call_tool(tool, PATHS[tool])
        more = await client.call_tool(tool, {**PATHS[tool], "again": True})
        retried = await client.call_tool(tool, {**PATHS[tool], "again": "true"})

    assert run_id_of(more) != run_id_of(first)
    assert run_id_of(retried) == run_id_of(more)
    assert f'again: "{run_id_of(more)}"' in text_of(retried)
    assert len(network.run_ids) == 2


async def test_a_third_run_is_asked_for_by_naming_the_second(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with between(http, tmp_path) as (client, network):
        await client.call_tool("start_run", START)
        second = await client.call_tool("start_run", {**START, "again": True})
        asked = {**START, "again": run_id_of(second)}
        third = await client.call_tool("start_run", asked)
        retried = await client.call_tool("start_run", asked)

    assert run_id_of(third) == run_id_of(retried)
    assert len(network.run_ids) == 3


@pytest.mark.parametrize(
    "spelling",
    [
        {"prompt": "a fox", "temperature": 0.7},
        {"temperature": "0.70", "prompt": "a fox"},
        {"prompt": "a fox", "max_tokens": None},
    ],
)
async def test_a_request_that_is_spelled_otherwise_is_the_same_wish(
    spelling: dict[str, Any], http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with between(http, tmp_path) as (client, network):
        await client.call_tool("execute_tool", GENERATE)
        spelled = {"tool_name": "generate", "input": {**spelling, "model_id": "GPT_5_4"}}
        answer = await client.call_tool("execute_tool", spelled)

    assert network.run_ids == [run_id_of(answer)]


@both_paths
@pytest.mark.parametrize(
    "fault",
    [
        Fault.DROPPED_ANSWER,
        Fault.LATE,
        Fault.FAILED_500,
        Fault.FAILED_502,
        Fault.CUT,
    ],
)
async def test_a_run_whose_start_was_never_answered_is_found_and_adopted(
    fault: Fault, tool: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with between(http, tmp_path, [fault]) as (client, network):
        answer = await client.call_tool(tool, PATHS[tool])

    assert network.run_ids == [run_id_of(answer)]
    assert "found among the recent runs" in text_of(answer)


@both_paths
@pytest.mark.parametrize("fault", [Fault.DROPPED_REQUEST, Fault.REFUSED_502])
async def test_a_start_that_left_no_trace_is_not_repeated_and_says_what_again_would_do(
    fault: Fault, tool: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with between(http, tmp_path, [fault]) as (client, network):
        answers = [await client.call_tool(tool, PATHS[tool]) for _ in range(3)]
        meant = await client.call_tool(tool, {**PATHS[tool], "again": True})

    for answer in answers:
        assert answer.is_error
        assert "searched twice over ten seconds" in text_of(answer)
        assert "call with again: true: that is a new run of about 0.0001 credits" in text_of(answer)
    assert network.run_ids == [run_id_of(meant)]


async def test_a_limit_that_answers_a_start_is_believed_only_after_a_look(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with between(http, tmp_path, [Fault.LIMITED_429]) as (client, network):
        limited = await client.call_tool("start_run", START)
        found = await client.call_tool("start_run", START)

    assert "looks first whether the run was accepted" in text_of(limited)
    assert network.run_ids == [run_id_of(found)]


async def test_a_start_that_never_left_may_simply_be_made_again(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    faults = [Fault.UNREACHABLE] * 3
    async with between(http, tmp_path, faults) as (client, network):
        refused = await client.call_tool("start_run", START)
        started = await client.call_tool("start_run", START)

    assert refused.is_error
    assert "Nothing was started and nothing was charged" in text_of(refused)
    assert network.run_ids == [run_id_of(started)]


async def test_a_run_is_not_adopted_for_another_input(
    http: httpx.AsyncClient, tmp_path: Path, llm: LlmStandIn
) -> None:
    """A run of the same model at the same time, from elsewhere: the inputs tell them apart."""
    await http.post("v1/nodes/gpt_5_4/run", json={"input": {"prompt": "an owl"}})
    async with between(http, tmp_path, [Fault.DROPPED_REQUEST]) as (client, _):
        answer = await client.call_tool("execute_tool", GENERATE)

    assert answer.is_error
    assert "none of them is it" in text_of(answer)
