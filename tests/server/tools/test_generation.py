"""Models found, read and run; batches item by item; utilities by their own names."""

from pathlib import Path

import httpx
import pytest
from mcp import Client

from tests.llm_stand_in import LlmStandIn
from tests.server.assistant import assistant, text_of, told

SMALL = {"modelId": "nano_banana_2", "prompt": "x", "resolution": "512"}


async def made(client: Client) -> str:
    """The URL of a small picture."""
    started = await told(client, "execute_tool", {"tool_name": "generate", "input": SMALL})
    finished = await told(client, "get_run_status", {"runId": started["runId"]})
    return str(finished["assets"][0]["url"])


async def test_a_search_that_finds_nothing_says_what_would(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        answer = await client.call_tool("search_tools", {"query": "teleport"})

    assert not answer.is_error
    assert "text-to-image" in text_of(answer)
    assert "modelCatalog" not in (answer.structured_content or {})


async def test_a_schema_shows_ranges_choices_and_what_is_required(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        answer = await client.call_tool("get_model_schema", {"modelId": "gpt-image-2-edit"})

    text = text_of(answer)
    assert "prompt (textarea, required)" in text
    assert "from 1 to 4" in text
    assert '"High", "Medium", "Low"' in text


@pytest.mark.parametrize(
    ("given", "complete"),
    [
        ({"quality": "low"}, {"quality": "Low", "n": 1}),
        ({"n": "2", "output_format": "webp"}, {"n": 2, "output_format": "WebP"}),
    ],
)
async def test_an_input_is_corrected_and_completed_before_it_is_sent(
    given: dict[str, object],
    complete: dict[str, object],
    http: httpx.AsyncClient,
    tmp_path: Path,
) -> None:
    asked = {"modelId": "gpt-image-2-text", "prompt": "x", "size": "1024x1024", **given}
    async with assistant(http, tmp_path) as client:
        started = await told(client, "execute_tool", {"tool_name": "generate", "input": asked})
        run = (await http.get(f"v1/nodes/runs/{started['runId']}")).json()

    assert run["input"].items() >= complete.items()


async def test_a_batch_answers_item_by_item_in_order(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    items = [SMALL, {"modelId": "no-such-model"}, {**SMALL, "prompt": "y"}]
    async with assistant(http, tmp_path) as client:
        results = (
            await told(
                client, "execute_tool", {"tool_name": "batch_execute", "input": {"items": items}}
            )
        )["results"]

    assert [bool(result["runId"]) for result in results] == [True, False, True]
    assert "no-such-model" in results[1]["error"]


@pytest.mark.parametrize("items", [[], "x", [SMALL] * 11, None])
async def test_a_batch_that_is_no_batch_starts_nothing(
    items: object, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        answer = await client.call_tool(
            "execute_tool", {"tool_name": "batch_execute", "input": {"items": items}}
        )

    assert answer.is_error
    assert "Nothing was started" in text_of(answer)


async def test_a_utility_runs_by_its_own_name(http: httpx.AsyncClient, tmp_path: Path) -> None:
    async with assistant(http, tmp_path) as client:
        crop = {"image_url": await made(client), "width_percent": 50}
        started = await told(client, "execute_tool", {"tool_name": "crop_image", "input": crop})
        finished = await told(client, "get_run_status", {"runId": started["runId"]})

    assert finished["output"]["width"] == 256
    assert finished["creditUsed"] == 5_000


async def test_a_canceled_run_says_what_was_refunded(
    http: httpx.AsyncClient, tmp_path: Path, llm: LlmStandIn
) -> None:
    llm.hold()
    async with assistant(http, tmp_path) as client:
        before = await told(client, "get_balance", {})
        started = await told(
            client, "start_run", {"workflowId": "gpt_5_4", "values": {"prompt": "x"}}
        )
        answer = await client.call_tool("cancel_run", {"runId": started["runId"]})
        llm.release()
        after = await told(client, "get_balance", {})

    assert "Refunded: 0.0001 credits" in text_of(answer)
    assert after == before
