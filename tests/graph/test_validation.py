"""Each check, and the order in which problems are told."""

from dataclasses import replace

import pytest
from pydantic import JsonValue

from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, NodeRole, request_node, response_node
from magica_mcp.graph.ports import NodePorts, Port, PortKind
from magica_mcp.graph.validation import (
    CHECKS,
    READINESS_CHECKS,
    STRUCTURAL_CHECKS,
    Rule,
    problems,
    readiness_problems,
    structural_problems,
)
from tests.graph.samples import LLM_PORTS, chain, edge, empty, graph_with, image, llm

SOUND = graph_with(
    llm("a"),
    image("b"),
    edges=("req.topic > a.prompt", "a.output > b.prompt", "b.result > res.result"),
)


def rules(graph: Graph) -> list[Rule]:
    return [problem.rule for problem in structural_problems(graph)]


def test_a_finished_workflow_has_no_problems() -> None:
    assert problems(SOUND) == []


def test_a_new_workflow_is_sound_but_not_ready() -> None:
    assert (structural_problems(empty()), len(readiness_problems(empty()))) == ([], 1)


@pytest.mark.parametrize(("missing", "name"), [("req", "Request"), ("res", "Response")])
def test_a_missing_end_is_a_problem(missing: str, name: str) -> None:
    nodes = {key: node for key, node in empty().nodes.items() if key != missing}

    assert [problem.text for problem in structural_problems(Graph(nodes))] == [
        f"The workflow has no {name} node. Create it anew: a new workflow has one."
    ]


@pytest.mark.parametrize(
    ("node", "sentence"),
    [
        (request_node("x", fields={}), "one Request node. Keep only one of 'req' or 'x'."),
        (response_node("x"), "one Response node. Keep only one of 'res' or 'x'."),
    ],
)
def test_a_second_end_is_a_problem(node: Node, sentence: str) -> None:
    assert structural_problems(graph_with(node))[0].text == f"A workflow has {sentence}"


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("ghost.output > a.prompt", Rule.NODE_EXISTS),
        ("a.output > ghost.prompt", Rule.NODE_EXISTS),
        ("a.ghost > res.result", Rule.PORT_EXISTS),
        ("req.topic > a.ghost", Rule.PORT_EXISTS),
        ("a.output > req.topic", Rule.PORT_EXISTS),
        ("res.result > a.prompt", Rule.PORT_EXISTS),
        ("req.photo > a.prompt", Rule.KINDS_FIT),
        ("a.output > a.prompt", Rule.NO_CYCLE),
    ],
)
def test_an_edge_that_breaks_a_rule_is_one_problem(path: str, rule: Rule) -> None:
    assert rules(graph_with(llm("a"), edges=(path,))) == [rule]


def test_an_input_fed_too_often_is_one_problem_however_many_edges_it_has() -> None:
    edges = ("a.output > d.prompt", "b.output > d.prompt", "c.output > d.prompt")
    graph = graph_with(llm("a"), llm("b"), llm("c"), llm("d"), edges=edges)

    assert rules(graph) == [Rule.SINGLE_INPUT]


def test_a_list_input_fed_beyond_its_limit_is_a_problem() -> None:
    edges = tuple(f"{source}.result > a.image_urls" for source in ("x", "y", "z"))
    graph = graph_with(image("x"), image("y"), image("z"), llm("a"), edges=edges)

    assert rules(graph) == [Rule.LIST_LIMIT]


def test_a_repeated_edge_is_one_problem() -> None:
    first = edge("x.result > a.image_urls")
    graph = graph_with(image("x"), llm("a"))

    assert rules(replace(graph, edges=(first, replace(first, id="again")))) == [Rule.NO_REPEAT]


def test_two_edges_with_one_id_are_one_problem() -> None:
    edges = (edge("req.topic > a.prompt", "e"), edge("a.output > res.result", "e"))

    assert rules(replace(graph_with(llm("a")), edges=edges)) == [Rule.UNIQUE_ID]


def test_a_cycle_is_named_node_by_node() -> None:
    graph = graph_with(llm("a"), llm("b"), edges=("a.output > b.prompt", "b.output > a.prompt"))

    assert structural_problems(graph)[0].text.startswith("a → b → a is a cycle")


def test_problems_come_in_the_order_a_person_would_fix_them() -> None:
    graph = Graph(
        {**chain("a", "b", closed=True).nodes, "req": empty().nodes["req"]},
        (
            edge("a.output > b.prompt"),
            edge("b.output > a.prompt"),
            edge("req.topic > b.prompt"),
            edge("req.photo > a.temperature"),
            edge("req.topic > ghost.prompt"),
        ),
    )

    assert [problem.rule for problem in problems(graph)] == [
        Rule.SCAFFOLD,
        Rule.NODE_EXISTS,
        Rule.KINDS_FIT,
        Rule.SINGLE_INPUT,
        Rule.NO_CYCLE,
    ]


def test_a_required_input_without_edge_or_value_is_named() -> None:
    graph = graph_with(llm("a"), edges=("a.output > res.result",))

    assert [problem.text for problem in readiness_problems(graph)] == [
        (
            "'in:prompt' of 'a' (gpt_5_4) is required. Set its value, or connect an output to it "
            "that gives text, number or select."
        )
    ]


@pytest.mark.parametrize("value", ["", None, []])
def test_an_empty_value_does_not_feed_a_required_input(value: str | None) -> None:
    node = Node("a", "gpt_5_4", NodeRole.MODEL, LLM_PORTS, {"prompt": value})
    graph = graph_with(node, edges=("a.output > res.result",))

    assert [problem.rule for problem in readiness_problems(graph)] == [Rule.REQUIRED_INPUT]


@pytest.mark.parametrize("value", ["hi", 0, False])
def test_a_value_feeds_a_required_input(value: str | int) -> None:
    node = Node("a", "gpt_5_4", NodeRole.MODEL, LLM_PORTS, {"prompt": value})

    assert readiness_problems(graph_with(node, edges=("a.output > res.result",))) == []


def test_a_list_value_beyond_its_limit_is_a_problem() -> None:
    inputs: dict[str, JsonValue] = {"prompt": "hi", "image_urls": ["1", "2", "3"]}
    node = Node("a", "gpt_5_4", NodeRole.MODEL, LLM_PORTS, inputs)
    graph = graph_with(node, edges=("a.output > res.result",))

    assert [problem.rule for problem in readiness_problems(graph)] == [Rule.LIST_LIMIT]


def test_a_response_that_nothing_reaches_is_a_problem_with_a_place() -> None:
    problem = readiness_problems(empty())[0]

    assert (problem.rule, problem.node_id, problem.port) == (Rule.RESPONSE_FED, "res", "result")


def test_all_problems_are_the_structural_ones_and_then_those_of_readiness() -> None:
    assert (*STRUCTURAL_CHECKS, *READINESS_CHECKS) == CHECKS


def test_a_node_without_inputs_is_ready() -> None:
    node = Node("a", "noise", NodeRole.MODEL, NodePorts(outputs=(Port("result", PortKind.IMAGE),)))
    graph = replace(graph_with(node), edges=(Edge("e", "a", "result", "res", "result"),))

    assert problems(graph) == []
