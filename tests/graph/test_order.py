"""What runs before what, and where the order fails."""

import pytest

from magica_mcp.errors import GraphRuleError
from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.order import batches, cycle_through, downstream, find_cycle, predecessors
from tests.graph.samples import chain, graph_with, image, llm, merge

DIAMOND = graph_with(
    llm("cat"),
    llm("dog"),
    image("picture"),
    edges=(
        "req.topic > cat.prompt",
        "req.topic > dog.prompt",
        "cat.output > picture.prompt",
        "dog.output > picture.size",
        "picture.result > res.result",
    ),
)


def test_predecessors_name_every_node_once_for_all_its_edges() -> None:
    assert predecessors(DIAMOND) == {
        "req": frozenset(),
        "res": frozenset({"picture"}),
        "cat": frozenset({"req"}),
        "dog": frozenset({"req"}),
        "picture": frozenset({"cat", "dog"}),
    }


def test_parallel_nodes_share_a_batch() -> None:
    assert batches(DIAMOND) == [["req"], ["cat", "dog"], ["picture"], ["res"]]


def test_a_node_waits_for_the_longest_way_to_it() -> None:
    graph = graph_with(
        llm("a"),
        llm("b"),
        edges=("a.output > b.prompt", "a.output > res.result", "b.output > res.result"),
    )

    assert batches(graph) == [["req", "a"], ["b"], ["res"]]


def test_within_a_batch_nodes_keep_the_order_of_the_graph() -> None:
    graph = graph_with(
        image("z"),
        image("y"),
        llm("b"),
        llm("a"),
        edges=("a.output > y.prompt", "b.output > z.prompt"),
    )

    assert batches(graph) == [["req", "res", "b", "a"], ["z", "y"]]


def test_two_edges_between_two_nodes_count_as_one_step() -> None:
    graph = graph_with(llm("a"), edges=("req.topic > a.prompt", "req.photo > a.image_urls"))

    assert batches(graph) == [["req", "res"], ["a"]]


def test_an_edge_to_nowhere_does_not_disturb_the_order() -> None:
    graph = Graph({"a": llm("a")}, (Edge("e", "a", "output", "ghost", "prompt"),))

    assert batches(graph) == [["a"]]


def test_a_cycle_has_no_order_and_is_named() -> None:
    with pytest.raises(GraphRuleError, match="a → b → c → a is a cycle"):
        batches(chain("a", "b", "c", closed=True))


def test_downstream_is_everything_fed_directly_or_through_others() -> None:
    assert downstream(DIAMOND, "cat") == {"picture", "res"}


def test_nothing_is_downstream_of_the_response() -> None:
    assert downstream(DIAMOND, "res") == frozenset()


def test_a_node_on_a_cycle_is_not_downstream_of_itself() -> None:
    assert downstream(chain("a", "b", closed=True), "a") == {"b"}


def test_a_graph_in_order_has_no_cycle() -> None:
    assert find_cycle(DIAMOND) is None


def test_a_node_that_feeds_itself_is_a_cycle() -> None:
    assert find_cycle(chain("a", closed=True)) == ("a", "a")


def test_a_cycle_is_found_behind_nodes_that_are_not_on_it() -> None:
    graph = graph_with(
        llm("before"),
        llm("a"),
        llm("b"),
        llm("after"),
        edges=(
            "before.output > a.prompt",
            "a.output > b.prompt",
            "b.output > a.temperature",
            "b.output > after.prompt",
        ),
    )

    assert find_cycle(graph) == ("a", "b", "a")


def test_a_cycle_through_an_edge_begins_and_ends_at_its_source() -> None:
    graph = chain("a", "b", "c", closed=True)

    assert cycle_through(graph, graph.edges[1]) == ("b", "c", "a", "b")


def test_an_edge_on_no_cycle_has_none_through_it() -> None:
    graph = chain("a", "b", "c")

    assert cycle_through(graph, graph.edges[0]) is None


def test_a_chain_of_five_thousand_nodes_is_put_in_order() -> None:
    node_ids = [f"n{position}" for position in range(5000)]

    assert batches(chain(*node_ids)) == [[node_id] for node_id in node_ids]


def test_a_cycle_of_five_thousand_nodes_is_found() -> None:
    node_ids = [f"n{position}" for position in range(5000)]

    assert find_cycle(chain(*node_ids, closed=True)) == (*node_ids, "n0")


def test_everything_down_a_chain_of_five_thousand_nodes_is_found() -> None:
    node_ids = [f"n{position}" for position in range(5000)]

    assert len(downstream(chain(*node_ids), "n0")) == 4999


def test_the_middle_of_a_very_long_cycle_is_left_out_of_the_sentence() -> None:
    node_ids = [f"n{position}" for position in range(5000)]

    with pytest.raises(GraphRuleError, match="n7 → … → n4997 → n4998 → n4999 → n0 is a cycle"):
        batches(chain(*node_ids, closed=True))


def test_a_node_without_edges_runs_in_the_first_batch() -> None:
    assert batches(graph_with(merge("m"))) == [["req", "res", "m"]]
