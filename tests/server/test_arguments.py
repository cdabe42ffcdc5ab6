"""Usual slips of a model are understood; anything else is refused with the nearest real name."""

from typing import Any

import pytest

from magica_mcp.errors import InvalidInputError
from magica_mcp.server.arguments import understood
from magica_mcp.server.boundary import bound
from magica_mcp.server.tools import TOOLS

SCHEMAS = {spec.name: bound(spec).parameters for spec in TOOLS}


@pytest.mark.parametrize(
    ("tool", "given", "meant"),
    [
        ("start_run", {"workflow": "x"}, {"workflowId": "x"}),
        ("start_run", {"name": "x"}, {"workflowId": "x"}),
        ("start_run", {"id": "x"}, {"workflowId": "x"}),
        ("start_run", {"workflow_id": "x"}, {"workflowId": "x"}),
        ("start_run", {"workflowId": "x", "name": "y"}, {"workflowId": "x"}),
        ("start_run", {"name": "y", "workflowId": "x"}, {"workflowId": "x"}),
        ("start_run", {"workflowId": "x", "values": None}, {"workflowId": "x"}),
        ("start_run", {"workflowId": "x", "inputs": {}}, {"workflowId": "x", "values": {}}),
        ("get_run_status", {"run_id": "r"}, {"runId": "r"}),
        ("get_run_status", {"id": "r", "wait_seconds": 5}, {"runId": "r", "waitSeconds": 5}),
        ("get_pricing", {"model": "m"}, {"modelId": "m"}),
        ("upload_file", {"file_path": "~/a.png"}, {"path": "~/a.png"}),
        (
            "execute_tool",
            {"toolName": "generate", "arguments": {"a": 1}},
            {"tool_name": "generate", "input": {"a": 1}},
        ),
        ("execute_tool", {"input": '{"modelId": "m"}'}, {"input": {"modelId": "m"}}),
        ("start_run", {"values": '{"n": {"prompt": "p"}}'}, {"values": {"n": {"prompt": "p"}}}),
        ("start_run", {"values": {"n": '{"prompt": "p"}'}}, {"values": {"n": {"prompt": "p"}}}),
        ("start_run", {"values": {"prompt": "[draft]"}}, {"values": {"prompt": "[draft]"}}),
        ("start_run", {"workflowId": '["1girl"]'}, {"workflowId": '["1girl"]'}),
    ],
)
def test_a_slip_is_understood(tool: str, given: dict[str, Any], meant: dict[str, Any]) -> None:
    assert understood(tool, given, SCHEMAS[tool]) == meant


@pytest.mark.parametrize(
    ("tool", "given", "hint"),
    [
        ("start_run", {"workflowId": "x", "valus": {}}, "Did you mean 'values'?"),
        ("get_run_status", {"runid2": "x"}, "Did you mean 'runId'?"),
        ("get_balance", {"account": "x"}, "It takes none."),
    ],
)
def test_anything_else_is_refused_with_the_nearest_name(
    tool: str, given: dict[str, Any], hint: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        understood(tool, given, SCHEMAS[tool])

    assert hint in str(refused.value)
