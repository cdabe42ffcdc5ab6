"""What can be read by URI, and what is suggested while an id is typed."""

import json
from pathlib import Path

import httpx
import pytest
from mcp import Client, MCPError
from mcp.types import PromptReference, ResourceTemplateReference, TextResourceContents

from tests.server.assistant import assistant, told


async def read(client: Client, uri: str) -> dict[str, object]:
    contents = (await client.read_resource(uri)).contents[0]
    assert isinstance(contents, TextResourceContents)
    return dict(json.loads(contents.text))


async def test_every_kind_of_thing_can_be_read(http: httpx.AsyncClient, tmp_path: Path) -> None:
    small = {"modelId": "nano_banana_2", "prompt": "x", "resolution": "512"}
    async with assistant(http, tmp_path) as client:
        started = await told(client, "execute_tool", {"tool_name": "generate", "input": small})
        await told(client, "get_run_status", {"runId": started["runId"]})
        item = (await told(client, "get_generations", {}))["items"][0]

        assert "modelCatalog" in await read(client, "magica://models")
        assert (await read(client, "magica://models/flux_2_pro"))["name"] == "Flux 2 Pro"
        assert (await read(client, "magica://workflows/flux_2_pro"))["nodes"]
        assert (await read(client, f"magica://runs/{started['runId']}"))["status"] == "COMPLETED"
        assert (await read(client, f"magica://media/{item['id']}"))["url"] == item["url"]


@pytest.mark.parametrize("kind", ["models", "workflows", "runs", "media"])
async def test_what_is_not_there_is_a_sentence(
    kind: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        with pytest.raises(MCPError, match="nosuchthing"):
            await client.read_resource(f"magica://{kind}/nosuchthing")


async def test_ids_and_names_are_suggested(http: httpx.AsyncClient, tmp_path: Path) -> None:
    models = ResourceTemplateReference(type="ref/resource", uri="magica://models/{id}")
    workflows = ResourceTemplateReference(type="ref/resource", uri="magica://workflows/{id}")
    async with assistant(http, tmp_path) as client:
        begun = await client.complete(models, {"name": "id", "value": "nano"})
        named = await client.complete(workflows, {"name": "id", "value": "Flux 2 P"})

    assert begun.completion.values[0] == "nano_banana_pro"
    assert named.completion.values == ["Flux 2 Pro"]


async def test_prompts_name_tools_that_exist(http: httpx.AsyncClient, tmp_path: Path) -> None:
    async with assistant(http, tmp_path) as client:
        prompts = (await client.list_prompts()).prompts
        run_ids = await client.complete(
            PromptReference(type="ref/prompt", name="explain_failed_run"),
            {"name": "run_id", "value": ""},
        )
        told_text = await client.get_prompt("make_image", {"description": "a fox"})

    assert len(prompts) == 4
    assert run_ids.completion.values == []
    assert "a fox" in str(told_text.messages[0].content)
