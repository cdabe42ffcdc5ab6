"""Which edges are let in, and what each refusal says."""

import pytest

from magica_mcp.errors import GraphRuleError
from magica_mcp.graph.edits import (
    with_edge,
)
from magica_mcp.graph.graph import Graph
from tests.graph.samples import edge, graph_with, image, llm, merge


def refusal(graph: Graph, path: str) -> GraphRuleError:
    """Why an edge is not let in."""
    with pytest.raises(GraphRuleError) as caught:
        with_edge(graph, edge(path))
    return caught.value


@pytest.mark.parametrize(
    "path",
    [
        "req.topic > a.prompt",
        "pic.result > a.image_urls",
        "a.output > pic.prompt",
        "a.output > res.result",
        "pic.result > res.result",
        "req.clip > cut.video_urls",
        "a.output > pic.size",
    ],
)
def test_an_edge_that_fits_is_added(path: str) -> None:
    graph = with_edge(graph_with(llm("a"), image("pic"), merge("cut")), edge(path))

    assert graph.edges == (edge(path),)


@pytest.mark.parametrize(
    ("path", "rule", "sentence"),
    [
        (
            "b.output > a.prompt",
            "node_exists",
            "This workflow has no node 'b'. Its nodes: 'req', 'res', 'a', 'pic', 'cut'.",
        ),
        (
            "a.output > pci.prompt",
            "node_exists",
            "This workflow has no node 'pci'. Did you mean 'pic'?",
        ),
        (
            "a.outptu > pic.prompt",
            "port_exists",
            "'a' (gpt_5_4) has no output 'out:outptu'. Did you mean 'out:output'?",
        ),
        (
            "req.tpic > a.prompt",
            "port_exists",
            "The Request node has no output 'tpic'. Did you mean 'topic'?",
        ),
        (
            "req.topic > a.promt",
            "port_exists",
            "'a' (gpt_5_4) has no input 'in:promt'. Did you mean 'in:prompt'?",
        ),
        (
            "req.topic > a.xyzzy",
            "port_exists",
            (
                "'a' (gpt_5_4) has no input 'in:xyzzy'. "
                "Its inputs: 'in:prompt', 'in:image_urls', 'in:temperature'."
            ),
        ),
        (
            "a.output > req.topic",
            "port_exists",
            (
                "The Request node has no input: a workflow starts there. "
                "Set its fields' values instead, or connect to another node."
            ),
        ),
        (
            "res.result > a.prompt",
            "port_exists",
            (
                "The Response node has no output: a workflow ends there. "
                "Connect the output that feeds it to 'a' instead."
            ),
        ),
        (
            "pic.result > a.prompt",
            "kinds_fit",
            (
                "'out:result' of 'pic' (flux_2_pro) gives image, but 'in:prompt' of 'a' (gpt_5_4) "
                "takes text, number or select. On that node, image fits 'in:image_urls'."
            ),
        ),
        (
            "req.topic > cut.video_urls",
            "kinds_fit",
            (
                "'topic' of the Request node gives text, but 'in:video_urls' of 'cut' "
                "(merge_videos) takes video or avmedia. 'clip' of the Request node would fit."
            ),
        ),
        (
            "a.output > cut.video_urls",
            "kinds_fit",
            (
                "'out:output' of 'a' (gpt_5_4) gives text, but 'in:video_urls' of 'cut' "
                "(merge_videos) takes video or avmedia. "
                "Put a node between them that takes text and gives video or avmedia."
            ),
        ),
        (
            "a.output > a.prompt",
            "no_cycle",
            "a → a is a cycle, and a workflow has to come to an end. Leave out one of these edges.",
        ),
    ],
)
def test_an_edge_that_breaks_a_rule_is_refused_with_what_would_do(
    path: str, rule: str, sentence: str
) -> None:
    error = refusal(graph_with(llm("a"), image("pic"), merge("cut")), path)

    assert (error.rule, str(error)) == (rule, sentence)


def test_a_text_output_does_not_feed_an_image_input() -> None:
    assert refusal(graph_with(llm("a"), llm("b")), "a.output > b.image_urls").rule == "kinds_fit"


def test_an_input_that_is_fed_takes_no_second_edge() -> None:
    graph = graph_with(llm("a"), llm("b"), edges=("a.output > b.prompt",))

    assert str(refusal(graph, "req.topic > b.prompt")) == (
        "'in:prompt' of 'b' (gpt_5_4) takes one edge, and 'a' feeds it already. "
        "Disconnect that first (edge 'a.output > b.prompt')."
    )


def test_the_response_takes_one_edge() -> None:
    graph = graph_with(llm("a"), llm("b"), edges=("a.output > res.result",))

    assert refusal(graph, "b.output > res.result").rule == "single_input"


def test_a_list_input_takes_several_edges_in_order() -> None:
    graph = graph_with(image("x"), image("y"), llm("a"), edges=("y.result > a.image_urls",))

    after = with_edge(graph, edge("x.result > a.image_urls"))

    assert [fed.source for fed in after.edges_into("a", port="image_urls")] == ["y", "x"]


def test_a_full_list_input_takes_no_more_edges() -> None:
    edges = ("x.result > a.image_urls", "y.result > a.image_urls")
    graph = graph_with(image("x"), image("y"), llm("a"), edges=edges)

    assert str(refusal(graph, "req.photo > a.image_urls")) == (
        "'in:image_urls' of 'a' (gpt_5_4) takes at most 2 edges. Disconnect one first."
    )


def test_the_same_edge_is_not_added_twice() -> None:
    graph = graph_with(image("x"), llm("a"), edges=("x.result > a.image_urls",))

    with pytest.raises(GraphRuleError, match=r"'out:result' of 'x' .* feeds 'in:image_urls' of"):
        with_edge(graph, edge("x.result > a.image_urls", "another"))


def test_an_edge_whose_id_is_taken_is_refused() -> None:
    graph = graph_with(llm("a"), edges=("req.topic > a.prompt",))

    with pytest.raises(GraphRuleError, match="two edges with the id"):
        with_edge(graph, edge("a.output > res.result", "req.topic > a.prompt"))


def test_an_edge_that_closes_a_cycle_is_refused_node_by_node() -> None:
    graph = graph_with(
        llm("a"), image("b"), llm("c"), edges=("a.output > b.prompt", "b.result > c.image_urls")
    )

    assert str(refusal(graph, "c.output > a.prompt")).startswith("c → a → b → c is a cycle")


def test_a_cycle_elsewhere_does_not_stop_a_sound_edge() -> None:
    graph = graph_with(llm("a"), llm("b"), edges=("a.output > a.prompt",))

    assert len(with_edge(graph, edge("req.topic > b.prompt")).edges) == 2


def test_a_refusal_knows_its_node() -> None:
    assert refusal(graph_with(llm("a")), "req.photo > a.prompt").node_id == "a"
