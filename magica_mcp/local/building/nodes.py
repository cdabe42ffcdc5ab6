"""Adding, changing and removing nodes of a workflow.

Source: magica-contract 2.1, 3.3 and 8.
"""

from collections.abc import Mapping

from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError
from magica_mcp.graph import edits
from magica_mcp.graph.graph import Graph
from magica_mcp.graph.nodes import Node, NodeRole, request_node
from magica_mcp.graph.ports import NodePorts, bare, input_handle, output_handle
from magica_mcp.graph.problem import Problem, Rule
from magica_mcp.local.building.canvas import place_for, with_response_after
from magica_mcp.local.building.modes import chosen, mode_name, refuse_input_of_other_mode
from magica_mcp.local.catalog import Catalog, ModelRef
from magica_mcp.local.engine.request import with_values
from magica_mcp.models.building import AddedNode, AddNode
from magica_mcp.models.catalog import ModelSchema
from magica_mcp.models.graphs import (
    kinds_of,
    mode_of,
    outline_of,
    output_meant,
    readable_fields,
    role_of,
    with_node_values,
)
from magica_mcp.models.inputs import checked
from magica_mcp.models.values import schema_of
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import REQUEST_TYPE, RESPONSE_TYPE, WireNode, Workflow

MOST_NODES = 100
"""Nodes of one workflow, its two ends included (magica-contract 8)."""

EMPTY: tuple[JsonValue, ...] = (None, "", [])
"""What takes a value away."""


def with_node(
    workflow: Workflow, ask: AddNode, *, catalog: Catalog, node_id: str
) -> tuple[Workflow, AddedNode]:
    """A model node more, not connected yet; required inputs may still be missing.

    Raises:
        NotFoundError: no such model or mode; the nearest are named.
        InvalidInputError: an input that the model does not take so, a place out of reach, or too
            many nodes.
        GraphRuleError: a second Request or Response node, or an id that is taken.
    """
    _refuse_beyond_limit(workflow)
    _refuse_scaffold(ask.node_type)
    ref = chosen(catalog, ask.node_type, ask.mode)
    position = place_for(workflow, ask)
    node = _new_node(node_id, ref, position=position)
    node = with_node_values(node, _checked(ask.inputs or {}, ref, catalog=catalog))
    edits.with_node(outline_of(workflow), Node(node_id, node.type, role_of(node), NodePorts()))
    placed = workflow if ask.position else with_response_after(workflow, position["x"])
    added = _added(node, ref, catalog=catalog)
    return placed.model_copy(update={"nodes": (*placed.nodes, node)}), added


def with_inputs(
    workflow: Workflow, node_id: str, inputs: Mapping[str, JsonValue], *, catalog: Catalog
) -> Workflow:
    """Values set on a node, on the Request node as its fields' defaults; the others stay.

    None, an empty text and an empty list take a value away.

    Raises:
        GraphRuleError: no such node, or one on which nothing can be set.
        InvalidInputError: an input that the node does not take so.
        NotFoundError: the node is of a model that is no longer known.
    """
    graph = outline_of(workflow)
    role = edits.existing_node(graph, node_id).role
    if role is NodeRole.REQUEST:
        return _with_defaults(workflow, node_id, inputs)
    if role is NodeRole.RESPONSE:
        edits.with_inputs(graph, node_id, inputs=inputs)  # says that it takes none
        return workflow
    wire = next(node for node in workflow.nodes if node.id == node_id)
    ref = chosen(catalog, wire.type, mode_of(wire))
    changed = with_node_values(wire, _checked(inputs, ref, catalog=catalog))
    nodes = tuple(changed if node is wire else node for node in workflow.nodes)
    return workflow.model_copy(update={"nodes": nodes})


def without_node(workflow: Workflow, node_id: str) -> Workflow:
    """A node less, and the edges that led to it or from it.

    Raises `GraphRuleError`: no such node, or the Request or Response node.
    """
    edits.without_node(outline_of(workflow), node_id)
    return workflow.model_copy(
        update={
            "nodes": tuple(node for node in workflow.nodes if node.id != node_id),
            "edges": tuple(
                edge for edge in workflow.edges if node_id not in (edge.source, edge.target)
            ),
        }
    )


def _refuse_beyond_limit(workflow: Workflow) -> None:
    if len(workflow.nodes) >= MOST_NODES:
        raise InvalidInputError(
            f"A workflow has at most {MOST_NODES} nodes, and this one has {len(workflow.nodes)}. "
            "Delete one first, or go on in another workflow."
        )


def _new_node(node_id: str, ref: ModelRef, *, position: dict[str, float]) -> WireNode:
    mode: JsonObject = {"subModelId": ref.sub_model_id} if ref.sub_model_id else {}
    return WireNode(id=node_id, type=ref.node_type, position=position, data=mode)


def _added(node: WireNode, ref: ModelRef, *, catalog: Catalog) -> AddedNode:
    ports = catalog.ports(ref.node_type, sub_model_id=ref.sub_model_id)
    values = node.data["inputs"]
    return AddedNode(
        node_id=node.id,
        type=node.type,
        position=node.position,
        input_ports=tuple(input_handle(port.name) for port in ports.inputs),
        output_ports=tuple(output_handle(port.name) for port in ports.outputs),
        mode=mode_name(catalog, ref),
        inputs_set=tuple(values) if isinstance(values, dict) else (),
    )


def _refuse_scaffold(node_type: str) -> None:
    if node_type.strip().lower() in {REQUEST_TYPE, RESPONSE_TYPE}:
        name = node_type.strip().capitalize()
        text = (
            f"A workflow has one {name} node from the start. Use that; get_workflow shows its id."
        )
        raise Problem(Rule.SCAFFOLD, text).error()


# Values ---------------------------------------------------------------------------------------


def _checked(inputs: Mapping[str, JsonValue], ref: ModelRef, *, catalog: Catalog) -> JsonObject:
    """Each value as its field says, whatever the others are; None for one that is taken away."""
    given = {bare(name): None if value in EMPTY else value for name, value in inputs.items()}
    schema = catalog.schema(ref.sub_model_id or ref.node_type)
    for name in given:
        if schema.field(name) is None:
            refuse_input_of_other_mode(catalog, ref, name)
    return _typed(schema, given)


def _typed(schema: ModelSchema, given: Mapping[str, JsonValue]) -> JsonObject:
    alone = [
        field.model_copy(update={"required": False, "show_when": None}) for field in schema.fields
    ]
    complete = checked(schema.model_copy(update={"fields": tuple(alone)}), dict(given))
    return {
        name: None if value is None else complete.get(name, value) for name, value in given.items()
    }


def _with_defaults(workflow: Workflow, node_id: str, inputs: Mapping[str, JsonValue]) -> Workflow:
    """Defaults set on the Request node, by a field's id or its name."""
    fields = [field for field in readable_fields(workflow) if field.node_id == node_id]
    node = request_node(node_id, fields=kinds_of(fields))
    names = {field.field_id: field.name for field in fields}
    given = {
        output_meant(node, name, names=names): None if value in EMPTY else value
        for name, value in inputs.items()
    }
    edits.with_inputs(Graph({node_id: node}), node_id, inputs=given)  # refuses unknown names
    return with_values(workflow, {node_id: _typed(schema_of(fields), given)})
