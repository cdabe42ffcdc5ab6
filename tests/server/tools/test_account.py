"""What there is to spend, and what things cost."""

from pathlib import Path

import httpx

from tests.server.assistant import assistant, text_of, told


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
