"""Connecting and disconnecting nodes of a workflow.

Source: magica-contract 2.1, 3.3 and 4.3.
"""

from collections.abc import Sequence

from magica_mcp.errors import GraphRuleError, InvalidInputError, NotFoundError, or_list
from magica_mcp.graph import edits
from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node
from magica_mcp.graph.ports import NodePorts, Port, PortKind, bare, fits, input_handle
from magica_mcp.graph.problem import Problem, Rule
from magica_mcp.local.building.modes import (
    chosen,
    inputs_of_other_modes,
    refuse_input_of_other_mode,
)
from magica_mcp.local.catalog import Catalog
from magica_mcp.models.building import ConnectedNodes, ConnectNodes, DataTypes, DisconnectNodes
from magica_mcp.models.graphs import (
    PortsOf,
    edge_id_of,
    graph_of,
    input_meant,
    outline_of,
    output_meant,
    readable_fields,
)
from magica_mcp.models.workflows import WireEdge, Workflow

SHOWN = 6
"""Ports or edges that a sentence lists."""


def with_edge(
    workflow: Workflow, ask: ConnectNodes, *, catalog: Catalog, edge_id: str
) -> tuple[Workflow, ConnectedNodes]:
    """An edge more, after all others.

    Raises:
        GraphRuleError: the rule that it breaks, and what would fit instead.
        NotFoundError: one of its nodes is of a model that is no longer known.
    """
    graph = graph_of(workflow, ports_of=_ports_where_known(catalog))
    source = _known(edits.existing_node(graph, ask.source_node_id), catalog)
    target = _known(edits.existing_node(graph, ask.target_node_id), catalog)
    fields = [field for field in readable_fields(workflow) if field.node_id == source.id]
    names = {field.field_id: field.name for field in fields}
    output = output_meant(source, ask.source_handle, names=names)
    into = input_meant(target, ask.target_handle)
    if not target.is_scaffold and target.ports.input(into) is None:
        refuse_input_of_other_mode(catalog, chosen(catalog, target.type, target.mode), into)
    edge = Edge(edge_id, source.id, output, target.id, into)
    try:
        edits.with_edge(graph, edge)
    except GraphRuleError as error:
        hint = _what_else(graph, edge, catalog=catalog) if error.rule in HINTED else ""
        raise GraphRuleError(f"{error}{hint}", rule=error.rule, node_id=error.node_id) from error
    wire = WireEdge(
        id=edge_id,
        source=source.id,
        source_handle=source.output_handle(edge.source_port),
        target=target.id,
        target_handle=target.input_handle(edge.target_port),
    )
    connected = _connected(wire, graph, edge)
    return workflow.model_copy(update={"edges": (*workflow.edges, wire)}), connected


def without_edge(workflow: Workflow, ask: DisconnectNodes) -> Workflow:
    """An edge less: the one with the id, or the one that joins the two nodes.

    Raises:
        InvalidInputError: it is not said which edge.
        GraphRuleError: there is no such edge, or there are several, which are listed.
    """
    edge_id = ask.edge_id or _edge_between(workflow, ask).id
    edits.without_edge(outline_of(workflow), edge_id)
    edges = tuple(edge for edge in workflow.edges if edge_id_of(edge) != edge_id)
    return workflow.model_copy(update={"edges": edges})


def _connected(wire: WireEdge, graph: Graph, edge: Edge) -> ConnectedNodes:
    output = graph.nodes[edge.source].ports.output(edge.source_port)
    into = graph.nodes[edge.target].ports.input(edge.target_port)
    assert output is not None
    assert into is not None
    return ConnectedNodes(
        edge_id=wire.id,
        source=wire.source,
        source_handle=wire.source_handle or "",
        target=wire.target,
        target_handle=wire.target_handle or "",
        data_types=DataTypes(source=output.kind.value, target=into.kind.value),
    )


def _ports_where_known(catalog: Catalog) -> PortsOf:
    """The catalog's ports; none for a model that it no longer has, so that the rest can change."""

    def ports_of(node_type: str, mode: str | None) -> NodePorts:
        try:
            return catalog.ports(node_type, sub_model_id=mode)
        except NotFoundError:
            return NodePorts()

    return ports_of


def _known(node: Node, catalog: Catalog) -> Node:
    """The node itself. Raises `NotFoundError` where the catalog no longer has its model."""
    if not node.is_scaffold:
        catalog.ports(node.type, sub_model_id=node.mode)
    return node


# What would fit instead -----------------------------------------------------------------------

HINTED = frozenset({Rule.PORT_EXISTS, Rule.KINDS_FIT, Rule.SINGLE_INPUT, Rule.LIST_LIMIT})
"""Refusals after which another input of the target may do."""


def _what_else(graph: Graph, edge: Edge, *, catalog: Catalog) -> str:
    """A sentence, after a blank, on other inputs that take what the source gives; else nothing."""
    source, target = graph.nodes[edge.source], graph.nodes[edge.target]
    output = source.ports.output(edge.source_port)
    if output is None or target.is_scaffold:
        return ""
    fitting = [port for port in target.ports.inputs if fits(output.kind, into=port.kind)]
    free = [port for port in fitting if _has_room(graph, target, port)]
    if not fitting:
        return _in_another_mode(target, output.kind, catalog=catalog)
    into = target.ports.input(edge.target_port)
    if not free or (into and not fits(output.kind, into=into.kind)):
        return ""  # the refusal itself says what fits
    handles = [target.input_handle(port.name) for port in free[:SHOWN]]
    return f" Still free there for {output.kind}: {or_list(handles)}."


def _has_room(graph: Graph, target: Node, port: Port) -> bool:
    return port.limit is None or len(graph.edges_into(target.id, port=port.name)) < port.limit


def _in_another_mode(target: Node, kind: PortKind, *, catalog: Catalog) -> str:
    ref = chosen(catalog, target.type, target.mode)
    for mode, port in inputs_of_other_modes(catalog, ref):
        if fits(kind, into=port.kind):
            return (
                f" Or use a {ref.node_type} node in the mode '{mode}', where "
                f"'{input_handle(port.name)}' takes {kind}."
            )
    return ""


# Which edge is meant --------------------------------------------------------------------------


def _edge_between(workflow: Workflow, ask: DisconnectNodes) -> Edge:
    if not ask.source_node_id or not ask.target_node_id:
        raise InvalidInputError(
            "Say which edge: give edgeId, or sourceNodeId and targetNodeId together."
        )
    graph = outline_of(workflow)
    source = edits.existing_node(graph, ask.source_node_id)
    target = edits.existing_node(graph, ask.target_node_id)
    joining = graph.edges_between(source.id, target.id)
    meant = [edge for edge in joining if _joins_as_asked(edge, ask)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        text = (
            f"{len(meant)} edges lead from {source.called} to {target.called}: "
            f"{_listed(meant)}. Give the edgeId of one, or both handles."
        )
    else:
        text = _no_edge(graph, source, target)
    raise Problem(Rule.EDGE_EXISTS, text).error()


def _joins_as_asked(edge: Edge, ask: DisconnectNodes) -> bool:
    asked = ((ask.source_handle, edge.source_port), (ask.target_handle, edge.target_port))
    return all(not handle or bare(handle.strip()) == port for handle, port in asked)


def _no_edge(graph: Graph, source: Node, target: Node) -> str:
    text = f"No such edge leads from {source.called} to {target.called}."
    for others, lead in (
        (graph.edges_between(source.id, target.id), "Those that do"),
        (graph.edges_between(target.id, source.id), "The other way"),
    ):
        if others:
            return f"{text} {lead}: {_listed(others)}."
    fed = list(dict.fromkeys(edge.target for edge in graph.edges_out_of(source.id)))
    feeds = ", ".join(f"'{node_id}'" for node_id in fed[:SHOWN]) or "no node"
    return f"{text} {source.called[0].upper()}{source.called[1:]} feeds {feeds}."


def _listed(edges: Sequence[Edge]) -> str:
    shown = [f"'{edge.id}' ({edge.source_port} → {edge.target_port})" for edge in edges[:SHOWN]]
    return ", ".join(shown) + (f" and {len(edges) - SHOWN} more" if len(edges) > SHOWN else "")
