"""Budgets hold: for a run, for a day, across processes, with what is reserved."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest
from mcp import Client

from magica_mcp.errors import OverBudgetError
from magica_mcp.spend.budgets import Limits, require_within
from magica_mcp.spend.entries import Spent, State
from magica_mcp.spend.journal import Journal
from magica_mcp.spend.wishes import Wish
from tests.server.assistant import assistant, text_of, told

PRICE = 78_000


def job(prompt: str) -> dict[str, Any]:
    """A run that costs PRICE."""
    return {"modelId": "nano_banana_2", "prompt": prompt, "resolution": "512"}


def call(prompt: str) -> dict[str, Any]:
    return {"tool_name": "generate", "input": job(prompt)}


def batch(*prompts: str) -> dict[str, Any]:
    return {"tool_name": "batch_execute", "input": {"items": [job(each) for each in prompts]}}


async def refused(client: Client, arguments: dict[str, Any], *, tool: str = "execute_tool") -> str:
    """The sentence of a call that does not fit the budgets."""
    answer = await client.call_tool(tool, arguments)
    assert answer.is_error
    assert (answer.structured_content or {})["code"] == "OVER_BUDGET"
    assert "Nothing was started and nothing was charged." in text_of(answer)
    return text_of(answer)


async def spent(client: Client) -> int:
    today = (await told(client, "get_balance", {}))["today"]
    return int(today["charged"] + today["reserved"])


async def test_a_run_above_its_budget_is_not_started(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=Limits(per_run=PRICE - 1)) as client:
        sentence = await refused(client, call("x"))
        total = await spent(client)

    assert "would cost 0.078 credits, and MAGICA_BUDGET_PER_RUN is 0.077999 credits" in sentence
    assert total == 0


async def test_a_refusal_names_what_would_fit(http: httpx.AsyncClient, tmp_path: Path) -> None:
    dear = {"tool_name": "generate", "input": {"modelId": "gpt-image-2-text", "prompt": "x"}}
    async with assistant(http, tmp_path, limits=Limits(per_run=100_000)) as client:
        answer = await client.call_tool("execute_tool", dear)

    assert 'These would fit: quality "Medium": 0.068484 credits' in text_of(answer)
    assert (answer.structured_content or {})["fits"] == 100_000


async def test_a_day_is_used_up_by_what_is_reserved_and_by_what_was_charged(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=Limits(per_day=2 * PRICE)) as client:
        first = await told(client, "execute_tool", call("a"))
        await told(client, "get_run_status", {"runId": first["runId"]})
        await told(client, "execute_tool", call("b"))
        sentence = await refused(client, call("c"))
        facts = (await client.call_tool("execute_tool", call("c"))).structured_content or {}

    assert "0.078 credits charged, 0.078 credits reserved" in sentence
    assert "It renews at local midnight" in sentence
    assert (facts["left"], facts["fits"]) == (0, 0)
    assert facts["renewsAt"]


async def test_a_day_is_counted_over_all_processes_of_a_home(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    limits = Limits(per_day=PRICE)
    async with (
        assistant(http, tmp_path, limits=limits) as one,
        assistant(http, tmp_path, limits=limits) as other,
    ):
        await told(one, "execute_tool", call("a"))
        sentence = await refused(other, call("b"))

    assert "is 0 credits: " in sentence


async def test_each_account_has_its_own_day(http: httpx.AsyncClient, tmp_path: Path) -> None:
    limits = Limits(per_day=PRICE)
    async with assistant(http, tmp_path, limits=limits) as one:
        await told(one, "execute_tool", call("a"))
    async with assistant(http, tmp_path, limits=limits, account="another") as other:
        started = await told(other, "execute_tool", call("b"))

    assert started["runId"]


async def test_a_batch_that_does_not_fit_as_a_whole_starts_nothing(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=Limits(per_day=2 * PRICE)) as client:
        sentence = await refused(client, batch("a", "b", "c"))
        total = await spent(client)

    assert "the first 2 of these 3 runs" in sentence
    assert total == 0


async def test_a_batch_that_fits_starts_although_an_item_is_wrong(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    arguments = batch("a", "b")
    arguments["input"]["items"].append({"modelId": "no-such-model"})
    async with assistant(http, tmp_path, limits=Limits(per_day=2 * PRICE)) as client:
        results = (await told(client, "execute_tool", arguments))["results"]

    assert [bool(result["runId"]) for result in results] == [True, True, False]


async def test_a_workflow_is_held_against_the_budget_too(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    run = {"workflowId": "nano_banana_pro", "values": {"prompt": "x", "resolution": "4K"}}
    async with assistant(http, tmp_path, limits=Limits(per_run=200_000)) as client:
        sentence = await refused(client, run, tool="start_run")

    assert "would cost 0.39 credits" in sentence
    assert 'These would fit: node_request {"resolution": "2K"}: 0.195 credits' in sentence


async def test_what_has_no_price_does_not_fit_a_budget(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async def hide_graphs(response: httpx.Response) -> None:
        if response.request.url.path.endswith("v1/workflows/nano_banana_pro"):
            response.status_code = 404

    http.event_hooks["response"].append(hide_graphs)
    run = {"workflowId": "nano_banana_pro", "values": {"node_request": {"prompt": "a fox"}}}
    async with assistant(http, tmp_path, limits=Limits(per_day=10**12)) as client:
        sentence = await refused(client, run, tool="start_run")

    assert "is not known beforehand, so it cannot be held against MAGICA_BUDGET_PER_DAY" in sentence


async def test_a_charge_above_its_estimate_counts_in_full(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=Limits(per_day=3 * PRICE)) as client:
        started = await told(client, "execute_tool", call("a"))
        with closing(Journal(tmp_path / "journal.sqlite")) as journal:
            journal.settle(
                started["runId"], account="test", state=State.COMPLETED, charge=3 * PRICE
            )
        sentence = await refused(client, call("b"))

    assert "is 0 credits: 0.234 credits charged" in sentence


async def test_a_repeated_request_is_answered_although_the_day_is_used_up(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=Limits(per_day=PRICE)) as client:
        first = await told(client, "execute_tool", call("a"))
        again = await told(client, "execute_tool", call("a"))

    assert again["runId"] == first["runId"]


async def test_an_approval_does_not_break_a_budget(http: httpx.AsyncClient, tmp_path: Path) -> None:
    async with assistant(http, tmp_path, limits=Limits(confirm_above=0)) as client:
        offer = await told(client, "execute_tool", call("a"))
    async with assistant(http, tmp_path, limits=Limits(confirm_above=0, per_run=1)) as client:
        await refused(client, {**call("a"), "approval": offer["approval"]})
        await refused(client, call("a"))


# Many at once ---------------------------------------------------------------------------------


@pytest.fixture
def journals(tmp_path: Path) -> Iterator[list[Journal]]:
    """As many processes would hold them: each with a connection and a lock of its own."""
    opened = [Journal(tmp_path / "journal.sqlite") for _ in range(6)]
    yield opened
    for journal in opened:
        journal.close()


def test_many_processes_never_pass_one_budget_together(journals: list[Journal]) -> None:
    limits, start = Limits(per_day=3 * PRICE), Barrier(len(journals))

    def allows(spent: Spent) -> None:
        require_within(limits, spent.wanted, spent=spent, now=datetime.now(UTC))

    def intend(number: int) -> bool:
        wish = Wish("me", "execute_tool", "a model", {"number": number}, PRICE)
        start.wait(timeout=60)
        try:
            journals[number].intend([wish], allows=allows)
        except OverBudgetError:
            return False
        return True

    with ThreadPoolExecutor(len(journals)) as processes:
        passed = list(processes.map(intend, range(len(journals))))

    assert sum(passed) == 3
    assert journals[0].spent("me").reserved == 3 * PRICE


def test_an_approval_is_used_once_although_many_processes_hand_it_in(
    journals: list[Journal],
) -> None:
    start, used = Barrier(len(journals)), Wish("me", "t", "w", {}, PRICE, approval="sealed")

    def intend(number: int) -> bool:
        start.wait(timeout=60)
        (decision,) = journals[number].intend([used])
        return decision.is_new

    with ThreadPoolExecutor(len(journals)) as processes:
        new = list(processes.map(intend, range(len(journals))))

    assert sum(new) == 1
