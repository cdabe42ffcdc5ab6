"""A workflow that came over the wire, read as a graph: drawn, and checked by the same rules."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from magica_mcp.errors import GraphRuleError, MagicaError
from magica_mcp.graph.drawing import drawing
from magica_mcp.graph.ports import NodePorts, Port, PortKind, bare
from magica_mcp.graph.validation import problems
from magica_mcp.models.building import NodeType, PortShape
from magica_mcp.models.graphs import graph_of
from magica_mcp.models.priced_nodes import is_scaffold
from magica_mcp.models.workflows import Workflow

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient


async def read_graph(client: "MagicaClient", workflow: Workflow) -> tuple[str, tuple[str, ...]]:
    """The drawing of a workflow, and what keeps it from running.

    Ports of node types that Magica does not tell are taken from the edges; then nothing is
    said against the graph, since Magica is the authority for its own.
    """
    known = await _known_types(client)
    ports = {name: _ports(node_type) for name, node_type in known.items()}
    guessed = _from_edges(workflow)
    is_known = all(node.type in ports or is_scaffold(node) for node in workflow.nodes)
    by_type = {node.type: guessed.get(node.id, NodePorts((), ())) for node in workflow.nodes}

    def ports_of(node_type: str, _mode: str | None) -> NodePorts:
        return ports.get(node_type) or by_type.get(node_type) or NodePorts((), ())

    try:
        graph = graph_of(workflow, ports_of=ports_of)
    except GraphRuleError as error:
        return f"The graph cannot be drawn: {error}", (str(error),)
    found = problems(graph) if is_known else []
    return drawing(graph), tuple(problem.text for problem in found)


async def _known_types(client: "MagicaClient") -> Mapping[str, NodeType]:
    """Node types by their keys; a drawing is worth having without them."""
    try:
        return {row.node_type: row for row in await client.node_types()}
    except MagicaError:
        return {}


def _ports(node_type: NodeType) -> NodePorts:
    return NodePorts(
        inputs=tuple(map(_port, node_type.inputs)), outputs=tuple(map(_port, node_type.outputs))
    )


def _port(shape: PortShape) -> Port:
    known = shape.type in set(PortKind)
    return Port(
        name=bare(shape.handle),
        kind=PortKind(shape.type) if known else PortKind.ANY,
        required=shape.required and not shape.modes,  # which mode it is needed in is not told
        multiple=shape.multiple,
        max_items=shape.max_items,
    )


def _from_edges(workflow: Workflow) -> Mapping[str, NodePorts]:
    """Ports that must exist, since edges use them; of any kind."""
    inputs: dict[str, dict[str, Port]] = {node.id: {} for node in workflow.nodes}
    outputs: dict[str, dict[str, Port]] = {node.id: {} for node in workflow.nodes}
    for edge in workflow.edges:
        into, out = bare(edge.target_handle or ""), bare(edge.source_handle or "")
        inputs.setdefault(edge.target, {})[into] = Port(into, PortKind.ANY, multiple=True)
        outputs.setdefault(edge.source, {})[out] = Port(out, PortKind.ANY)
    return {
        node_id: NodePorts(tuple(found.values()), tuple(outputs.get(node_id, {}).values()))
        for node_id, found in inputs.items()
    }
