"""Each edit, and what each refusal says."""

import pytest
from pydantic import JsonValue

from magica_mcp.errors import GraphRuleError
from magica_mcp.graph.edits import (
    existing_node,
    scaffold,
    with_inputs,
    with_node,
    without_edge,
    without_node,
)
from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, NodeRole, request_node, response_node
from tests.graph.samples import LLM_PORTS, edge, empty, graph_with, image, llm


def test_a_new_workflow_has_its_two_ends_and_nothing_else() -> None:
    assert (list(empty().nodes), empty().edges) == (["req", "res"], ())


@pytest.mark.parametrize(
    ("request_", "response"),
    [
        (response_node("a"), response_node("b")),
        (request_node("a", fields={}), llm("b")),
        (request_node("a", fields={}), response_node("a")),
    ],
)
def test_a_new_workflow_needs_a_request_and_a_response(request_: Node, response: Node) -> None:
    with pytest.raises(GraphRuleError, match="Give one of each"):
        scaffold(request=request_, response=response)


def test_a_node_is_added_to_a_new_graph_and_the_old_one_stays() -> None:
    before = empty()

    after = with_node(before, llm("a"))

    assert (list(before.nodes), list(after.nodes)) == (["req", "res"], ["req", "res", "a"])


def test_a_node_whose_id_is_taken_is_refused() -> None:
    with pytest.raises(GraphRuleError, match="There is a node 'a' already"):
        with_node(graph_with(llm("a")), image("a"))


@pytest.mark.parametrize(
    ("node", "name"),
    [(request_node("x", fields={}), "Request"), (response_node("x"), "Response")],
)
def test_a_second_scaffold_node_is_refused(node: Node, name: str) -> None:
    with pytest.raises(GraphRuleError, match=f"A workflow has one {name} node already"):
        with_node(empty(), node)


def test_a_preset_value_with_a_misspelt_name_is_refused_with_the_right_one() -> None:
    with pytest.raises(GraphRuleError, match=r"No value 'promt' .* Did you mean 'prompt'\?"):
        with_node(empty(), llm("a", promt="hi"))


def test_removing_a_node_removes_its_edges_on_both_sides() -> None:
    graph = graph_with(
        llm("a"),
        llm("b"),
        edges=("req.topic > a.prompt", "a.output > b.prompt", "b.output > res.result"),
    )

    after = without_node(graph, "a")

    assert [kept.id for kept in after.edges] == ["b.output > res.result"]


@pytest.mark.parametrize(("node_id", "name"), [("req", "Request"), ("res", "Response")])
def test_a_scaffold_node_is_not_removed(node_id: str, name: str) -> None:
    with pytest.raises(GraphRuleError, match=f"The {name} node belongs to every workflow"):
        without_node(empty(), node_id)


def test_removing_an_unknown_node_names_the_nearest_one() -> None:
    with pytest.raises(GraphRuleError, match=r"no node 'writre'\. Did you mean 'writer'\?"):
        without_node(graph_with(llm("writer")), "writre")


def test_an_existing_node_is_given_back() -> None:
    assert existing_node(graph_with(llm("a")), "a") == llm("a")


def test_set_values_join_those_set_before() -> None:
    graph = with_inputs(graph_with(llm("a", prompt="hi")), "a", inputs={"temperature": 1})

    assert graph.nodes["a"].inputs == {"prompt": "hi", "temperature": 1}


def test_none_takes_a_value_away() -> None:
    graph = with_inputs(graph_with(llm("a", prompt="hi")), "a", inputs={"prompt": None})

    assert graph.nodes["a"].inputs == {}


def test_setting_values_keeps_the_edges() -> None:
    before = graph_with(llm("a"), edges=("a.output > res.result",))

    assert with_inputs(before, "a", inputs={"prompt": "hi"}).edges == before.edges


def test_a_request_field_takes_a_default() -> None:
    graph = with_inputs(empty(), "req", inputs={"topic": "cats"})

    assert graph.nodes["req"].inputs == {"topic": "cats"}


def test_a_hidden_input_may_be_set_on_a_model() -> None:
    graph = with_inputs(graph_with(llm("a")), "a", inputs={"provider": "local"})

    assert graph.nodes["a"].inputs == {"provider": "local"}


@pytest.mark.parametrize(
    ("node_id", "inputs", "sentence"),
    [
        (
            "a",
            {"promt": "hi"},
            "No value 'promt' can be set on 'a' (gpt_5_4). Did you mean 'prompt'?",
        ),
        (
            "a",
            {"zzz": 1},
            (
                "No value 'zzz' can be set on 'a' (gpt_5_4). "
                "Its inputs: 'prompt', 'image_urls', 'temperature'."
            ),
        ),
        (
            "req",
            {"zzz": 1},
            "No value 'zzz' can be set on the Request node. Its fields: 'topic', 'clip', 'photo'.",
        ),
        (
            "res",
            {"result": 1},
            "No value 'result' can be set on the Response node. It has no inputs.",
        ),
        (
            "a",
            {"image_urls": ["1", "2", "3"]},
            "'in:image_urls' of 'a' (gpt_5_4) takes at most 2 items, and 3 are given. Take 1 away.",
        ),
        (
            "b",
            {},
            "This workflow has no node 'b'. Its nodes: 'req', 'res', 'a'.",
        ),
    ],
)
def test_a_value_that_has_no_place_is_refused_with_what_would_do(
    node_id: str, inputs: dict[str, JsonValue], sentence: str
) -> None:
    with pytest.raises(GraphRuleError) as caught:
        with_inputs(graph_with(llm("a")), node_id, inputs=inputs)

    assert str(caught.value) == sentence


def test_an_edge_is_removed_by_its_id() -> None:
    graph = graph_with(llm("a"), edges=("req.topic > a.prompt", "a.output > res.result"))

    assert without_edge(graph, "req.topic > a.prompt").edges == (edge("a.output > res.result"),)


def test_removing_an_unknown_edge_names_the_nearest_one() -> None:
    graph = Graph({"a": llm("a")}, (Edge("edge_17", "a", "output", "res", "result"),))

    with pytest.raises(GraphRuleError, match=r"no edge 'edge_71'\. Did you mean 'edge_17'\?"):
        without_edge(graph, "edge_71")


def test_a_node_with_a_sub_model_keeps_its_mode_through_edits() -> None:
    node = Node("a", "flux_2_max", NodeRole.MODEL, LLM_PORTS, mode="flux-2-max-edit")
    graph = with_inputs(with_node(empty(), node), "a", inputs={"prompt": "hi"})

    assert graph.nodes["a"].mode == "flux-2-max-edit"
