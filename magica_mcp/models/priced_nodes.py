"""Which nodes of a workflow cost something, with the inputs that are known before it runs."""

from collections.abc import Mapping

from magica_mcp.models.credits import NodeToPrice
from magica_mcp.models.values import Values
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import (
    RESPONSE_TYPE,
    WireNode,
    Workflow,
    is_request,
    request_fields,
)


def priced_nodes(workflow: Workflow, *, values: Values) -> tuple[NodeToPrice, ...]:
    """Every processing node with its own inputs and what the Request node hands it."""
    handed = handed_by_request(workflow, values)
    return tuple(
        NodeToPrice(
            type=node.type,
            data=own_inputs(node) | handed.get(node.id, {}),
            sub_model_id=_sub_model(node),
        )
        for node in workflow.nodes
        if not is_scaffold(node)
    )


def is_scaffold(node: WireNode) -> bool:
    """Whether it is the Request or the Response node."""
    is_response = node.type.lower() == RESPONSE_TYPE or node.id.endswith("_response")
    return is_request(node) or is_response


def own_inputs(node: WireNode) -> JsonObject:
    """The values set on the node itself."""
    inputs = node.data.get("inputs")
    if isinstance(inputs, dict):
        return dict(inputs)
    return {key: value for key, value in node.data.items() if key not in {"subModelId", "mode"}}


def _sub_model(node: WireNode) -> str | None:
    found = node.data.get("subModelId") or node.data.get("mode")
    return found if isinstance(found, str) else None


def handed_by_request(workflow: Workflow, values: Values) -> Mapping[str, JsonObject]:
    """The inputs that the Request node hands to other nodes, defaults filled in, by node id."""
    known = {
        (field.node_id, field.field_id): values.get(field.node_id, {}).get(
            field.field_id, field.default
        )
        for field in request_fields(workflow)
    }
    handed: dict[str, JsonObject] = {}
    for edge in workflow.edges:
        value = known.get((edge.source, (edge.source_handle or "").removeprefix("out:")))
        if value is not None and edge.target_handle:
            handed.setdefault(edge.target, {})[edge.target_handle.removeprefix("in:")] = value
    return handed
