"""A new workflow: its Request node with the fields that were asked for, and its Response node.

Source: magica-contract 2.1 and 4.4.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable

from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError, or_list
from magica_mcp.graph.ports import PortKind, kind_of_field
from magica_mcp.local.building.canvas import COLUMN
from magica_mcp.models.building import (
    CreatedField,
    CreatedWorkflow,
    CreateWorkflow,
    NewRequestField,
)
from magica_mcp.models.inputs import checked
from magica_mcp.models.values import schema_of
from magica_mcp.models.workflows import (
    REQUEST_TYPE,
    RESPONSE_TYPE,
    RequestField,
    WireNode,
    Workflow,
)

FIELD_TYPES = tuple(kind.value for kind in PortKind if kind is not PortKind.ANY)
"""What a Request field may hold (magica-contract 4.4)."""

LONGEST_ID = 40


def new_workflow(ask: CreateWorkflow, *, now_ms: int) -> tuple[Workflow, CreatedWorkflow]:
    """A workflow of two nodes; its id is empty until it is stored.

    Raises `InvalidInputError`: no name, a type that no field has, a value of another type.
    """
    name = _named(ask.name, what="workflow")
    fields = _fields(ask.request_fields or ())
    request = _node(f"node_{now_ms}_request", REQUEST_TYPE, column=0)
    request.data["fields"] = [_stored(field) for field in fields]
    response = _node(f"node_{now_ms}_response", RESPONSE_TYPE, column=2)
    workflow = Workflow(
        id="", name=name, description=ask.description, nodes=(request, response), edges=()
    )
    created = CreatedWorkflow(
        workflow_id="",
        name=name,
        request_node_id=request.id,
        response_node_id=response.id,
        request_fields=fields,
    )
    return workflow, created


def _node(node_id: str, node_type: str, *, column: int) -> WireNode:
    return WireNode(id=node_id, type=node_type, position={"x": column * COLUMN, "y": 0.0}, data={})


def _named(name: str, *, what: str) -> str:
    if not name.strip():
        raise InvalidInputError(f"A {what} needs a name. Give one that says what it is for.")
    return name.strip()


def _fields(asked: Iterable[NewRequestField]) -> tuple[CreatedField, ...]:
    fields: dict[str, CreatedField] = {}
    for each in asked:
        name = _named(each.name, what="request field")
        field_id = _unique(_slug(name), taken=fields)
        kind = _type(each)
        value = _value(each, field_id, kind)
        fields[field_id] = CreatedField(field_id=field_id, name=name, type=kind, value=value)
    return tuple(fields.values())


def _slug(name: str) -> str:
    """The name in lower case, with `_` for whatever is neither letter nor digit."""
    folded = unicodedata.normalize("NFC", name).lower()
    return re.sub(r"[\W_]+", "_", folded).strip("_")[:LONGEST_ID].strip("_") or "field"


def _unique(field_id: str, *, taken: Collection[str]) -> str:
    number, candidate = 1, field_id
    while candidate in taken:
        number += 1
        candidate = f"{field_id}_{number}"
    return candidate


def _type(field: NewRequestField) -> str:
    """The field's type; those of model inputs, such as `textarea`, stand for theirs."""
    kind = kind_of_field(field.type).value
    if kind not in FIELD_TYPES:
        raise InvalidInputError(
            f"The request field '{field.name}' cannot be of the type '{field.type}'. "
            f"Use {or_list(FIELD_TYPES)}."
        )
    return kind


def _value(field: NewRequestField, field_id: str, kind: str) -> JsonValue:
    """The default in the field's type, or None."""
    shape = RequestField(node_id="", field_id=field_id, name=field.name, type=kind)
    return checked(schema_of([shape]), {field_id: field.value}).get(field_id)


def _stored(field: CreatedField) -> JsonValue:
    told: dict[str, JsonValue] = {"fieldId": field.field_id, "name": field.name, "type": field.type}
    return told if field.value is None else {**told, "value": field.value}
