"""A price above the limit is shown before it is paid, and agreed to by handing back its token."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from magica_mcp.spend.budgets import Limits
from magica_mcp.spend.journal import Journal
from tests.server.assistant import assistant, text_of, told

ASKS = Limits(confirm_above=100_000)
ASKS_ALWAYS = Limits(confirm_above=0)
FOX = {"modelId": "nano-banana-pro-text", "prompt": "a fox"}
JOB = {"tool_name": "generate", "input": FOX}
SMALL = {"modelId": "nano_banana_2", "prompt": "x", "resolution": "512"}
BATCH = {
    "tool_name": "batch_execute",
    "input": {"items": [{**SMALL, "prompt": prompt} for prompt in ("a", "b")]},
}


async def runs_of(client: Client) -> int:
    """How many runs were paid for, by what today came to."""
    today = (await told(client, "get_balance", {}))["today"]
    return int((today["charged"] + today["reserved"]) / 195_000)


async def shown(client: Client, tool: str, call: dict[str, Any]) -> dict[str, Any]:
    """The answer of a call that is not paid because its price must be agreed to."""
    answer = await told(client, tool, call)
    assert answer["started"] is False, answer
    return answer


async def approved(client: Client, tool: str, call: dict[str, Any]) -> dict[str, Any]:
    """The call with the approval that its price came with."""
    return {**call, "approval": (await shown(client, tool, call))["approval"]}


async def refused(client: Client, call: dict[str, Any]) -> str:
    """The sentence of a call whose approval is not good."""
    answer = await client.call_tool("execute_tool", call)
    assert answer.is_error
    assert (answer.structured_content or {})["code"] == "APPROVAL_REFUSED"
    assert "Make the call without approval" in text_of(answer)
    return text_of(answer)


# What is shown --------------------------------------------------------------------------------


async def test_a_dear_call_answers_with_its_price_and_starts_nothing(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=ASKS) as client:
        answer = await client.call_tool("execute_tool", JOB)
        paid = await runs_of(client)

    text, facts = text_of(answer), answer.structured_content or {}
    assert not answer.is_error
    assert "Not started, and nothing was charged: Nano Banana Pro" in text
    assert "costs 0.195 credits, and above 0.1 credits" in text
    assert "Balance after it: 99.805 credits." in text
    assert f'"approval": "{facts["approval"]}"' in text
    assert (facts["estimate"], facts["runId"]) == ({"microcredits": 195_000}, None)
    assert paid == 0


async def test_cheaper_choices_come_with_the_price(http: httpx.AsyncClient, tmp_path: Path) -> None:
    call = {"tool_name": "generate", "input": {**FOX, "resolution": "4K"}}
    async with assistant(http, tmp_path, limits=ASKS) as client:
        answer = await client.call_tool("execute_tool", call)

    assert '- resolution "2K": 0.195 credits' in text_of(answer)
    assert '- modelId "grok-imagine-image-text" with the same prompt: 0.026 credits' in text_of(
        answer
    )


async def test_a_call_below_the_limit_runs_at_once(http: httpx.AsyncClient, tmp_path: Path) -> None:
    async with assistant(http, tmp_path, limits=Limits(confirm_above=195_000)) as client:
        started = await told(client, "execute_tool", JOB)

    assert started["runId"]


async def test_a_limit_of_zero_asks_for_every_paid_call(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    call = {"tool_name": "generate", "input": SMALL}
    async with assistant(http, tmp_path, limits=ASKS_ALWAYS) as client:
        answer = await client.call_tool("execute_tool", call)

    assert "every paid call is agreed to first" in text_of(answer)


async def test_a_batch_is_priced_and_agreed_to_as_a_whole(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=ASKS) as client:
        priced = await shown(client, "execute_tool", BATCH)
        agreed = {**BATCH, "approval": priced["approval"]}
        results = (await told(client, "execute_tool", agreed))["results"]

    assert priced["estimate"] == {"microcredits": 156_000}
    assert [bool(result["runId"]) for result in results] == [True, True]


async def test_what_of_a_batch_cannot_be_started_is_told_before_anybody_agrees(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    items = [{"modelId": "no-such-model"}, FOX, FOX]
    call = {"tool_name": "batch_execute", "input": {"items": items}}
    async with assistant(http, tmp_path, limits=ASKS) as client:
        answer = await client.call_tool("execute_tool", call)

    assert "the batch of 2 runs costs 0.39 credits" in text_of(answer)
    assert "Item 1 cannot be started: No model is called 'no-such-model'." in text_of(answer)
    assert '- item 2, modelId "grok-imagine-image-text" with the same prompt' in text_of(answer)


async def test_a_workflow_is_agreed_to_in_the_same_way(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    call = {"workflowId": "nano_banana_pro", "values": {"prompt": "a fox"}}
    async with assistant(http, tmp_path, limits=ASKS) as client:
        listed = await told(client, "start_run", {"workflowId": "nano_banana_pro"})
        started = await told(client, "start_run", await approved(client, "start_run", call))

    assert listed["fields"]
    assert started["runId"]


async def test_a_price_that_nobody_knows_counts_as_above(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async def hide_graphs(response: httpx.Response) -> None:
        if response.request.url.path.endswith("v1/workflows/nano_banana_pro"):
            response.status_code = 404

    http.event_hooks["response"].append(hide_graphs)
    call = {"workflowId": "nano_banana_pro", "values": {"node_request": {"prompt": "a fox"}}}
    limits = Limits(confirm_above=1_000_000_000)
    async with assistant(http, tmp_path, limits=limits) as client:
        answer = await client.call_tool("start_run", call)
        facts = answer.structured_content or {}
        started = await told(client, "start_run", {**call, "approval": facts["approval"]})

    assert "has no price that is known beforehand" in text_of(answer)
    assert started["runId"]


async def test_a_wrong_input_is_refused_before_any_price_is_shown(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    wrong = {"tool_name": "generate", "input": {**FOX, "resolution": "9K"}}
    async with assistant(http, tmp_path, limits=ASKS) as client:
        answer = await client.call_tool("execute_tool", wrong)

    assert answer.is_error
    assert "9K" in text_of(answer)


# What an approval is good for -----------------------------------------------------------------


async def test_the_same_call_with_its_approval_runs(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=ASKS) as client:
        started = await told(client, "execute_tool", await approved(client, "execute_tool", JOB))

    assert started["runId"]
    assert started["alreadyStarted"] is False


async def test_an_approval_is_good_in_every_process_of_a_home(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=ASKS) as first:
        call = await approved(first, "execute_tool", JOB)
    async with assistant(http, tmp_path, limits=ASKS) as second:
        started = await told(second, "execute_tool", call)

    assert started["runId"]


async def test_a_retry_with_a_used_approval_is_answered_with_the_run_that_it_started(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=ASKS) as client:
        call = await approved(client, "execute_tool", JOB)
        first = await told(client, "execute_tool", call)
        again = await told(client, "execute_tool", call)
        without = await told(client, "execute_tool", JOB)
        paid = await runs_of(client)

    assert again["runId"] == without["runId"] == first["runId"]
    assert again["alreadyStarted"] is True
    assert paid == 1


async def test_a_repeated_batch_needs_no_second_approval(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=ASKS) as client:
        call = await approved(client, "execute_tool", BATCH)
        first = await told(client, "execute_tool", call)
        again = await told(client, "execute_tool", BATCH)

    assert [one["runId"] for one in again["results"]] == [one["runId"] for one in first["results"]]


@pytest.mark.parametrize(
    "changed",
    [
        {"tool_name": "generate", "input": {**FOX, "prompt": "two foxes"}},
        {"tool_name": "generate", "input": {**FOX, "aspect_ratio": "16:9"}},
        {**JOB, "again": True},
    ],
)
async def test_an_approval_is_not_good_for_another_input(
    changed: dict[str, Any], http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=ASKS) as client:
        token = (await shown(client, "execute_tool", JOB))["approval"]
        sentence = await refused(client, {**changed, "approval": token})
        paid = await runs_of(client)

    assert "given for another call" in sentence
    assert paid == 0


async def test_an_input_that_means_the_same_is_the_same(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    spelled_out = {**FOX, "num_images": "1", "aspect_ratio": "1:1"}
    async with assistant(http, tmp_path, limits=ASKS) as client:
        token = (await shown(client, "execute_tool", JOB))["approval"]
        call = {"tool_name": "generate", "input": spelled_out, "approval": token}
        started = await told(client, "execute_tool", call)

    assert started["runId"]


async def test_an_approval_is_not_good_for_a_higher_price(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=ASKS) as client:
        call = await approved(client, "execute_tool", JOB)
    async with (
        twice_as_dear(http) as dearer,
        assistant(dearer, tmp_path, limits=ASKS) as client,
    ):
        sentence = await refused(client, call)

    assert "0.39 credits instead of 0.195 credits" in sentence


@pytest.mark.parametrize(
    ("passed", "words"),
    [(timedelta(minutes=11), "good for ten minutes"), (timedelta(days=2), "not given out here")],
)
async def test_an_approval_is_not_good_for_long(
    passed: timedelta, words: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=ASKS) as client:
        call = await approved(client, "execute_tool", JOB)
    async with assistant(http, tmp_path, limits=ASKS, journal=later(tmp_path, passed)) as client:
        await shown(client, "execute_tool", BATCH)  # forgets what is long past
        sentence = await refused(client, call)

    assert words in sentence


async def test_an_approval_starts_one_run_and_no_second(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=ASKS) as client:
        call = await approved(client, "execute_tool", JOB)
        started = await told(client, "execute_tool", call)
        await told(client, "get_run_status", {"runId": started["runId"]})
    async with assistant(
        http, tmp_path, limits=ASKS, journal=later(tmp_path, timedelta(minutes=3))
    ) as client:
        sentence = await refused(client, call)

    assert "used already" in sentence


async def test_an_approval_of_another_account_is_refused(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=ASKS) as client:
        call = await approved(client, "execute_tool", JOB)
    async with assistant(http, tmp_path, limits=ASKS, account="another") as client:
        sentence = await refused(client, call)

    assert "another account" in sentence


@pytest.mark.parametrize("garbage", ["yes", "ok_AAAAAAAAAAAAAAAA", "ok_'; DROP TABLE approvals"])
async def test_what_was_never_given_out_is_refused(
    garbage: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=ASKS) as client:
        sentence = await refused(client, {**JOB, "approval": garbage})

    assert "was not given out here" in sentence


async def test_an_approval_that_a_call_does_not_need_does_not_matter(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        started = await told(client, "execute_tool", {**JOB, "approval": "yes"})

    assert started["runId"]


async def test_a_start_that_magica_refused_gives_its_approval_back(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    is_down = True

    async def refuse(request: httpx.Request) -> None:
        if is_down and request.url.path.endswith("nano_banana_pro/run"):
            request.url = request.url.copy_with(path="/api/v1/nodes/no_such_model/run")

    http.event_hooks["request"].append(refuse)
    async with assistant(http, tmp_path, limits=ASKS) as client:
        call = await approved(client, "execute_tool", JOB)
        failed = await client.call_tool("execute_tool", call)
        is_down = False
        started = await told(client, "execute_tool", call)

    assert failed.is_error
    assert started["runId"]


async def test_without_a_usable_journal_no_price_is_agreed_to_and_nothing_is_paid(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "journal.sqlite").write_text("this is no database, " * 100)
    async with assistant(http, tmp_path, limits=ASKS) as client:
        answer = await client.call_tool("execute_tool", JOB)

    assert answer.is_error
    assert "The journal of paid requests" in text_of(answer)


def later(home: Path, passed: timedelta) -> Journal:
    """The journal of a home, so much later."""
    return Journal(home / "journal.sqlite", now=lambda: datetime.now(UTC) + passed)


class TwiceAsDear(httpx.AsyncBaseTransport):
    """Local Magica after its prices have doubled."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if not request.url.path.endswith("estimate-credits"):
            return response
        await response.aread()
        prices = [2 * one["microcredits"] for one in response.json()["estimates"]]
        return httpx.Response(
            200, json={"estimates": [{"microcredits": price} for price in prices]}
        )


def twice_as_dear(http: httpx.AsyncClient) -> httpx.AsyncClient:
    transport = TwiceAsDear(http._transport)
    return httpx.AsyncClient(transport=transport, base_url=http.base_url, headers=http.headers)
