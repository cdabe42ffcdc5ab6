"""Where the inputs of a run's nodes come from, and in which form they arrive."""

import pytest
from pydantic import JsonValue

from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, NodeRole, request_node, response_node
from magica_mcp.graph.ports import NodePorts, Port, PortKind
from magica_mcp.local.engine.plan import FedInput, Feed, Plan, PlannedNode, plan_of

OUTPUTS: dict[str, dict[str, JsonValue]] = {
    "one": {"result": ["a"]},
    "two": {"result": ["b", "c"]},
    "plain": {"result": "d"},
    "silent": {},
}

ARRIVALS: list[tuple[bool, list[str], JsonValue]] = [
    (False, ["plain"], "d"),
    (False, ["one"], "a"),
    (False, ["two"], ["b", "c"]),
    (False, ["silent"], None),
    (True, ["plain"], ["d"]),
    (True, ["one"], ["a"]),
    (True, ["two", "plain", "one"], ["b", "c", "d", "a"]),
    (True, ["one", "silent"], ["a"]),
    (True, ["silent"], None),
]


@pytest.mark.parametrize(("multiple", "sources", "arriving"), ARRIVALS)
def test_what_arrives_has_the_form_that_its_input_takes(
    multiple: bool,  # noqa: FBT001 - a column of the table
    sources: list[str],
    arriving: JsonValue,
) -> None:
    feeds = tuple(Feed(source=source, port="result") for source in sources)

    assert FedInput(name="in", multiple=multiple, feeds=feeds).value(OUTPUTS) == arriving


@pytest.mark.parametrize("source", ["one", "two", "plain"])
def test_what_takes_anything_takes_it_as_it_is(source: str) -> None:
    fed = FedInput(name="in", takes_anything=True, feeds=(Feed(source=source, port="result"),))

    assert fed.value(OUTPUTS) == OUTPUTS[source]["result"]


def test_the_response_node_takes_anything() -> None:
    result = plan_of(_picture_of_a_prompt(), sub_model_of=no_modes).result

    assert result is not None
    assert result.takes_anything


def test_what_an_edge_brings_replaces_what_is_set_on_the_node() -> None:
    fed = FedInput(name="prompt", feeds=(Feed(value="from the edge"),))
    node = PlannedNode(node_id="n", node_type="t", given={"prompt": "own", "seed": 1}, fed=(fed,))

    assert node.input({}) == {"prompt": "from the edge", "seed": 1}


def test_where_nothing_arrives_the_own_value_stays() -> None:
    fed = FedInput(name="prompt", feeds=(Feed(source="silent", port="result"),))
    node = PlannedNode(node_id="n", node_type="t", given={"prompt": "own"}, fed=(fed,))

    assert node.input(OUTPUTS) == {"prompt": "own"}


def no_modes(node_type: str, mode: str | None) -> str | None:
    return mode


def test_a_plan_is_the_same_after_it_was_stored() -> None:
    plan = plan_of(_picture_of_a_prompt(), sub_model_of=no_modes)

    assert Plan.model_validate(plan.stored()) == plan


def test_values_of_the_request_node_are_known_from_the_start() -> None:
    plan = plan_of(_picture_of_a_prompt(), sub_model_of=no_modes)

    assert plan.nodes[0].input({}) == {"prompt": "a cat"}


def test_nodes_are_planned_in_an_order_in_which_they_can_run() -> None:
    last, first = _model("last"), _model("first")
    graph = Graph({"last": last, "first": first}, (Edge("e", "first", "result", "last", "prompt"),))

    plan = plan_of(graph, sub_model_of=no_modes)

    assert [node.node_id for node in plan.nodes] == ["first", "last"]


def _model(node_id: str) -> Node:
    ports = NodePorts((Port("prompt", PortKind.TEXT),), (Port("result", PortKind.TEXT),))
    return Node(node_id, "model", NodeRole.MODEL, ports)


def _picture_of_a_prompt() -> Graph:
    asking = request_node("ask", fields={"p": PortKind.TEXT}, defaults={"p": "a cat"})
    edges = (
        Edge("1", "ask", "p", "model", "prompt"),
        Edge("2", "model", "result", "end", "result"),
    )
    return Graph({"ask": asking, "model": _model("model"), "end": response_node("end")}, edges)
