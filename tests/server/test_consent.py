"""The person is asked directly where the client can, in both eras of the protocol."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

import anyio
import httpx
import pytest
from mcp import Client
from mcp.client.context import ClientRequestContext
from mcp.types import (
    ElicitRequestFormParams,
    ElicitRequestParams,
    ElicitResult,
    ErrorData,
)

from magica_mcp.memory import Memory
from magica_mcp.spend.budgets import Limits
from tests.server.assistant import assistant, text_of, told

ASKS = Limits(confirm_above=100_000)
JOB: dict[str, Any] = {
    "tool_name": "generate",
    "input": {"modelId": "nano-banana-pro-text", "prompt": "a fox"},
}
YES = ElicitResult(action="accept", content={"start": True})
Era = Literal["legacy", "auto"]
ERAS: tuple[Era, ...] = ("legacy", "auto")


class Person:
    """Answers every question in the same way, or never; remembers what was asked."""

    def __init__(self, answer: ElicitResult | ErrorData | None) -> None:
        self._answer = answer
        self.asked: list[str] = []

    async def __call__(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult | ErrorData:
        del context
        assert isinstance(params, ElicitRequestFormParams)
        self.asked.append(params.message)
        if self._answer is None:
            await anyio.sleep_forever()
        assert self._answer is not None
        return self._answer

    def at(self, era: Era) -> Callable[..., Client]:
        """A client of this era, behind which the person sits."""
        return partial(Client, mode=era, elicitation_callback=self)


@pytest.mark.parametrize("era", ERAS)
async def test_a_person_who_agrees_starts_the_run(
    era: Era, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    person = Person(YES)
    async with assistant(http, tmp_path, limits=ASKS, connect=person.at(era)) as client:
        started = await told(client, "execute_tool", JOB)

    assert started["runId"]
    assert person.asked == [
        'Start Nano Banana Pro (nano-banana-pro-text) for "a fox" and pay 0.195 credits?'
    ]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "answer",
    [
        ElicitResult(action="decline"),
        ElicitResult(action="cancel"),
        ElicitResult(action="accept", content={"start": False}),
        ElicitResult(action="accept", content={"start": "perhaps"}),
        ElicitResult(action="accept"),
    ],
    ids=["decline", "cancel", "unticked", "unreadable", "empty"],
)
async def test_whatever_is_not_a_yes_falls_back_to_an_approval(
    answer: ElicitResult, era: Era, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    person = Person(answer)
    async with assistant(http, tmp_path, limits=ASKS, connect=person.at(era)) as client:
        offer = await client.call_tool("execute_tool", JOB)
        facts = offer.structured_content or {}
        started = await told(client, "execute_tool", {**JOB, "approval": facts["approval"]})

    assert "The person was asked and did not agree (or the client could not ask)" in text_of(offer)
    assert facts["personDeclined"] is True
    assert started["runId"]
    assert len(person.asked) == 1


async def test_a_person_who_does_not_answer_is_waited_for_only_as_long_as_the_client_bears(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    known = {"cuts": [], "limit": 0.1, "in_full": 0}
    Memory(tmp_path / "memory.sqlite").change_client("test", lambda _: json.dumps(known))
    person = Person(answer=None)
    async with assistant(http, tmp_path, limits=ASKS, connect=person.at("legacy")) as client:
        offer = await told(client, "execute_tool", JOB)

    assert offer["started"] is False
    assert len(person.asked) == 1


async def test_a_client_that_fails_to_ask_falls_back_to_an_approval(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    person = Person(ErrorData(code=-32603, message="no window"))
    async with assistant(http, tmp_path, limits=ASKS, connect=person.at("legacy")) as client:
        offer = await told(client, "execute_tool", JOB)

    assert offer["approval"]


@pytest.mark.parametrize("era", ERAS)
async def test_a_workflow_is_asked_about_too(
    era: Era, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    person = Person(YES)
    call = {"workflowId": "nano_banana_pro", "values": {"prompt": "a fox"}}
    async with assistant(http, tmp_path, limits=ASKS, connect=person.at(era)) as client:
        await told(client, "start_run", {"workflowId": "nano_banana_pro"})
        started = await told(client, "start_run", call)

    assert started["runId"]
    assert person.asked == ['Start Nano Banana Pro for "a fox" and pay 0.195 credits?']


@pytest.mark.parametrize("era", ERAS)
async def test_a_batch_is_one_question(era: Era, http: httpx.AsyncClient, tmp_path: Path) -> None:
    person = Person(YES)
    items = [{**JOB["input"], "prompt": prompt} for prompt in ("a", "b", "c")]
    call = {"tool_name": "batch_execute", "input": {"items": items}}
    async with assistant(http, tmp_path, limits=ASKS, connect=person.at(era)) as client:
        results = (await told(client, "execute_tool", call))["results"]

    assert all(result["runId"] for result in results)
    assert person.asked == ["Start the batch of 3 runs and pay 0.585 credits?"]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "limits",
    [Limits(), Limits(confirm_above=195_000), Limits(confirm_above=0, per_run=1)],
    ids=["nothing to agree to", "below the limit", "over the budget"],
)
async def test_nobody_is_asked_where_the_answer_would_change_nothing(
    limits: Limits, era: Era, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    person = Person(YES)
    async with assistant(http, tmp_path, limits=limits, connect=person.at(era)) as client:
        await client.call_tool("execute_tool", JOB)

    assert person.asked == []


@pytest.mark.parametrize("era", ERAS)
async def test_nobody_is_asked_about_a_run_that_was_started_already(
    era: Era, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    person = Person(YES)
    async with assistant(http, tmp_path, limits=ASKS, connect=person.at(era)) as client:
        first = await told(client, "execute_tool", JOB)
        again = await told(client, "execute_tool", JOB)

    assert again["runId"] == first["runId"]
    assert len(person.asked) == 1


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_that_is_known_to_ask_nobody_is_not_asked(
    era: Era, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    person = Person(YES)
    connect = person.at(era)
    async with assistant(http, tmp_path, limits=ASKS, name="claude-ai", connect=connect) as client:
        offer = await told(client, "execute_tool", JOB)

    assert offer["personDeclined"] is False
    assert person.asked == []


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_that_cannot_ask_gets_an_approval(
    era: Era, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    connect = partial(Client, mode=era)
    async with assistant(http, tmp_path, limits=ASKS, connect=connect) as client:
        offer = await told(client, "execute_tool", JOB)

    assert offer["approval"]
    assert offer["personDeclined"] is False


async def test_what_is_worked_out_before_the_tool_runs_is_no_argument_of_it(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        answer = await client.call_tool("execute_tool", {**JOB, "agreed": {"start": True}})

    shown = set(tools["execute_tool"].input_schema["properties"])
    assert shown >= {"tool_name", "input", "again", "approval"}
    assert not shown & {"asked", "agreed", "bill"}
    assert "has no argument 'agreed'" in text_of(answer)
