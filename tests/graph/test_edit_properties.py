"""What holds for every graph that edits can make, whatever the edits."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from magica_mcp.errors import GraphRuleError
from magica_mcp.graph.edits import with_edge, with_inputs, with_node, without_edge, without_node
from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, request_node
from magica_mcp.graph.order import batches, cycle_through, downstream, find_cycle, predecessors
from magica_mcp.graph.validation import structural_problems
from tests.graph.samples import empty, image, llm, merge

Edit = Callable[[Graph], Graph]

IDS = st.sampled_from(["a", "b", "c", "d", "e", "req", "res", "ghost"])
OUTPUTS = st.sampled_from(["output", "result", "video_url", "topic", "clip", "photo", "ghost"])
INPUTS = st.sampled_from(["prompt", "image_urls", "temperature", "size", "video_urls", "result"])
EDGE_IDS = st.integers(0, 30).map(lambda number: f"e{number}")
EDGES = st.builds(Edge, EDGE_IDS, IDS, OUTPUTS, IDS, INPUTS)


def a_node(node_id: str, make: Callable[[str], Node]) -> Node:
    return make(node_id)


NODES = st.builds(
    a_node, IDS, st.sampled_from([llm, image, merge, lambda i: request_node(i, fields={})])
)
ITEMS: st.SearchStrategy[list[JsonValue]] = st.lists(st.text(), max_size=4)
VALUES = st.dictionaries(INPUTS, st.one_of(st.none(), st.text(), ITEMS))


def adding(node: Node) -> Edit:
    return lambda graph: with_node(graph, node)


def removing(node_id: str) -> Edit:
    return lambda graph: without_node(graph, node_id)


def connecting(edge: Edge) -> Edit:
    return lambda graph: with_edge(graph, edge)


def disconnecting(edge_id: str) -> Edit:
    return lambda graph: without_edge(graph, edge_id)


def setting(node_id: str, inputs: Mapping[str, JsonValue]) -> Edit:
    return lambda graph: with_inputs(graph, node_id, inputs=inputs)


EDITS = st.one_of(
    NODES.map(adding),
    EDGES.map(connecting),
    EDGES.map(connecting),
    IDS.map(removing),
    EDGE_IDS.map(disconnecting),
    st.builds(setting, IDS, VALUES),
)


def wherever_allowed(edits: list[Edit]) -> Graph:
    """A graph after all edits that are not refused; most start with nodes to connect."""
    graph = empty()
    for edit in [*map(adding, (llm("a"), llm("b"), image("c"))), *edits]:
        try:
            graph = edit(graph)
        except GraphRuleError:
            continue
    return graph


GRAPHS = st.lists(EDITS, max_size=40).map(wherever_allowed)


@given(GRAPHS)
@settings(max_examples=150, deadline=None)
def test_no_sequence_of_edits_makes_an_unsound_graph(graph: Graph) -> None:
    assert structural_problems(graph) == []


@given(GRAPHS, EDGES)
@settings(max_examples=150, deadline=None)
def test_an_edge_is_refused_exactly_where_the_checks_would_find_a_problem(
    graph: Graph, edge: Edge
) -> None:
    found = structural_problems(replace(graph, edges=(*graph.edges, edge)))

    try:
        with_edge(graph, edge)
        refused = ""
    except GraphRuleError as error:
        refused = error.rule

    assert refused in ({problem.rule.value for problem in found} or {""})


@given(GRAPHS, EDGES)
@settings(max_examples=100, deadline=None)
def test_removing_an_added_edge_gives_the_same_graph(graph: Graph, edge: Edge) -> None:
    try:
        after = with_edge(graph, edge)
    except GraphRuleError:
        return

    assert without_edge(after, edge.id) == graph


@given(GRAPHS, NODES)
@settings(max_examples=100, deadline=None)
def test_removing_an_added_node_gives_the_same_graph(graph: Graph, node: Node) -> None:
    try:
        after = with_node(graph, node)
    except GraphRuleError:
        return

    assert without_node(after, node.id) == graph


@given(GRAPHS)
@settings(max_examples=100, deadline=None)
def test_every_node_is_in_one_batch(graph: Graph) -> None:
    placed = [node_id for batch in batches(graph) for node_id in batch]

    assert sorted(placed) == sorted(graph.nodes)


@given(GRAPHS)
@settings(max_examples=100, deadline=None)
def test_every_edge_leads_to_a_later_batch(graph: Graph) -> None:
    batch_of = {node_id: at for at, batch in enumerate(batches(graph)) for node_id in batch}

    assert all(batch_of[edge.source] < batch_of[edge.target] for edge in graph.edges)


@given(GRAPHS, IDS)
@settings(max_examples=100, deadline=None)
def test_downstream_goes_on_from_each_node_to_those_that_it_feeds(graph: Graph, start: str) -> None:
    reached = {start, *downstream(graph, start)}

    fed = {node for node, before in predecessors(graph).items() if before & reached}
    assert fed | {start} == reached


@given(st.lists(st.tuples(IDS, IDS), max_size=12))
@settings(max_examples=200, deadline=None)
def test_a_graph_has_a_cycle_where_one_of_its_edges_is_on_one(pairs: list[tuple[str, str]]) -> None:
    edges = tuple(Edge(f"e{at}", a, "o", b, "i") for at, (a, b) in enumerate(pairs))
    graph = Graph({node_id: llm(node_id) for pair in pairs for node_id in pair}, edges)

    on_cycles = [edge for edge in edges if cycle_through(graph, edge)]

    assert bool(find_cycle(graph)) == bool(on_cycles)


@given(st.lists(st.tuples(IDS, IDS), min_size=3, max_size=16))
@settings(max_examples=200, deadline=None)
def test_a_cycle_that_is_found_can_be_walked(pairs: list[tuple[str, str]]) -> None:
    edges = tuple(Edge(f"e{at}", a, "o", b, "i") for at, (a, b) in enumerate(pairs))
    graph = Graph({node_id: llm(node_id) for pair in pairs for node_id in pair}, edges)

    cycle = find_cycle(graph) or ()

    assert set(pairwise(cycle)) <= set(pairs)
