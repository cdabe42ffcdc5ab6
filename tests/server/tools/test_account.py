"""What there is to spend, and what things cost."""

from pathlib import Path

import httpx
import pytest

from magica_mcp.spend.budgets import Limits
from tests.server.assistant import assistant, text_of, told

CREDIT = 1_000_000
MODEL = "nano-banana-pro-text"


async def test_the_balance_is_told_in_credits_and_microcredits(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        answer = await client.call_tool("get_balance", {})

    assert "100 credits (100,000,000 microcredits)" in text_of(answer)


async def test_a_sample_input_gives_the_exact_price(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    sample = {"prompt": "x", "resolution": "4K", "num_images": 2}
    async with assistant(http, tmp_path) as client:
        priced = await told(
            client, "get_pricing", {"modelId": "nano_banana_pro", "sampleInput": sample}
        )

    assert priced["estimatedCost"] == 780_000


async def test_a_workflow_is_priced_node_by_node_and_says_what_is_only_an_estimate(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        answer = await client.call_tool("get_pricing", {"workflowId": "GPT 5.4"})
        exact = await told(
            client,
            "get_pricing",
            {"workflowId": "nano_banana_pro", "values": {"resolution": "4K"}},
        )

    assert "only an estimate: charged by the tokens that it uses" in text_of(answer)
    assert (exact["totalMicrocredits"], exact["exact"]) == (390_000, True)


async def test_a_price_is_asked_of_one_thing(http: httpx.AsyncClient, tmp_path: Path) -> None:
    async with assistant(http, tmp_path) as client:
        neither = await client.call_tool("get_pricing", {})
        both = await client.call_tool("get_pricing", {"modelId": "a", "workflowId": "b"})

    assert text_of(neither) == text_of(both)
    assert "one of the two" in text_of(both)


async def test_the_balance_tells_what_today_came_to_and_what_is_reserved(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    run = {"modelId": "nano_banana_2", "prompt": "x", "resolution": "512"}
    limits = Limits(per_run=CREDIT, per_day=5 * CREDIT)
    async with assistant(http, tmp_path, limits=limits) as client:
        started = await told(client, "execute_tool", {"tool_name": "generate", "input": run})
        reserved = await told(client, "get_balance", {})
        await told(client, "get_run_status", {"runId": started["runId"]})
        answer = await client.call_tool("get_balance", {})

    assert (reserved["today"]["charged"], reserved["today"]["reserved"]) == (0, 78_000)
    assert "0.078 credits charged today, 0 credits reserved" in text_of(answer)
    assert "MAGICA_BUDGET_PER_DAY, 5 credits): 4.922 credits. It renews" in text_of(answer)
    assert "One run may cost 1 credit at most" in text_of(answer)
    assert (answer.structured_content or {})["budget"]["leftToday"] == 4_922_000
    assert (answer.structured_content or {})["availableBalance"] == 99_922_000


async def test_the_balance_is_told_although_the_journal_cannot_be_used(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "journal.sqlite").write_text("this is no database, " * 100)
    async with assistant(http, tmp_path) as client:
        answer = await client.call_tool("get_balance", {})

    assert "100 credits (100,000,000 microcredits)" in text_of(answer)
    assert "What today came to is not known. The journal" in text_of(answer)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(), ""),
        (Limits(confirm_above=CREDIT), ""),
        (Limits(confirm_above=100_000), "first answers with an approval"),
        (Limits(per_run=100_000), "Now it would be refused: This run would cost 0.195 credits"),
        (Limits(per_day=100_000), "Now it would be refused: This would cost 0.195 credits"),
    ],
)
@pytest.mark.parametrize("asked", [{"modelId": MODEL}, {"workflowId": "nano_banana_pro"}])
async def test_a_price_says_what_it_would_mean_for_a_run(
    asked: dict[str, str], limits: Limits, words: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, limits=limits) as client:
        answer = await client.call_tool("get_pricing", asked)

    facts = answer.structured_content or {}
    assert words in text_of(answer)
    assert facts["needsApproval"] is ("approval" in words)
    assert bool(facts["wouldBeRefused"]) is ("refused" in words)
