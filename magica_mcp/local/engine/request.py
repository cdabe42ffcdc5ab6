"""The values that a run is started with, written into its workflow."""

import difflib
from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from magica_mcp.errors import GraphRuleError, InvalidInputError, or_list
from magica_mcp.graph.edits import with_inputs, without_edge
from magica_mcp.graph.graph import Graph
from magica_mcp.models.graphs import role_of
from magica_mcp.models.runs import NodeOverride
from magica_mcp.models.values import Values
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import RequestField, WireNode, Workflow, is_request, request_fields

FIELD_KEYS = ("fields", "inputs", "requestFields")
"""Where a Request node may keep its fields, as `request_fields` reads them."""


def with_values(workflow: Workflow, values: Values) -> Workflow:
    """The workflow with the fields of its Request node set; `values` by node id and field id."""
    fields = request_fields(workflow)
    nodes = tuple(
        _with_values(node, values[node.id], [each for each in fields if each.node_id == node.id])
        if is_request(node) and values.get(node.id) and any(map(node.data.get, FIELD_KEYS))
        else node
        for node in workflow.nodes
    )
    return workflow.model_copy(update={"nodes": nodes})


def _with_values(
    node: WireNode, values: Mapping[str, JsonValue], fields: list[RequestField]
) -> WireNode:
    key = next(key for key in FIELD_KEYS if node.data.get(key))
    kept = node.data[key]
    ids = iter(field.field_id for field in fields)
    changed: JsonValue
    if isinstance(kept, dict):
        changed = {name: _with_value(raw, next(ids), values) for name, raw in kept.items()}
    else:
        raws = [raw for raw in kept if isinstance(raw, dict)] if isinstance(kept, list) else []
        changed = [_with_value(raw, next(ids), values) for raw in raws]
    return node.model_copy(update={"data": {**node.data, key: changed}})


def _with_value(raw: JsonValue, field_id: str, values: Mapping[str, JsonValue]) -> JsonValue:
    if field_id not in values:
        return raw
    return {**raw, "value": values[field_id]} if isinstance(raw, dict) else values[field_id]


def with_nodes_replaced(workflow: Workflow, overrides: Iterable[NodeOverride]) -> Workflow:
    """The workflow with whole nodes replaced for one run; edges stay, and are checked as ever.

    Raises:
        InvalidInputError: a node that does not exist, or an end of the workflow that would be none.
    """
    nodes = {node.id: node for node in workflow.nodes}
    for override in overrides:
        node = WireNode.model_validate(override.wire())
        kept = nodes.get(node.id)
        if kept is None:
            near = difflib.get_close_matches(node.id, nodes, n=1) or list(nodes)
            raise InvalidInputError(
                f"In nodeOverrides: the workflow has no node '{node.id}'. "
                f"Did you mean {or_list(near)}?"
            )
        if role_of(node.model_copy(update={"id": ""})) is not role_of(kept):  # by its type alone
            raise InvalidInputError(
                f"In nodeOverrides: '{node.id}' is of the type '{kept.type}' and cannot become "
                f"'{node.type}'. Only a model can take the place of a model."
            )
        nodes[node.id] = node
    return workflow.model_copy(update={"nodes": tuple(nodes.values())})


def with_overrides(graph: Graph, overrides: Mapping[str, JsonObject]) -> Graph:
    """The graph with inputs of its nodes replaced for one run; edges into them no longer count.

    Raises:
        InvalidInputError: a node or an input that does not exist; the nearest is named.
    """
    for node_id, inputs in overrides.items():
        try:
            graph = with_inputs(graph, node_id, inputs=inputs)
        except GraphRuleError as error:
            raise InvalidInputError(f"In graphInputOverrides: {error}") from error
        for edge in graph.edges_into(node_id):
            if edge.target_port in inputs:
                graph = without_edge(graph, edge.id)
    return graph
