"""Values read back from the inputs of nodes."""

from magica_mcp.models.request_values import values_read_back
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import Workflow

WORKFLOW = Workflow.model_validate(
    {
        "id": "w",
        "nodes": [
            {
                "id": "r",
                "type": "request",
                "data": {"fields": [{"id": "prompt", "name": "Prompt"}, {"id": "unused"}]},
            },
            {"id": "n1", "type": "flux"},
            {"id": "n2", "type": "gpt"},
        ],
        "edges": [
            {"source": "r", "sourceHandle": "prompt", "target": "n1", "targetHandle": "in:prompt"},
            {"source": "r", "sourceHandle": "prompt", "target": "n2", "targetHandle": "in:text"},
            {"source": "n2", "sourceHandle": "out:output", "target": "n1", "targetHandle": "in:x"},
        ],
    }
)


def test_values_are_what_the_edges_handed_on() -> None:
    inputs: JsonObject = {"n1": {"prompt": "a fox", "x": "of n2"}, "n2": {"text": "a fox"}}

    assert values_read_back(WORKFLOW, inputs) == {"r": {"prompt": "a fox"}}


def test_what_no_node_was_given_stays_unsaid() -> None:
    assert values_read_back(WORKFLOW, {"n1": None, "n2": {"text": "a fox"}}) == {
        "r": {"prompt": "a fox"}
    }
    assert values_read_back(WORKFLOW, {}) == {"r": {}}
