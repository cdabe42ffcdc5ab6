"""The flows of Magica's own documentation, each through a real client (magica-contract 3.4)."""

from pathlib import Path
from typing import Any

import anyio
from mcp import Client

from tests.journeys.conftest import Way
from tests.llm_stand_in import LlmStandIn
from tests.patience import LONG_ENOUGH
from tests.server.assistant import text_of, told


async def ran(client: Client, workflow_id: str, values: dict[str, Any]) -> dict[str, Any]:
    """A workflow started with values and waited for."""
    started = await told(client, "start_run", {"workflowId": workflow_id, "values": values})
    finished = await told(client, "get_run_status", {"runId": started["runId"]})
    assert finished["status"] == "COMPLETED", finished
    return finished


async def node(client: Client, workflow_id: str, node_type: str, **more: Any) -> str:
    """The id of a node that was added."""
    arguments = {"workflowId": workflow_id, "nodeType": node_type, **more}
    return str((await told(client, "add_node", arguments))["nodeId"])


async def connect(client: Client, workflow_id: str, source: str, target: str) -> str:
    """The id of an edge, its ends written as 'node handle'."""
    (source_node, source_handle), (target_node, target_handle) = source.split(), target.split()
    edge = await told(
        client,
        "connect_nodes",
        {
            "workflowId": workflow_id,
            "sourceNodeId": source_node,
            "sourceHandle": source_handle,
            "targetNodeId": target_node,
            "targetHandle": target_handle,
        },
    )
    return str(edge["edgeId"])


async def test_a_picture_is_made_and_then_described(
    way: Way, tmp_path: Path, llm: LlmStandIn
) -> None:
    with anyio.fail_after(LONG_ENOUGH):
        async with way(tmp_path, llm) as client:
            images = await told(client, "list_node_types", {"category": "image"})
            assert "flux_2_pro" in {row["nodeType"] for row in images["nodeTypes"]}
            made = await told(
                client,
                "create_workflow",
                {
                    "name": "Image + Describe",
                    "requestFields": [{"name": "Scene", "type": "text", "value": "A harbor"}],
                },
            )
            workflow, request = made["workflowId"], made["requestNodeId"]
            picture = await node(client, workflow, "flux_2_pro")
            words = await node(
                client, workflow, "gpt_5_4", inputs={"prompt": "Describe this picture"}
            )
            field = made["requestFields"][0]["fieldId"]
            await connect(client, workflow, f"{request} {field}", f"{picture} in:prompt")
            await connect(client, workflow, f"{picture} out:result", f"{words} in:image_urls")
            await connect(
                client, workflow, f"{words} out:output", f"{made['responseNodeId']} result"
            )

            finished = await ran(client, "Image + Describe", {request: {field: "A quiet harbor"}})

    assert finished["response"]["result"] == "As you wish."
    assert {node["type"]: node["status"] for node in finished["nodes"]} == {
        "flux_2_pro": "COMPLETED",
        "gpt_5_4": "COMPLETED",
    }
    assert finished["assets"]


async def test_two_language_models_in_parallel_feed_one_image_model(
    way: Way, tmp_path: Path, llm: LlmStandIn
) -> None:
    with anyio.fail_after(LONG_ENOUGH):
        async with way(tmp_path, llm) as client:
            made = await told(
                client,
                "create_workflow",
                {
                    "name": "Parallel LLMs",
                    "requestFields": [
                        {"name": "Cat", "type": "text", "value": "Cat"},
                        {"name": "Style", "type": "text", "value": "Ink"},
                    ],
                },
            )
            workflow, request = made["workflowId"], made["requestNodeId"]
            one = await node(client, workflow, "gpt_5_4", column=1, row=0)
            other = await node(client, workflow, "claude_sonnet_5", column=1, row=1)
            picture = await node(client, workflow, "nano_banana_pro", column=2)
            await connect(client, workflow, f"{request} cat", f"{one} in:prompt")
            await connect(client, workflow, f"{request} style", f"{other} in:prompt")
            await connect(client, workflow, f"{one} out:output", f"{picture} in:prompt")
            await connect(client, workflow, f"{other} out:output", f"{picture} in:system_prompt")
            await connect(
                client, workflow, f"{picture} out:result", f"{made['responseNodeId']} result"
            )

            finished = await ran(client, workflow, {request: {}})

    assert len(finished["response"]["result"]) == 1
    assert sorted(str(call["messages"][-1]["content"]) for call in llm.calls) == ["Cat", "Ink"]


async def test_a_template_is_run_by_its_name(way: Way, tmp_path: Path, llm: LlmStandIn) -> None:
    with anyio.fail_after(LONG_ENOUGH):
        async with way(tmp_path, llm) as client:
            rows = await told(client, "list_system_workflows", {"category": "image"})
            assert "Nano Banana Pro" in {row["name"] for row in rows["items"]}
            found = await told(client, "start_run", {"workflowId": "Flux 2 Pro"})

            finished = await ran(client, "Flux 2 Pro", found["valuesTemplate"])

    assert finished["assets"][0]["mediaType"] == "image"


async def test_a_model_is_searched_read_priced_and_run(
    way: Way, tmp_path: Path, llm: LlmStandIn
) -> None:
    with anyio.fail_after(LONG_ENOUGH):
        async with way(tmp_path, llm) as client:
            found = await told(client, "search_tools", {"query": "text-to-image"})
            model = found["modelCatalog"]["text-to-image"][0]["modelId"]
            schema = await told(client, "get_model_schema", {"modelId": model})
            assert "prompt" in {field["name"] for field in schema["fields"]}
            given = {"prompt": "A fox in the snow"}
            priced = await told(client, "get_pricing", {"modelId": model, "sampleInput": given})
            started = await told(
                client,
                "execute_tool",
                {"tool_name": "generate", "input": {"modelId": model, **given}},
            )

            finished = await told(client, "get_run_status", {"runId": started["runId"]})

    assert finished["status"] == "COMPLETED"
    assert finished["creditUsed"] == priced["estimatedCost"]


async def test_a_workflow_is_edited_run_and_deleted(
    way: Way, tmp_path: Path, llm: LlmStandIn
) -> None:
    with anyio.fail_after(LONG_ENOUGH):
        async with way(tmp_path, llm) as client:
            made = await told(
                client,
                "create_workflow",
                {"name": "Draft", "requestFields": [{"name": "Prompt", "type": "text"}]},
            )
            workflow, request = made["workflowId"], made["requestNodeId"]
            old = await node(client, workflow, "flux_2_max")
            await connect(client, workflow, f"{request} prompt", f"{old} in:prompt")
            edge = await connect(
                client, workflow, f"{old} out:result", f"{made['responseNodeId']} result"
            )
            await told(client, "disconnect_nodes", {"workflowId": workflow, "edgeId": edge})
            await told(client, "delete_node", {"workflowId": workflow, "nodeId": old})
            new = await node(client, workflow, "nano_banana_2")
            resolution = {"workflowId": workflow, "nodeId": new, "inputs": {"resolution": "512"}}
            await told(client, "update_node", resolution)
            await connect(client, workflow, f"{request} prompt", f"{new} in:prompt")
            await connect(
                client, workflow, f"{new} out:result", f"{made['responseNodeId']} in:result"
            )
            await told(
                client, "update_workflow", {"workflowId": workflow, "name": "Small Pictures"}
            )

            finished = await ran(client, workflow, {request: {"prompt": "A tiny boat"}})
            read = await client.call_tool("get_workflow", {"workflowId": workflow})
            deleted = await client.call_tool("delete_workflow", {"workflowId": workflow})
            gone = await client.call_tool("get_workflow", {"workflowId": workflow})

    assert finished["assets"][0]["width"] == 512
    assert "Small Pictures" in text_of(read)
    assert "A tiny boat" in text_of(read)
    assert "Deleted the workflow Small Pictures" in text_of(deleted)
    assert gone.is_error
