"""Workflows of the wire, in all their shapes, read as graphs."""

from typing import Any

import pytest

from magica_mcp.errors import GraphRuleError, NameNotFoundError
from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, NodeRole, request_node, response_node
from magica_mcp.graph.ports import NodePorts, Port, PortKind
from magica_mcp.graph.validation import Rule, structural_problems
from magica_mcp.models.graphs import (
    edge_id_of,
    graph_of,
    input_meant,
    is_response,
    outline_of,
    output_meant,
    role_of,
    with_node_values,
)
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


# What an edit needs of the wire ---------------------------------------------------------------


def node_of(**data: Any) -> WireNode:
    return WireNode.model_validate(llm_node(**data))


@pytest.mark.parametrize(
    ("node", "role"),
    [
        ({"id": "x", "type": "request"}, NodeRole.REQUEST),
        ({"id": "node_1_request", "type": ""}, NodeRole.REQUEST),
        ({"id": "x", "type": "response"}, NodeRole.RESPONSE),
        ({"id": "x", "type": "gpt_5_4"}, NodeRole.MODEL),
    ],
)
def test_the_role_of_a_node_is_read_without_the_rest(node: dict[str, Any], role: NodeRole) -> None:
    assert role_of(WireNode.model_validate(node)) is role


def test_an_outline_is_read_of_a_workflow_that_cannot_be_read_as_a_graph() -> None:
    workflow = Workflow.model_validate(
        {
            "id": "wf",
            "nodes": [{"id": "a", "type": ""}, {"id": "b", "type": "gpt_99"}],
            "edges": [{"source": "a", "target": "b", "sourceHandle": "out:x"}],
        }
    )
    outline = outline_of(workflow)

    assert [*outline.nodes] == ["a", "b"]
    assert outline.edges == (Edge("a:x-b:", "a", "x", "b", ""),)


@pytest.mark.parametrize("changes", [{}, {"id": ""}, {"id": "", "sourceHandle": "out:topic"}])
def test_an_outline_and_a_graph_call_an_edge_the_same(changes: dict[str, Any]) -> None:
    workflow = Workflow.model_validate(
        {"id": "wf", "nodes": [REQUEST, llm_node()], "edges": [wire_edge(**changes)]}
    )
    graph = graph_of(workflow, ports_of=ports_of)

    assert [edge_id_of(edge) for edge in workflow.edges] == [edge.id for edge in graph.edges]


@pytest.mark.parametrize(
    ("data", "values", "expected"),
    [
        ({}, {"prompt": "new"}, {"inputs": {"prompt": "new"}}),
        ({"inputs": None}, {"prompt": "new"}, {"inputs": {"prompt": "new"}}),
        (
            {"label": "Writer", "inputs": {"mode": "full"}},
            {"prompt": "new"},
            {"label": "Writer", "inputs": {"mode": "full", "prompt": "new"}},
        ),
        ({"inputs": {"prompt": "old", "seed": 1}}, {"prompt": None}, {"inputs": {"seed": 1}}),
        ({"prompt": "old", "label": "W"}, {"prompt": None}, {"label": "W", "inputs": {}}),
        ({"mode": "x-edit"}, {"mode": None}, {"mode": "x-edit", "inputs": {}}),
        (
            {"subModelId": "x-edit", "mode": "full"},
            {"mode": None},
            {"subModelId": "x-edit", "inputs": {}},
        ),
    ],
)
def test_values_are_written_where_they_are_read_first(
    data: dict[str, Any], values: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert with_node_values(node_of(**data), values).data == expected


def test_writing_values_leaves_the_rest_of_a_node_alone() -> None:
    node = WireNode.model_validate({**llm_node(), "selected": True})
    written = with_node_values(node, {"prompt": "new"})

    assert {**written.wire(), "data": {}} == {**node.wire(), "data": {}}


REQUEST_NODE = request_node(
    "req", fields={"photo": PortKind.IMAGE, "photo_2": PortKind.IMAGE, "word": PortKind.TEXT}
)
NAMES = {"photo": "Photo", "photo_2": "photo", "word": "The word"}
LLM_NODE = Node("a", "gpt_5_4", NodeRole.MODEL, LLM)


@pytest.mark.parametrize(
    ("handle", "meant"),
    [
        ("photo", "photo"),
        ("Photo", "photo"),
        ("photo-2", "photo_2"),
        ("the word", "word"),
        ("out:word", "word"),
        ("in between", "in between"),
        ("ghost", "ghost"),
    ],
)
def test_a_field_of_the_request_is_known_by_its_id_or_its_name(handle: str, meant: str) -> None:
    assert output_meant(REQUEST_NODE, handle, names=NAMES) == meant


def test_a_name_that_several_fields_have_is_refused_with_their_ids() -> None:
    names = {"photo": "Picture", "photo_2": "picture"}

    with pytest.raises(GraphRuleError) as caught:
        output_meant(REQUEST_NODE, "Picture", names=names)

    assert str(caught.value) == (
        "'Picture' fits several outputs of the Request node: 'photo' or 'photo_2'. "
        "Use one of these."
    )


@pytest.mark.parametrize(
    ("handle", "meant"),
    [
        ("in:image_urls", "image_urls"),
        ("image_urls", "image_urls"),
        (" IN:Image URLs ", "image_urls"),
        ("in:ghost", "ghost"),
    ],
)
def test_an_input_is_known_with_and_without_its_prefix(handle: str, meant: str) -> None:
    assert input_meant(LLM_NODE, handle) == meant


@pytest.mark.parametrize("handle", ["result", "in:result", "Result"])
def test_the_input_of_the_response_is_known_however_it_is_written(handle: str) -> None:
    assert input_meant(response_node("res"), handle) == "result"


def test_an_output_that_is_written_as_an_input_is_refused() -> None:
    with pytest.raises(GraphRuleError) as caught:
        output_meant(LLM_NODE, "in:output", names={})

    assert str(caught.value) == (
        "'in:output' is written as an input of 'a' (gpt_5_4), but an edge starts at an output. "
        "Did you mean 'out:output'? If it should lead the other way, swap source and target."
    )


def test_an_input_that_is_written_as_an_output_is_refused() -> None:
    with pytest.raises(GraphRuleError, match="written as an output of the Response node"):
        input_meant(response_node("res"), "out:result")


def test_a_node_without_ports_leaves_the_refusal_to_the_rules() -> None:
    assert input_meant(REQUEST_NODE, "out:photo") == "out:photo"
