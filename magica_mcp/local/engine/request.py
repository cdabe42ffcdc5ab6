"""The values that a run is started with, written into its workflow."""

from collections.abc import Mapping

from pydantic import JsonValue

from magica_mcp.errors import GraphRuleError, InvalidInputError
from magica_mcp.graph.edits import with_inputs, without_edge
from magica_mcp.graph.graph import Graph
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
        if is_request(node) and values.get(node.id)
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
