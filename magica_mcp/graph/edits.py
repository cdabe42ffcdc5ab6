"""How a graph changes: each edit gives a new graph, or a refusal that says what would do."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pydantic import JsonValue

from magica_mcp.graph.connections import EDGE_RULES
from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, NodeRole
from magica_mcp.graph.problem import Problem, Rule, advice, no_such_node, refuse
from magica_mcp.graph.values import overlong_lists, unknown_names


def scaffold(*, request: Node, response: Node) -> Graph:
    """The graph of a new workflow: its two ends and nothing between them."""
    roles = (request.role, response.role)
    if roles != (NodeRole.REQUEST, NodeRole.RESPONSE) or request.id == response.id:
        text = "A workflow starts with a Request and a Response node. Give one of each."
        raise Problem(Rule.SCAFFOLD, text).error()
    return Graph({request.id: request, response.id: response})


def with_node(graph: Graph, node: Node) -> Graph:
    """A model node more. Raises `GraphRuleError`: the id is taken, a value has no place."""
    refuse(_why_not_added(graph, node))
    return replace(graph, nodes={**graph.nodes, node.id: node})


def without_node(graph: Graph, node_id: str) -> Graph:
    """A node less, and its edges. Raises `GraphRuleError`: no such node, or a scaffold node."""
    node = existing_node(graph, node_id)
    if node.is_scaffold:
        text = (
            f"The {node.role.value.capitalize()} node belongs to every workflow and cannot be "
            "removed. Remove its edges, or delete the workflow."
        )
        raise Problem(Rule.SCAFFOLD, text, node_id).error()
    return Graph(
        nodes={key: kept for key, kept in graph.nodes.items() if key != node_id},
        edges=tuple(edge for edge in graph.edges if node_id not in (edge.source, edge.target)),
    )


def with_inputs(graph: Graph, node_id: str, *, inputs: Mapping[str, JsonValue]) -> Graph:
    """Values set on a node; the others stay, and None takes one away.

    Raises `GraphRuleError`: no such node, no such input, or more items than a list takes.
    """
    node = existing_node(graph, node_id)
    refuse(_why_not_set(node, inputs))
    merged = {**node.inputs, **inputs}
    kept = {name: value for name, value in merged.items() if value is not None}
    return replace(graph, nodes={**graph.nodes, node_id: replace(node, inputs=kept)})


def with_edge(graph: Graph, edge: Edge) -> Graph:
    """An edge more, after all others. Raises `GraphRuleError` for the first rule it breaks."""
    candidate = replace(graph, edges=(*graph.edges, edge))
    refuse(rule(candidate, edge) for rule in EDGE_RULES)
    return candidate


def without_edge(graph: Graph, edge_id: str) -> Graph:
    """An edge less. Raises `GraphRuleError`: no such edge."""
    if not graph.edges_called(edge_id):
        hint = advice(edge_id, among=[edge.id for edge in graph.edges], kind="edge")
        text = f"This workflow has no edge '{edge_id}'.{hint}"
        raise Problem(Rule.EDGE_EXISTS, text).error()
    return replace(graph, edges=tuple(edge for edge in graph.edges if edge.id != edge_id))


def existing_node(graph: Graph, node_id: str) -> Node:
    """A node by its id. Raises `GraphRuleError`, with the nearest id, where there is none."""
    node = graph.nodes.get(node_id)
    if node is None:
        raise no_such_node(node_id, among=graph.nodes.keys()).error()
    return node


def _why_not_added(graph: Graph, node: Node) -> Iterator[Problem]:
    if node.id in graph.nodes:
        text = f"There is a node '{node.id}' already. Give the new one an id of its own."
        yield Problem(Rule.UNIQUE_ID, text, node.id)
    if node.is_scaffold:
        text = f"A workflow has one {node.role.value.capitalize()} node already. Use that."
        yield Problem(Rule.SCAFFOLD, text, node.id)
    yield from _why_not_set(node, node.inputs)


def _why_not_set(node: Node, inputs: Mapping[str, JsonValue]) -> Iterator[Problem]:
    yield from unknown_names(node, inputs)
    yield from overlong_lists(node, inputs)
