"""A workflow as it crosses the wire, read as a graph that can be checked, edited and run.

What an edit needs of the wire itself is here too: which port a handle means, and where a node
keeps its values.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from pydantic import JsonValue, ValidationError

from magica_mcp.errors import GraphRuleError, or_list
from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, NodeRole, request_node, response_node
from magica_mcp.graph.ports import NodePorts, Port, PortKind, bare, kind_of_field
from magica_mcp.graph.problem import Problem, Rule, advice
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import (
    RESPONSE_TYPE,
    RequestField,
    WireEdge,
    WireNode,
    Workflow,
    is_request,
    request_fields,
)

PortsOf = Callable[[str, str | None], NodePorts]
"""The ports of a node type, in the mode of a sub-model id or in its only or default one."""

_RESPONSE_TYPES = frozenset({RESPONSE_TYPE, "response_node", "responsenode"})


def is_response(node: WireNode) -> bool:
    """Known by its type, or by the end of its id (magica-contract 1.5)."""
    return node.type.lower() in _RESPONSE_TYPES or node.id.endswith("_response")


def role_of(node: WireNode) -> NodeRole:
    if is_request(node):
        return NodeRole.REQUEST
    return NodeRole.RESPONSE if is_response(node) else NodeRole.MODEL


def mode_of(node: WireNode) -> str | None:
    """The sub-model id that a node names, or the name of a mode such as image-to-image."""
    return _text(node.data, "subModelId") or _text(node.data, "mode")


def edge_id_of(edge: WireEdge) -> str:
    """The edge's id; without one, its two ends."""
    return edge.id or _ends_of(edge, bare(edge.source_handle or ""), bare(edge.target_handle or ""))


def outline_of(workflow: Workflow) -> Graph:
    """Nodes and edges without ports and values; any workflow can be read so."""
    nodes = {
        wire.id: Node(wire.id, wire.type, role_of(wire), NodePorts()) for wire in workflow.nodes
    }
    edges = tuple(
        Edge.of_handles(
            edge_id_of(wire),
            source=wire.source,
            source_handle=wire.source_handle or "",
            target=wire.target,
            target_handle=wire.target_handle or "",
        )
        for wire in workflow.edges
    )
    return Graph(nodes, edges)


def graph_of(workflow: Workflow, *, ports_of: PortsOf) -> Graph:
    """The graph of a workflow, sound or not: see `graph.validation`.

    Raises `GraphRuleError` for what cannot be read, and whatever `ports_of` raises.
    """
    fields = readable_fields(workflow)
    nodes: dict[str, Node] = {}
    for wire in workflow.nodes:
        if wire.id in nodes:
            raise _unreadable(f"two nodes have the id '{wire.id}'")
        nodes[wire.id] = _node(wire, fields=fields, ports_of=ports_of)
    return Graph(nodes, tuple(_edge(wire, nodes) for wire in workflow.edges))


def readable_fields(workflow: Workflow) -> tuple[RequestField, ...]:
    """The fields of every Request node. Raises `GraphRuleError` for a shape that is not known."""
    try:
        fields = request_fields(workflow)
    except (ValidationError, TypeError) as error:
        reason = "the Request node has a field of an unknown shape"
        raise _unreadable(reason) from error
    for field in fields:
        if not field.field_id:
            reason = "the Request node has a field without an id"
            raise _unreadable(reason, node_id=field.node_id)
    return fields


def kinds_of(fields: Iterable[RequestField]) -> dict[str, PortKind]:
    """What each field gives, by its id."""
    return {field.field_id: kind_of_field(field.type, name=field.name) for field in fields}


def _unreadable(reason: str, *, node_id: str | None = None) -> GraphRuleError:
    text = f"This workflow cannot be read: {reason}. Open it in the app and save it again."
    return GraphRuleError(text, rule=Rule.READABLE.value, node_id=node_id)


def _node(wire: WireNode, *, fields: Iterable[RequestField], ports_of: PortsOf) -> Node:
    if is_request(wire):
        return _request([field for field in fields if field.node_id == wire.id], wire.id)
    if is_response(wire):
        return response_node(wire.id)
    if not wire.type:
        reason = f"the node '{wire.id}' does not say which type it is"
        raise _unreadable(reason, node_id=wire.id)
    mode = mode_of(wire)
    ports = ports_of(wire.type, mode)
    values = _values(wire.data, ports=ports.inputs, mode=mode)
    return Node(wire.id, wire.type, NodeRole.MODEL, ports, values, mode)


def _request(fields: Iterable[RequestField], node_id: str) -> Node:
    return request_node(
        node_id,
        fields=kinds_of(fields),
        defaults={field.field_id: field.default for field in fields if field.default is not None},
    )


def _text(data: JsonObject, key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) and value else None


def _values(data: JsonObject, *, ports: Iterable[Port], mode: str | None) -> JsonObject:
    """Values set on a node: those in `inputs` win over those that lie flat among the rest."""
    flat = {port.name: data[port.name] for port in ports if port.name in data}
    if flat.get("mode") == mode:
        flat.pop("mode", None)  # it names the sub-model here, though some models have a `mode` too
    nested = data.get("inputs")
    values = {**flat, **(nested if isinstance(nested, dict) else {})}
    return {name: value for name, value in values.items() if value is not None}


def _edge(wire: WireEdge, nodes: Mapping[str, Node]) -> Edge:
    source, target = nodes.get(wire.source), nodes.get(wire.target)
    outputs = source.ports.outputs if source else ()
    inputs = target.ports.inputs if target else ()
    source_port = _port(wire.source_handle, outputs, wire=wire, side="output")
    target_port = _port(wire.target_handle, inputs, wire=wire, side="input")
    edge_id = wire.id or _ends_of(wire, source_port, target_port)
    return Edge(edge_id, wire.source, source_port, wire.target, target_port)


def _ends_of(edge: WireEdge, source_port: str, target_port: str) -> str:
    return f"{edge.source}:{source_port}-{edge.target}:{target_port}"


def _port(handle: str | None, ports: tuple[Port, ...], *, wire: WireEdge, side: str) -> str:
    """The port of a handle; without a handle, the only one there is."""
    if handle:
        return bare(handle)
    if len(ports) == 1:
        return ports[0].name
    reason = f"the edge from '{wire.source}' to '{wire.target}' does not say which {side} it means"
    raise _unreadable(reason, node_id=wire.target)


# What an edit needs of the wire ---------------------------------------------------------------


def with_node_values(node: WireNode, values: Mapping[str, JsonValue]) -> WireNode:
    """A model node with values set where they are read first; None takes one away everywhere."""
    nested = node.data.get("inputs")
    merged = {**(nested if isinstance(nested, dict) else {}), **values}
    kept = {name: value for name, value in merged.items() if value is not None}
    gone = {name for name, value in values.items() if value is None} - {"inputs", "subModelId"}
    if node.data.get("mode") == mode_of(node):
        gone.discard("mode")
    data = {name: value for name, value in node.data.items() if name not in gone}
    return node.model_copy(update={"data": {**data, "inputs": kept}})


def output_meant(node: Node, handle: str, *, names: Mapping[str, str]) -> str:
    """The output that a handle means, bare; the handle itself where there is none.

    `names` are what people call the fields of a Request node, by field id.
    Raises `GraphRuleError` where it fits several, or is written as an input.
    """
    outputs = {port.name: node.output_handle(port.name) for port in node.ports.outputs}
    return _meant(node, handle, outputs, sides=("output", "input"), names=names)


def input_meant(node: Node, handle: str) -> str:
    """The input that a handle means, bare; the handle itself where there is none.

    Raises `GraphRuleError` where it fits several, or is written as an output.
    """
    inputs = {port.name: node.input_handle(port.name) for port in node.ports.inputs}
    return _meant(node, handle, inputs, sides=("input", "output"), names={})


_PREFIXES: Mapping[str, str] = {"input": "in:", "output": "out:"}


def _meant(
    node: Node,
    handle: str,
    handles: Mapping[str, str],
    *,
    sides: tuple[str, str],
    names: Mapping[str, str],
) -> str:
    side, other = sides
    name = _without_prefix(handle, _PREFIXES[side])
    if name in handles or not handles:
        return name
    if name != _without_prefix(name, _PREFIXES[other]):
        raise _wrong_side(node, handle, list(handles.values()), sides=sides)
    by_id = [each for each in handles if _folded(each) == _folded(name)]
    found = by_id or [each for each in handles if _folded(names.get(each, each)) == _folded(name)]
    if len(found) > 1:
        text = (
            f"'{handle}' fits several {side}s of {node.called}: "
            f"{or_list([handles[each] for each in found])}. Use one of these."
        )
        raise Problem(Rule.PORT_EXISTS, text, node.id).error()
    return found[0] if found else name


def _wrong_side(
    node: Node, handle: str, handles: list[str], *, sides: tuple[str, str]
) -> GraphRuleError:
    side, other = sides
    verb = "starts at an output" if side == "output" else "ends at an input"
    likely = _PREFIXES[side] + bare(handle.strip().lower())
    text = (
        f"'{handle}' is written as an {other} of {node.called}, but an edge {verb}."
        f"{advice(likely, among=handles, kind=side)} If it should lead the other way, swap source "
        "and target."
    )
    return Problem(Rule.PORT_EXISTS, text, node.id).error()


def _without_prefix(handle: str, prefix: str) -> str:
    name = handle.strip()
    return name[len(prefix) :] if name.lower().startswith(prefix) else name


def _folded(name: str) -> str:
    return re.sub(r"[-_\s]+", "_", name.strip().casefold())
