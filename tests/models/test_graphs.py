"""Workflows of the wire, in all their shapes, read as graphs."""

from typing import Any

import pytest

from magica_mcp.errors import GraphRuleError, NameNotFoundError
from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import NodeRole
from magica_mcp.graph.ports import NodePorts, Port, PortKind
from magica_mcp.graph.validation import Rule, structural_problems
from magica_mcp.models.graphs import graph_of, is_response
from magica_mcp.models.workflows import WireNode, Workflow

LLM = NodePorts(
    inputs=(
        Port("prompt", PortKind.TEXT, required=True),
        Port("image_urls", PortKind.IMAGE, multiple=True, max_items=10),
        Port("mode", PortKind.SELECT),
    ),
    outputs=(Port("output", PortKind.TEXT),),
)
REQUEST = {
    "id": "node_1_request",
    "type": "request",
    "data": {"fields": [{"id": "topic", "name": "Topic", "type": "textarea", "value": "cats"}]},
}
RESPONSE = {"id": "node_1_response", "type": "response"}


def ports_of(node_type: str, mode: str | None) -> NodePorts:
    if node_type != "gpt_5_4":
        raise NameNotFoundError("node type", node_type)
    return LLM


def llm_node(**data: Any) -> dict[str, Any]:
    return {"id": "a", "type": "gpt_5_4", "position": {"x": 1, "y": 2}, "data": data}


def wire_edge(**changes: Any) -> dict[str, Any]:
    whole = {
        "id": "e1",
        "source": "node_1_request",
        "sourceHandle": "topic",
        "target": "a",
        "targetHandle": "in:prompt",
    }
    return {**whole, **changes}


def read(*nodes: dict[str, Any], edges: tuple[dict[str, Any], ...] = ()) -> Graph:
    workflow = {"id": "wf", "nodes": [REQUEST, RESPONSE, *nodes], "edges": edges}
    return graph_of(Workflow.model_validate(workflow), ports_of=ports_of)


def test_the_roles_of_nodes_are_read() -> None:
    roles = [node.role for node in read(llm_node()).nodes.values()]

    assert roles == [NodeRole.REQUEST, NodeRole.RESPONSE, NodeRole.MODEL]


def test_the_fields_of_the_request_become_its_outputs() -> None:
    request = read().nodes["node_1_request"]

    assert request.ports.outputs == (Port("topic", PortKind.TEXT),)


def test_the_defaults_of_the_request_become_its_values() -> None:
    assert read().nodes["node_1_request"].inputs == {"topic": "cats"}


@pytest.mark.parametrize(
    "data",
    [
        {"inputs": {"prompt": "hi"}},
        {"prompt": "hi"},
        {"prompt": "old", "inputs": {"prompt": "hi"}},
        {"prompt": "hi", "label": "Writer", "inputs": None},
        {"prompt": "hi", "image_urls": None},
    ],
)
def test_values_are_read_flat_or_nested(data: dict[str, Any]) -> None:
    assert read(llm_node(**data)).nodes["a"].inputs == {"prompt": "hi"}


@pytest.mark.parametrize(
    ("data", "mode", "inputs"),
    [
        ({}, None, {}),
        ({"subModelId": "x-edit"}, "x-edit", {}),
        ({"mode": "x-edit"}, "x-edit", {}),
        ({"subModelId": "x-edit", "mode": "full"}, "x-edit", {"mode": "full"}),
        ({"mode": "x-edit", "inputs": {"mode": "full"}}, "x-edit", {"mode": "full"}),
    ],
)
def test_a_sub_model_is_told_from_an_input_called_mode(
    data: dict[str, Any], mode: str | None, inputs: dict[str, str]
) -> None:
    node = read(llm_node(**data)).nodes["a"]

    assert (node.mode, node.inputs) == (mode, inputs)


def test_the_ports_are_asked_for_with_type_and_mode() -> None:
    asked: list[tuple[str, str | None]] = []

    def noting(node_type: str, mode: str | None) -> NodePorts:
        asked.append((node_type, mode))
        return LLM

    workflow = Workflow.model_validate({"id": "wf", "nodes": [llm_node(mode="x-edit")]})
    graph_of(workflow, ports_of=noting)

    assert asked == [("gpt_5_4", "x-edit")]


@pytest.mark.parametrize(
    ("changes", "edge"),
    [
        ({}, Edge("e1", "node_1_request", "topic", "a", "prompt")),
        ({"sourceHandle": None}, Edge("e1", "node_1_request", "topic", "a", "prompt")),
        ({"sourceHandle": "out:topic"}, Edge("e1", "node_1_request", "topic", "a", "prompt")),
        (
            {"id": ""},
            Edge("node_1_request:topic-a:prompt", "node_1_request", "topic", "a", "prompt"),
        ),
        (
            {"source": "a", "sourceHandle": "out:output", "target": "node_1_response"}
            | {"targetHandle": "in:result"},
            Edge("e1", "a", "output", "node_1_response", "result"),
        ),
        (
            {"source": "a", "sourceHandle": None, "target": "node_1_response"}
            | {"targetHandle": None},
            Edge("e1", "a", "output", "node_1_response", "result"),
        ),
    ],
)
def test_edges_are_read_with_bare_ports(changes: dict[str, Any], edge: Edge) -> None:
    assert read(llm_node(), edges=(wire_edge(**changes),)).edges == (edge,)


def test_an_unsound_graph_is_read_so_that_its_problems_can_be_told() -> None:
    graph = read(edges=(wire_edge(target="ghost"),))

    assert [problem.rule for problem in structural_problems(graph)] == [Rule.NODE_EXISTS]


@pytest.mark.parametrize(
    ("nodes", "edges", "reason"),
    [
        ([llm_node(), llm_node()], (), "two nodes have the id 'a'"),
        ([{"id": "a", "data": {}}], (), "the node 'a' does not say which type it is"),
        (
            [llm_node()],
            (wire_edge(targetHandle=None),),
            "the edge from 'node_1_request' to 'a' does not say which input it means",
        ),
        (
            [{"id": "r", "type": "request", "data": {"fields": [{"type": "text"}]}}],
            (),
            "the Request node has a field without an id",
        ),
        (
            [{"id": "r", "type": "request", "data": {"fields": [{"id": "n", "min": "low"}]}}],
            (),
            "the Request node has a field of an unknown shape",
        ),
        (
            [{"id": "r", "type": "request", "data": {"fields": [{"id": "n", "options": 7}]}}],
            (),
            "the Request node has a field of an unknown shape",
        ),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(
    nodes: list[dict[str, Any]], edges: tuple[dict[str, Any], ...], reason: str
) -> None:
    with pytest.raises(GraphRuleError) as caught:
        read(*nodes, edges=edges)

    assert str(caught.value) == (
        f"This workflow cannot be read: {reason}. Open it in the app and save it again."
    )


def test_an_unknown_node_type_is_reported_by_whoever_knows_the_types() -> None:
    with pytest.raises(NameNotFoundError, match="No node type is called 'gpt_99'"):
        read({"id": "a", "type": "gpt_99", "data": {}})


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (WireNode(id="x", type="response"), True),
        (WireNode(id="x", type="responseNode"), True),
        (WireNode(id="node_17_response", type=""), True),
        (WireNode(id="x", type="gpt_5_4"), False),
    ],
)
def test_a_response_node_is_known_by_its_type_or_its_id(node: WireNode, *, expected: bool) -> None:
    assert is_response(node) == expected
