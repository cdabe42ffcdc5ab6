"""Runs as they are read: everything that was said, and nothing held twice."""

import json
from typing import Any

from magica_mcp.models.runs import WorkflowRun

SAID: dict[str, Any] = {
    "id": "r1",
    "runId": "r1",
    "status": "RUNNING",
    "error": None,
    "nodes": [{"nodeId": "n1", "status": "RUNNING", "label": "Picture"}],
    "nodeRuns": [{"nodeId": "n1", "nodeType": "flux_2_pro", "type": "flux_2_pro", "input": None}],
}


def test_a_run_and_its_nodes_hold_what_was_said_once_and_no_nulls() -> None:
    run = WorkflowRun.model_validate(SAID)

    assert (run.run_id, run.model_fields_set, run.model_extra) == (
        "r1",
        {"run_id", "status", "nodes"},
        {},
    )
    (node,) = run.nodes
    assert (node.node_type, node.model_extra) == ("flux_2_pro", {"label": "Picture"})


def test_runs_that_say_the_same_share_it_and_its_names() -> None:
    text = json.dumps(SAID)
    first, second = (WorkflowRun.model_validate(json.loads(text)) for _ in range(2))

    assert first.model_fields_set is second.model_fields_set
    assert first.nodes[0].node_type is second.nodes[0].node_type


def test_what_is_said_of_a_copy_is_not_said_of_others() -> None:
    run = WorkflowRun.model_validate(SAID)
    run.model_copy(update={"error": "too late", "more": 1})

    assert (run.model_fields_set, run.model_extra) == ({"run_id", "status", "nodes"}, {})
