"""The answers of every tool to the worst account: small enough for any client and any model.

`benchmarks.answers` measures a larger one in o200k tokens.
"""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from mcp import Client
from mcp.types import CallToolResult

from benchmarks.crowded import LONG_NAME, LONG_PROMPT, chain
from magica_mcp.models.runs import WorkflowRun
from magica_mcp.server.fitting import fitted
from magica_mcp.server.render import runs as text
from magica_mcp.server.sizes import tokens_at_most
from magica_mcp.server.tool import reply
from magica_mcp.server.tools import TOOLS
from tests.recognition.making import picture
from tests.server.assistant import assistant, text_of

if TYPE_CHECKING:
    from magica_mcp.local.magica import LocalMagica, NewAccount

MOST_BYTES, MOST_TOKENS = 800_000, 8_000
NODES, ROWS = 150, 20


def assert_it_fits(answer: CallToolResult) -> None:
    sent = answer.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert len(json.dumps(sent, ensure_ascii=False).encode()) <= MOST_BYTES
    assert tokens_at_most(text_of(answer)) <= MOST_TOKENS


@asynccontextmanager
async def crowded(
    magica: "LocalMagica", account: "NewAccount", http: httpx.AsyncClient, home: Path
) -> AsyncIterator[tuple[Client, str]]:
    """An assistant of an account with a huge workflow and long names; and that workflow's id."""
    large = magica.save_workflow(account.account, chain(NODES))
    for _ in range(ROWS):
        magica.save_workflow(account.account, chain(1))
    async with assistant(http, home) as client:
        yield client, large.id


def questions(workflow_id: str) -> list[tuple[str, dict[str, Any]]]:
    """The worst that can be asked of each tool."""
    large = {"workflowId": workflow_id}
    long = {"prompt": LONG_PROMPT, "system_prompt": LONG_NAME}
    nodes = {"sourceNodeId": LONG_PROMPT, "targetNodeId": LONG_PROMPT}
    handles = {"sourceHandle": "out:output", "targetHandle": LONG_NAME}
    image = base64.b64encode(picture("PNG")).decode()
    fields = [{"name": f"{n} {LONG_NAME}", "type": "text", "value": LONG_NAME} for n in range(40)]
    return [
        ("get_balance", {}),
        ("get_pricing", large),
        ("search_tools", {}),
        ("search_tools", {"query": LONG_PROMPT[:5_000]}),
        ("get_model_schema", {"modelId": "gpt-image-2-edit"}),
        ("execute_tool", {"tool_name": LONG_PROMPT, "input": {}}),
        ("get_run_status", {"runId": LONG_PROMPT}),
        ("upload_file", {"base64": image, "filename": f"{LONG_NAME}.png"}),
        ("get_generations", {"limit": 100}),
        ("list_workflows", {"pageSize": 100}),
        ("get_workflow", large),
        ("update_workflow", {**large, "description": LONG_PROMPT}),
        ("list_system_workflows", {}),
        ("create_workflow", {"name": LONG_NAME, "requestFields": fields}),
        ("list_node_types", {}),
        ("add_node", {**large, "nodeType": LONG_PROMPT, "inputs": long}),
        ("update_node", {**large, "nodeId": "ask", "inputs": {"prompt": LONG_PROMPT}}),
        ("delete_node", {**large, "nodeId": LONG_PROMPT}),
        ("connect_nodes", {**large, **nodes, **handles}),
        ("disconnect_nodes", {**large, "edgeId": LONG_PROMPT}),
        ("start_run", large),
        ("list_runs", {"limit": 100}),
        ("cancel_run", {"runId": LONG_PROMPT}),
        ("delete_workflow", large),
    ]


async def test_no_tool_answers_more_than_clients_take_and_models_should_read(
    magica: "LocalMagica", account: "NewAccount", http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with crowded(magica, account, http, tmp_path) as (client, workflow_id):
        for tool, arguments in questions(workflow_id):
            answer = await client.call_tool(tool, arguments)

            assert_it_fits(answer)
            assert "inside magica-mcp itself" not in text_of(answer), tool


def test_every_tool_is_among_those_asked() -> None:
    assert {tool for tool, _ in questions("wf")} == {tool.name for tool in TOOLS}


async def test_a_workflow_of_many_nodes_is_read_and_priced_and_says_where_the_rest_is(
    magica: "LocalMagica", account: "NewAccount", http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with crowded(magica, account, http, tmp_path) as (client, workflow_id):
        read = await client.call_tool("get_workflow", {"workflowId": workflow_id})
        priced = await client.call_tool("get_pricing", {"workflowId": workflow_id})
        fields = await client.call_tool("start_run", {"workflowId": workflow_id})

    assert f"magica://workflows/{workflow_id}" in text_of(read)
    assert text_of(read).splitlines()[-1].startswith("Next: start_run")
    assert priced.structured_content is not None
    assert priced.structured_content["totalMicrocredits"] == 100 * NODES
    assert "Estimated cost: 0.015 credits" in text_of(fields)
    assert LONG_PROMPT not in text_of(fields)


def run_of(nodes: int, *, output: str, failed: int) -> WorkflowRun:
    """A run of which one node failed."""
    rows = [
        {
            "nodeId": f"node_{n}",
            "type": "gpt_5_4",
            "status": "COMPLETED",
            "output": {"output": output},
        }
        for n in range(nodes)
    ]
    rows[failed] |= {"status": "FAILED", "error": "It ran out of words."}
    return WorkflowRun.model_validate(
        {"id": "cm1", "status": "FAILED", "workflowName": LONG_NAME, "nodes": rows, "error": "One."}
    )


@pytest.mark.parametrize("output", [LONG_PROMPT, "🦊" * 9_000, "https://x/" + "y" * 1_500])
def test_a_run_of_100_nodes_fits_and_tells_first_what_failed(output: str) -> None:
    run = run_of(100, output=output, failed=77)

    answer = fitted(
        reply(text.status(run), text.facts(run)), tool="get_run_status", longest=100_000
    )

    assert_it_fits(answer)
    lines = text_of(answer).splitlines()
    assert lines[lines.index("Nodes:") + 1] == "- node_77 (gpt_5_4): FAILED: It ran out of words."
    assert lines[-1].startswith("Reason: One.")


async def test_an_endless_text_is_cut_where_it_stands_and_says_how_to_keep_it(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    asked = {"modelId": "gpt_5_4", "prompt": LONG_PROMPT}
    async with assistant(http, tmp_path) as client:
        run = await client.call_tool("execute_tool", {"tool_name": "generate", "input": asked})
        assert run.structured_content is not None
        answer = await client.call_tool(
            "get_run_status", {"runId": run.structured_content["runId"]}
        )

    assert_it_fits(answer)
