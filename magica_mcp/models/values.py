"""What a caller's `values` for the Request node mean, however they are keyed.

The rule of magica-contract 2.3: node id, then field id; a name is understood where it is clear.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError, or_list, shortened
from magica_mcp.models.catalog import ModelField, ModelSchema
from magica_mcp.models.field_values import MediaForm
from magica_mcp.models.inputs import checked
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import RequestField

Values = dict[str, JsonObject]
"""By node id, then field id."""


@dataclass(frozen=True)
class UnderstoodValues:
    """The values as they are sent, and in sentences what was understood beyond the letter."""

    values: Values
    notes: tuple[str, ...] = ()


def understood_values(
    fields: Sequence[RequestField], given: JsonObject, *, media: MediaForm = MediaForm.URL
) -> UnderstoodValues:
    """Values by node id and field id, each of its field's type.

    Raises:
        InvalidInputError: an unknown node or field, a value that does not fit, or a required field
            with neither value nor default; one sentence with the nearest real name.
    """
    by_node = _by_node(fields)
    notes: list[str] = []
    sorted_out: dict[str, JsonObject] = {node_id: {} for node_id in by_node}
    for node_id, key, value in _flat(given, by_node):
        field = _field(key, by_node[node_id] if node_id else fields)
        if key != field.field_id or node_id is None:
            notes.append(f"'{key}' was understood as {field.node_id}.{field.field_id}.")
        _refuse_two_values(field, value, sorted_out[field.node_id])
        sorted_out[field.node_id][field.field_id] = value
    values = {
        node_id: _typed(by_node[node_id], chosen, media=media)
        for node_id, chosen in sorted_out.items()
    }
    return UnderstoodValues(values, tuple(notes))


def _refuse_two_values(field: RequestField, value: JsonValue, chosen: JsonObject) -> None:
    """One field keyed in two ways must not mean two things; what must be given is not empty."""
    if chosen.get(field.field_id, value) != value:
        message = f"'{field.field_id}' was given twice, with different values. Give it once."
        raise InvalidInputError(message)
    if field.required and isinstance(value, str) and not value.strip():
        message = f"'{field.field_id}' is empty. Give it a value, or leave it out for its default."
        raise InvalidInputError(message)


def _by_node(fields: Sequence[RequestField]) -> dict[str, list[RequestField]]:
    grouped: dict[str, list[RequestField]] = {}
    for field in fields:
        grouped.setdefault(field.node_id, []).append(field)
    return grouped


def _flat(
    given: JsonObject, by_node: Mapping[str, Sequence[RequestField]]
) -> list[tuple[str | None, str, JsonValue]]:
    """(node id or None, key, value) for every value; None where the node level was left out."""
    flat: list[tuple[str | None, str, JsonValue]] = []
    for key, value in given.items():
        if key in by_node:
            flat.extend((key, inner, item) for inner, item in _mapping(key, value).items())
        elif isinstance(value, dict) and not _names_a_field(key, by_node):
            raise InvalidInputError(_unknown_node(key, tuple(by_node)))
        else:
            flat.append((None, key, value))
    return flat


def _mapping(node_id: str, value: JsonValue) -> JsonObject:
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    message = (
        f"values['{node_id}'] must be an object of field id to value, as in the valuesTemplate."
    )
    raise InvalidInputError(message)


def _names_a_field(key: str, by_node: Mapping[str, Sequence[RequestField]]) -> bool:
    return any(_is_called(field, key) for fields in by_node.values() for field in fields)


def _unknown_node(key: str, node_ids: Sequence[str]) -> str:
    return (
        f"The workflow has no Request node '{shortened(key)}'. "
        f"Key the values by {or_list(node_ids)}, then by field id."
    )


def _is_called(field: RequestField, key: str) -> bool:
    folded = key.strip().casefold()
    return folded in {field.field_id.casefold(), field.name.strip().casefold()}


def _field(key: str, fields: Sequence[RequestField]) -> RequestField:
    exact = [field for field in fields if field.field_id == key]
    found = exact or [field for field in fields if _is_called(field, key)]
    if len(found) == 1:
        return found[0]
    if found:
        places = or_list([f"{field.node_id}.{field.field_id}" for field in found])
        message = f"'{key}' fits several fields: {places}. Use the node id, then the field id."
        raise InvalidInputError(message)
    ids = [field.field_id for field in fields]
    close = difflib.get_close_matches(key, ids, n=1, cutoff=0.5) or ids
    message = f"The Request node has no field '{shortened(key)}'. Did you mean {or_list(close)}?"
    raise InvalidInputError(message)


def _typed(fields: Sequence[RequestField], chosen: JsonObject, *, media: MediaForm) -> JsonObject:
    """The chosen values in their fields' types; a null stands for the default."""
    said: JsonObject = {key: value for key, value in chosen.items() if value is not None}
    complete = checked(schema_of(fields), said, media=media)
    return {key: complete[key] for key in said if key in complete}


_INPUT_TYPES = {"boolean": "toggle", "text": "textarea", "avmedia": "file", "any": "text"}


def schema_of(fields: Sequence[RequestField]) -> ModelSchema:
    """Request fields as a schema, so that one set of checks serves both."""
    return ModelSchema(
        model_id="request",
        name="the Request node",
        fields=tuple(
            ModelField(
                name=field.field_id,
                type=_INPUT_TYPES.get(field.type, field.type),
                data_type={"number": "number", "boolean": "boolean"}.get(field.type, "string"),
                required=field.required,
                options=field.options,
                default=field.default,
                min=field.min,
                max=field.max,
            )
            for field in fields
        ),
    )
