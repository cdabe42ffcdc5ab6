"""A workflow as it crosses the wire, read as a graph that can be checked, edited and run."""

from collections.abc import Callable, Iterable, Mapping

from pydantic import ValidationError

from magica_mcp.errors import GraphRuleError
from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, NodeRole, request_node, response_node
from magica_mcp.graph.ports import NodePorts, Port, bare, kind_of_field
from magica_mcp.graph.problem import Rule
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


def graph_of(workflow: Workflow, *, ports_of: PortsOf) -> Graph:
    """The graph of a workflow, sound or not: see `graph.validation`.

    Raises `GraphRuleError` for what cannot be read, and whatever `ports_of` raises.
    """
    fields = _fields(workflow)
    nodes: dict[str, Node] = {}
    for wire in workflow.nodes:
        if wire.id in nodes:
            raise _unreadable(f"two nodes have the id '{wire.id}'")
        nodes[wire.id] = _node(wire, fields=fields, ports_of=ports_of)
    return Graph(nodes, tuple(_edge(wire, nodes) for wire in workflow.edges))


def _unreadable(reason: str, *, node_id: str | None = None) -> GraphRuleError:
    text = f"This workflow cannot be read: {reason}. Open it in the app and save it again."
    return GraphRuleError(text, rule=Rule.READABLE.value, node_id=node_id)


def _fields(workflow: Workflow) -> tuple[RequestField, ...]:
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


def _node(wire: WireNode, *, fields: Iterable[RequestField], ports_of: PortsOf) -> Node:
    if is_request(wire):
        return _request([field for field in fields if field.node_id == wire.id], wire.id)
    if is_response(wire):
        return response_node(wire.id)
    if not wire.type:
        reason = f"the node '{wire.id}' does not say which type it is"
        raise _unreadable(reason, node_id=wire.id)
    mode = _text(wire.data, "subModelId") or _text(wire.data, "mode")
    ports = ports_of(wire.type, mode)
    values = _values(wire.data, ports=ports.inputs, mode=mode)
    return Node(wire.id, wire.type, NodeRole.MODEL, ports, values, mode)


def _request(fields: Iterable[RequestField], node_id: str) -> Node:
    return request_node(
        node_id,
        fields={field.field_id: kind_of_field(field.type, name=field.name) for field in fields},
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
    edge_id = wire.id or f"{wire.source}:{source_port}-{wire.target}:{target_port}"
    return Edge(edge_id, wire.source, source_port, wire.target, target_port)


def _port(handle: str | None, ports: tuple[Port, ...], *, wire: WireEdge, side: str) -> str:
    """The port of a handle; without a handle, the only one there is."""
    if handle:
        return bare(handle)
    if len(ports) == 1:
        return ports[0].name
    reason = f"the edge from '{wire.source}' to '{wire.target}' does not say which {side} it means"
    raise _unreadable(reason, node_id=wire.target)
