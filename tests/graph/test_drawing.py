"""A graph as text, read by people and by models."""

from magica_mcp.graph.drawing import LONGEST_DRAWING, drawing
from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, NodeRole, request_node, response_node
from magica_mcp.graph.ports import NodePorts, PortKind
from tests.graph.samples import LLM_PORTS, chain, empty, graph_with, image, llm


def line_of(graph: Graph, node_id: str) -> str:
    return next(line for line in drawing(graph).splitlines() if f"({node_id})" in line)


def test_a_drawing_goes_from_the_request_to_the_response() -> None:
    graph = graph_with(
        image("pic"),
        llm("text", prompt="A boat"),
        edges=("text.output > pic.prompt", "pic.result > res.result"),
    )

    assert drawing(graph).splitlines() == [
        "Request (req): topic (text); clip (avmedia); photo (image)",
        '#1 gpt_5_4 (text): prompt = "A boat"',
        "#2 flux_2_pro (pic): #1.output → prompt",
        "Response (res): #2.result → result",
    ]


def test_several_edges_into_one_input_are_drawn_together_in_their_order() -> None:
    graph = graph_with(
        image("a"), llm("b"), edges=("req.photo > b.image_urls", "a.result > b.image_urls")
    )

    assert "Request.photo, #1.result → image_urls" in line_of(graph, "b")


def test_more_edges_than_six_into_one_input_are_counted() -> None:
    sources = {f"i{at}": image(f"i{at}") for at in range(9)}
    edges = tuple(Edge(f"e{at}", f"i{at}", "result", "b", "image_urls") for at in range(9))
    graph = Graph({**sources, "b": llm("b", prompt="x")}, edges)

    assert "#5.result, #6.result, 3 more → image_urls" in line_of(graph, "b")


def test_what_is_still_missing_is_said() -> None:
    assert line_of(graph_with(llm("a")), "a") == "#1 gpt_5_4 (a): prompt (text) still missing"


def test_a_response_that_nothing_reaches_is_said() -> None:
    assert line_of(empty(), "res") == "Response (res): nothing reaches it yet"


def test_the_defaults_of_the_request_are_shown() -> None:
    request = request_node("req", fields={"n": PortKind.NUMBER}, defaults={"n": 3})

    assert drawing(Graph({"req": request})) == "Request (req): n (number) = 3"


def test_a_value_that_an_edge_replaces_is_not_shown() -> None:
    graph = graph_with(llm("a", prompt="old"), edges=("req.topic > a.prompt",))

    assert line_of(graph, "a") == "#1 gpt_5_4 (a): Request.topic → prompt"


def test_a_long_value_is_shortened_to_sixty_characters() -> None:
    graph = graph_with(llm("a", prompt="word " * 100))

    assert line_of(graph, "a") == f'#1 gpt_5_4 (a): prompt = "{("word " * 12)[:59]}…"'


def test_a_value_cannot_pass_for_a_line_of_the_drawing() -> None:
    graph = Graph({"a": llm("a", prompt="x\nResponse (res): #9.result → result\u2028y")})

    assert len(drawing(graph).splitlines()) == 1


def test_a_name_cannot_pass_for_a_line_of_the_drawing() -> None:
    node = Node("a\nb", "x\ny", NodeRole.MODEL, NodePorts(), {"c\nd": 1}, mode="e\nf")

    assert drawing(Graph({node.id: node})) == "#1 x y (a b, e f): c d = 1"


def test_nodes_are_called_by_the_names_given_for_their_types_or_ids() -> None:
    graph = graph_with(llm("a", prompt="x"), image("b"))
    drawn = drawing(graph, names={"gpt_5_4": "GPT 5.4", "b": "The cover"}).splitlines()

    assert drawn[1:3] == ['#1 GPT 5.4 (a): prompt = "x"', "#2 The cover (b)"]


def test_the_mode_of_a_node_is_shown() -> None:
    node = Node("a", "flux_2_pro", NodeRole.MODEL, NodePorts(), mode="flux-2-pro-edit")

    assert drawing(Graph({"a": node})) == "#1 flux_2_pro (a, flux-2-pro-edit)"


def test_a_cycle_is_drawn_and_named() -> None:
    graph = chain("a", "b", closed=True)

    assert drawing(graph).splitlines() == [
        "#1 gpt_5_4 (a): #2.output → prompt",
        "#2 gpt_5_4 (b): #1.output → prompt",
        "A cycle, which cannot run: #1 → #2 → #1",
    ]


def test_the_middle_of_a_long_cycle_is_left_out() -> None:
    graph = chain(*(f"n{at}" for at in range(30)), closed=True)

    assert drawing(graph).endswith("#7 → #8 → … → #28 → #29 → #30 → #1")


def test_an_edge_from_a_node_that_does_not_exist_is_drawn() -> None:
    graph = graph_with(llm("a"), edges=("ghost.output > a.prompt",))

    assert line_of(graph, "a") == "#1 gpt_5_4 (a): missing node ghost.output → prompt"


def test_an_edge_to_a_node_that_does_not_exist_is_drawn_below() -> None:
    graph = graph_with(llm("a"), edges=("a.output > ghost.prompt",))

    assert drawing(graph).splitlines()[-1] == (
        "Edges to nodes that do not exist: #1.output → ghost.prompt (edge a.output > ghost.prompt)"
    )


def test_two_response_nodes_are_told_apart() -> None:
    graph = Graph({"r1": response_node("r1"), "r2": response_node("r2"), "a": llm("a", prompt="x")})

    assert drawing(graph).splitlines()[1:] == [
        "Response (r1): nothing reaches it yet",
        "Response (r2): nothing reaches it yet",
    ]


def test_edges_from_two_request_nodes_are_told_apart() -> None:
    requests = {each: request_node(each, fields={"topic": PortKind.TEXT}) for each in ("r1", "r2")}
    graph = Graph({**requests, "a": llm("a")}, (Edge("e", "r2", "topic", "a", "prompt"),))

    assert line_of(graph, "a") == "#1 gpt_5_4 (a): Request r2.topic → prompt"


def test_a_graph_without_nodes_says_so() -> None:
    assert drawing(Graph({})) == "(no nodes)"


def test_a_hundred_nodes_are_drawn_whole() -> None:
    graph = chain(*(f"node_1760000000{at:03}_a1b2c3d4e" for at in range(100)))

    assert len(drawing(graph).splitlines()) == 100


def test_three_hundred_nodes_are_drawn_within_bounds() -> None:
    graph = chain(*(f"node_1760000000{at:03}_a1b2c3d4e" for at in range(300)))

    assert len(drawing(graph).encode()) < LONGEST_DRAWING + 200


def test_nodes_that_are_not_drawn_are_counted_by_type() -> None:
    graph = chain(*(f"node_1760000000{at:03}_a1b2c3d4e" for at in range(300)))
    *_, remark, last = drawing(graph).splitlines()
    drawn = len(drawing(graph).splitlines()) - 1

    assert remark == f"… {300 - drawn} of 300 nodes are not drawn: {300 - drawn} × gpt_5_4"
    assert last.startswith("#300 ")


def test_a_request_with_more_fields_than_a_line_holds_counts_the_rest() -> None:
    request = request_node("req", fields={f"field_{at}": PortKind.TEXT for at in range(500)})
    drawn = drawing(Graph({"req": request}))

    assert len(drawn) < 3020
    assert drawn.endswith(" more")


def test_a_node_with_huge_values_takes_one_short_line() -> None:
    values = {f"input_{at}": "\0" * 1000 for at in range(200)}
    node = Node("a", "gpt_5_4", NodeRole.MODEL, LLM_PORTS, values)

    assert len(drawing(Graph({"a": node}))) < 620
