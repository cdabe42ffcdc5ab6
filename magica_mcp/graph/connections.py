"""What makes an edge allowed: one rule per function, the same for an edit and for a check.

Each rule is given a graph that holds the edge already, and says nothing about an edge that
breaks a rule before it.
"""

from collections.abc import Callable, Iterable

from magica_mcp.errors import or_list
from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, NodeRole
from magica_mcp.graph.order import cycle_through
from magica_mcp.graph.ports import Port, fits, what_fits
from magica_mcp.graph.problem import Problem, Rule, advice, cycle_problem, no_such_node

EdgeRule = Callable[[Graph, Edge], Problem | None]


def id_is_unique(graph: Graph, edge: Edge) -> Problem | None:
    if len(graph.edges_called(edge.id)) < 2:
        return None
    text = f"There are two edges with the id '{edge.id}'. Give each an id of its own."
    return Problem(Rule.UNIQUE_ID, text)


def ends_exist(graph: Graph, edge: Edge) -> Problem | None:
    for node_id in (edge.source, edge.target):
        if node_id not in graph.nodes:
            return no_such_node(node_id, among=graph.nodes.keys())
    return None


def output_exists(graph: Graph, edge: Edge) -> Problem | None:
    source = graph.nodes.get(edge.source)
    if source is None or source.ports.output(edge.source_port):
        return None
    if source.role is NodeRole.RESPONSE:
        text = (
            "The Response node has no output: a workflow ends there. "
            f"Connect the output that feeds it to '{edge.target}' instead."
        )
    else:
        handles = [source.output_handle(port.name) for port in source.ports.outputs]
        text = _no_such_port(source, source.output_handle(edge.source_port), "output", handles)
    return Problem(Rule.PORT_EXISTS, text, source.id, edge.source_port)


def input_exists(graph: Graph, edge: Edge) -> Problem | None:
    target = graph.nodes.get(edge.target)
    if target is None or target.ports.input(edge.target_port):
        return None
    if target.role is NodeRole.REQUEST:
        text = (
            "The Request node has no input: a workflow starts there. "
            "Set its fields' values instead, or connect to another node."
        )
    else:
        handles = [target.input_handle(port.name) for port in target.ports.inputs]
        text = _no_such_port(target, target.input_handle(edge.target_port), "input", handles)
    return Problem(Rule.PORT_EXISTS, text, target.id, edge.target_port)


def kinds_fit(graph: Graph, edge: Edge) -> Problem | None:
    """Whether the input takes what the output gives (magica-contract 4.3)."""
    output, into = _ports(graph, edge)
    if output is None or into is None or fits(output.kind, into=into.kind):
        return None
    source, target = graph.nodes[edge.source], graph.nodes[edge.target]
    text = (
        f"{_output(source, output)} gives {output.kind}, but {_input(target, into)} takes "
        f"{what_fits(into.kind)}. {_what_would_fit(source, output, target, into)}"
    )
    return Problem(Rule.KINDS_FIT, text, target.id, into.name)


def is_not_repeated(graph: Graph, edge: Edge) -> Problem | None:
    feeding = graph.edges_into(edge.target, port=edge.target_port)
    alike = [other for other in feeding if other.joins_as(edge)]
    output, into = _ports(graph, edge)
    if len(alike) < 2 or output is None or into is None:
        return None
    source, target = graph.nodes[edge.source], graph.nodes[edge.target]
    text = (
        f"{_output(source, output)} feeds {_input(target, into)} already, by edge "
        f"'{alike[0].id}'. One edge between them is enough."
    )
    return Problem(Rule.NO_REPEAT, text, target.id, into.name)


def input_has_room(graph: Graph, edge: Edge) -> Problem | None:
    """Most inputs take one edge; list inputs take several, up to their limit."""
    feeding = graph.edges_into(edge.target, port=edge.target_port)
    _, into = _ports(graph, edge)
    if into is None or into.limit is None or len(feeding) <= into.limit:
        return None
    target = graph.nodes[edge.target]
    if into.multiple:
        return list_is_full(target, into)
    text = (
        f"{_input(target, into)} takes one edge, and '{feeding[0].source}' feeds it already. "
        f"Disconnect that first (edge '{feeding[0].id}')."
    )
    return Problem(Rule.SINGLE_INPUT, text, target.id, into.name)


def list_is_full(target: Node, into: Port) -> Problem:
    text = f"{_input(target, into)} takes at most {into.limit} edges. Disconnect one first."
    return Problem(Rule.LIST_LIMIT, text, target.id, into.name)


def closes_no_cycle(graph: Graph, edge: Edge) -> Problem | None:
    cycle = cycle_through(graph, edge)
    return None if cycle is None else cycle_problem(cycle)


PLACE_RULES: tuple[EdgeRule, ...] = (
    id_is_unique,
    ends_exist,
    output_exists,
    input_exists,
    kinds_fit,
    is_not_repeated,
    input_has_room,
)
"""Rules that look at the two ends of an edge only."""

EDGE_RULES: tuple[EdgeRule, ...] = (*PLACE_RULES, closes_no_cycle)
"""Everything an edge has to keep, in the order a person would want to hear it."""


def _ports(graph: Graph, edge: Edge) -> tuple[Port | None, Port | None]:
    source, target = graph.nodes.get(edge.source), graph.nodes.get(edge.target)
    output = source.ports.output(edge.source_port) if source else None
    into = target.ports.input(edge.target_port) if target else None
    return output, into


def _output(node: Node, port: Port) -> str:
    return f"'{node.output_handle(port.name)}' of {node.called}"


def _input(node: Node, port: Port) -> str:
    return f"'{node.input_handle(port.name)}' of {node.called}"


def _no_such_port(node: Node, handle: str, side: str, handles: list[str]) -> str:
    name = node.called[0].upper() + node.called[1:]
    return f"{name} has no {side} '{handle}'.{advice(handle, among=handles, kind=side)}"


def _what_would_fit(source: Node, output: Port, target: Node, into: Port) -> str:
    """The next step after a refusal: other ports of the two nodes, or a node in between."""
    inputs = _fitting(target.ports.inputs, lambda port: fits(output.kind, into=port.kind))
    if inputs:
        return f"On that node, {output.kind} fits {or_list([*map(target.input_handle, inputs)])}."
    outputs = _fitting(source.ports.outputs, lambda port: fits(port.kind, into=into.kind))
    if outputs:
        return f"{or_list([*map(source.output_handle, outputs)])} of {source.called} would fit."
    return f"Put a node between them that takes {output.kind} and gives {what_fits(into.kind)}."


def _fitting(ports: Iterable[Port], is_fitting: Callable[[Port], bool]) -> list[str]:
    return [port.name for port in ports if is_fitting(port)]
