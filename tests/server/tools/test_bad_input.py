"""Bad input is one sentence with a next step; nothing is charged."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.assistant import assistant, text_of, told


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("start_run", {"workflowId": "zeppelin"}, "No workflow is called 'zeppelin'"),
        ("start_run", {"workflowId": "flux 2", "values": {"prompt": "x"}}, "fits several"),
        (
            "start_run",
            {"workflowId": "flux_2_pro", "values": {"node_request": {"promt": "x"}}},
            "Did you mean 'prompt'",
        ),
        (
            "start_run",
            {"workflowId": "flux_2_pro", "values": {"node_9": {"prompt": "x"}}},
            "no Request node 'node_9'",
        ),
        (
            "start_run",
            {"workflowId": "nano_banana_pro", "values": {"node_request": {"resolution": "9K"}}},
            "resolution",
        ),
        ("start_run", {"workflowId": "crop_image", "values": {"node_request": {}}}, "image_url"),
        (
            "execute_tool",
            {"tool_name": "generate", "input": {"modelId": "nano-banana-por", "prompt": "x"}},
            "No model is called 'nano-banana-por'",
        ),
        ("execute_tool", {"tool_name": "generate", "input": {"prompt": "x"}}, "input.modelId"),
        (
            "execute_tool",
            {"tool_name": "crop_image", "input": {}},
            "image_url",
        ),
        (
            "execute_tool",
            {"tool_name": "generate", "input": {"modelId": "flux_2_pro", "promt": "x"}},
            "prompt",
        ),
        ("execute_tool", {"tool_name": "genrate", "input": {}}, "'generate'"),
        ("get_run_status", {"runId": "cmnosuchrun00000000000000"}, "cmnosuchrun00000000000000"),
        ("get_pricing", {"modelId": "zeppelin"}, "No model is called 'zeppelin'"),
    ],
)
async def test_bad_input_is_a_sentence_and_costs_nothing(
    tool: str, arguments: dict[str, Any], sentence: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        before = await told(client, "get_balance", {})

        answer = await client.call_tool(tool, arguments)

        assert answer.is_error
        assert sentence in text_of(answer)
        assert await told(client, "get_balance", {}) == before
