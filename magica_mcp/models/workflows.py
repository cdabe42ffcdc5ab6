"""Workflows as they cross the wire, and their Request fields read from any known shape."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import AliasChoices, Field, JsonValue

from magica_mcp.models.wire import Answer, JsonObject

REQUEST_TYPE = "request"
RESPONSE_TYPE = "response"


class WorkflowSummary(Answer):
    """A row of the account's own workflows."""

    id: str = Field(validation_alias=AliasChoices("id", "workflowId"))
    name: str
    description: str | None = None
    updated_at: str | None = None


class SystemWorkflow(Answer):
    """A row of the read-only templates; the slug starts a run (magica-contract 2.2)."""

    slug: str = Field(validation_alias=AliasChoices("slug", "id"))
    name: str
    id: str | None = None
    description: str | None = None
    category: str | None = None
    node_type: str | None = None


class WireNode(Answer):
    id: str
    type: str = ""
    position: dict[str, float] | None = None
    data: JsonObject = Field(default_factory=dict)


class WireEdge(Answer):
    id: str = ""
    source: str
    source_handle: str | None = None
    target: str
    target_handle: str | None = None


class Workflow(Answer):
    """A whole graph."""

    id: str = Field(validation_alias=AliasChoices("id", "workflowId", "slug"))
    name: str = ""
    description: str | None = None
    nodes: tuple[WireNode, ...] = ()
    edges: tuple[WireEdge, ...] = ()
    created_at: str | None = None
    updated_at: str | None = None


class RequestField(Answer):
    """One open input of a workflow, set by `values[node_id][field_id]`."""

    node_id: str
    field_id: str
    name: str
    type: str = "text"
    default: JsonValue = None
    required: bool = False
    options: tuple[JsonValue, ...] = ()
    min: float | None = None
    max: float | None = None
    description: str | None = None


def is_request(node: WireNode) -> bool:
    """Known by its type, or by the end of its id (magica-contract 1.5)."""
    return node.type.lower() in {REQUEST_TYPE, "request_node", "requestnode"} or node.id.endswith(
        "_request"
    )


def request_fields(workflow: Workflow) -> tuple[RequestField, ...]:
    """The fields of every Request node, whichever of the known shapes the graph has."""
    return tuple(field for node in workflow.nodes if is_request(node) for field in _fields_of(node))


def _fields_of(node: WireNode) -> Iterator[RequestField]:
    for key in ("fields", "inputs", "requestFields"):
        found = node.data.get(key)
        if found:
            yield from (_field(node.id, raw) for raw in _raw_fields(found))
            return


def _raw_fields(found: JsonValue) -> Iterable[Mapping[str, Any]]:
    """Fields as mappings: from a list of them, or from a map of id to field or to plain value."""
    if isinstance(found, list):
        return [raw for raw in found if isinstance(raw, dict)]
    if isinstance(found, dict):
        return [
            {"id": key, **(raw if isinstance(raw, dict) else {"value": raw})}
            for key, raw in found.items()
        ]
    return []


def _first(raw: Mapping[str, Any], *keys: str) -> Any:
    return next((raw[key] for key in keys if raw.get(key) is not None), None)


def _field(node_id: str, raw: Mapping[str, Any]) -> RequestField:
    field_id = str(_first(raw, "fieldId", "id", "name") or "")
    return RequestField(
        node_id=node_id,
        field_id=field_id,
        name=str(_first(raw, "name", "label") or field_id),
        type=str(_first(raw, "type", "dataType") or "text"),
        default=_first(raw, "value", "default", "defaultValue"),
        required=bool(raw.get("required", False)),
        options=tuple(raw.get("options") or ()),
        min=raw.get("min"),
        max=raw.get("max"),
        description=raw.get("description"),
    )
