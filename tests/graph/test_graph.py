"""Nodes and graphs as values that nobody can change from outside."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError

import pytest
from pydantic import JsonValue

from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, NodeRole
from tests.graph.samples import (
    LLM_PORTS,
    REQUEST_FIELDS,
    chain,
    edge,
    empty,
    graph_with,
    llm,
    merge,
)


def test_a_graph_does_not_follow_the_mapping_it_was_made_from() -> None:
    nodes = {"a": llm("a")}
    graph = Graph(nodes)

    nodes.clear()

    assert list(graph.nodes) == ["a"]


def test_a_node_does_not_follow_the_values_it_was_made_from() -> None:
    urls: list[JsonValue] = ["https://a"]
    node = Node("a", "gpt_5_4", NodeRole.MODEL, LLM_PORTS, {"image_urls": urls})

    urls.append("https://b")

    assert node.inputs == {"image_urls": ["https://a"]}


@pytest.mark.parametrize(
    "change",
    [
        lambda graph: graph.nodes.update({}),
        lambda graph: graph.nodes.__setitem__("x", llm("x")),
        lambda graph: graph.nodes["a"].inputs.__setitem__("prompt", "x"),
        lambda graph: graph.edges.append(edge("a.output > b.prompt")),
        lambda graph: setattr(graph, "edges", ()),
        lambda graph: setattr(graph.nodes["a"], "id", "x"),
    ],
)
def test_neither_a_graph_nor_its_nodes_can_be_changed(change: Callable[[Graph], None]) -> None:
    with pytest.raises((AttributeError, FrozenInstanceError)):
        change(chain("a", "b"))


def test_graphs_with_the_same_nodes_and_edges_are_equal() -> None:
    assert chain("a", "b") == chain("a", "b")


def test_the_order_of_edges_is_part_of_a_graph() -> None:
    edges = ("x.video_url > m.video_urls", "y.video_url > m.video_urls")
    nodes = (merge("x"), merge("y"), merge("m"))

    assert graph_with(*nodes, edges=edges) != graph_with(*nodes, edges=edges[::-1])


def test_edges_into_a_list_input_keep_their_order() -> None:
    edges = ("y.video_url > m.video_urls", "x.video_url > m.video_urls")
    graph = graph_with(merge("x"), merge("y"), merge("m"), edges=edges)

    assert [found.source for found in graph.edges_into("m", port="video_urls")] == ["y", "x"]


def test_edges_out_of_a_node_are_found_by_port_or_all_together() -> None:
    graph = graph_with(llm("a"), edges=("req.topic > a.prompt", "req.photo > a.image_urls"))

    found = graph.edges_out_of("req", port="photo"), graph.edges_out_of("req")

    assert found == (graph.edges[1:], graph.edges)


def test_edges_between_two_nodes_are_found() -> None:
    graph = chain("a", "b", "c")

    assert graph.edges_between("a", "b") == (Edge("a-b", "a", "output", "b", "prompt"),)


def test_edges_are_found_by_their_id() -> None:
    graph = chain("a", "b", "c")

    assert graph.edges_called("b-c") == (Edge("b-c", "b", "output", "c", "prompt"),)


def test_a_node_without_edges_has_none() -> None:
    assert chain("a").edges_into("a") == ()


def test_nodes_are_found_by_their_role() -> None:
    assert [node.id for node in empty().of_role(NodeRole.RESPONSE)] == ["res"]


@pytest.mark.parametrize("target_handle", ["result", "in:result"])
def test_the_response_input_may_be_written_either_way(target_handle: str) -> None:
    read = Edge.of_handles(
        "e", source="a", source_handle="out:output", target="res", target_handle=target_handle
    )

    assert read == Edge("e", "a", "output", "res", "result")


def test_a_model_node_names_its_ports_with_their_side() -> None:
    node = llm("a")

    assert (node.input_handle("prompt"), node.output_handle("output")) == (
        "in:prompt",
        "out:output",
    )


def test_the_ends_of_a_workflow_name_their_ports_bare() -> None:
    nodes = empty().nodes

    assert (nodes["req"].output_handle("topic"), nodes["res"].input_handle("result")) == (
        "topic",
        "result",
    )


def test_the_outputs_of_the_request_node_are_its_fields() -> None:
    outputs = empty().nodes["req"].ports.outputs

    assert {port.name: port.kind for port in outputs} == REQUEST_FIELDS


@pytest.mark.parametrize(
    ("node_id", "settable"),
    [
        ("req", ("topic", "clip", "photo")),
        ("res", ()),
        ("a", ("prompt", "image_urls", "temperature")),
    ],
)
def test_values_are_set_on_fields_and_on_model_inputs(
    node_id: str, settable: tuple[str, ...]
) -> None:
    assert graph_with(llm("a")).nodes[node_id].settable == settable
