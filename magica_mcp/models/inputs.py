"""Whether an input fits a model's schema, and the complete input that it stands for.

Pure: nothing here knows where the schema came from or who is asking.
"""

import difflib
from collections.abc import Mapping

from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError
from magica_mcp.graph.nodes import HIDDEN_INPUTS
from magica_mcp.models.catalog import ModelField, ModelSchema
from magica_mcp.models.field_values import MediaForm, read_value
from magica_mcp.models.wire import JsonObject


def checked(
    schema: ModelSchema, given: JsonObject, *, media: MediaForm = MediaForm.URL
) -> JsonObject:
    """The complete input: defaults filled in, each value in the model's own spelling and type.

    Hidden inputs, which every model takes, are left out.
    Raises `InvalidInputError` (for media `MediaUrlRequiredError`) with one sentence.
    """
    _refuse_unknown(schema, given)
    complete: JsonObject = {}
    for field in schema.fields:
        value, default = given.get(field.name), default_of(schema, field)
        if _is_absent(value):
            value = default
        elif type(value) is not type(default) or value != default:
            # Otherwise it is what the catalog itself would have given, and that is not doubted.
            value = read_value(field, value, media=media)
        if value is not None:
            complete[field.name] = value
    shown = _without_hidden(schema, complete)
    _require_all(schema, shown)
    return shown


def default_of(schema: ModelSchema, field: ModelField) -> JsonValue:
    """What the field is when nothing is given, or None."""
    default = schema.defaults.get(field.name) if field.default is None else field.default
    return None if _is_absent(default) else default


def is_shown(field: ModelField, values: Mapping[str, JsonValue]) -> bool:
    """Whether the other values let this field play a part (its `showWhen`)."""
    return all(values.get(name) in wanted for name, wanted in _conditions(field).items())


# The input as a whole -------------------------------------------------------------------------


def _refuse_unknown(schema: ModelSchema, given: JsonObject) -> None:
    names = [field.name for field in schema.fields]
    for name in given:
        if name in names or name in HIDDEN_INPUTS:
            continue
        near = difflib.get_close_matches(name.lower(), names, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"It takes: {', '.join(names)}."
        raise InvalidInputError(f"{schema.model_id} has no field '{name}'. {hint}")


def _require_all(schema: ModelSchema, complete: JsonObject) -> None:
    missing = [
        f"'{field.name}'"
        for field in schema.fields
        if field.required and field.name not in complete and is_shown(field, complete)
    ]
    if missing:
        raise InvalidInputError(
            f"{schema.model_id} needs {' and '.join(missing)}. Give a value and call again."
        )


def _without_hidden(schema: ModelSchema, complete: JsonObject) -> JsonObject:
    """Drop fields whose `showWhen` is not met; a value that was meant is refused."""
    hidden = [f for f in schema.fields if f.name in complete and not is_shown(f, complete)]
    for field in hidden:
        if complete[field.name] != default_of(schema, field):
            rule = " and ".join(
                f"'{name}' is {' or '.join(map(str, wanted))}"
                for name, wanted in _conditions(field).items()
            )
            raise InvalidInputError(
                f"'{field.name}' only applies when {rule}. Leave it out or change the other."
            )
    names = {field.name for field in hidden}
    return {name: value for name, value in complete.items() if name not in names}


def _conditions(field: ModelField) -> dict[str, list[JsonValue]]:
    """`showWhen` as field → wanted values, from `{field, value}` or `{<field>: value(s)}`."""
    rule = field.show_when
    if not isinstance(rule, dict):
        return {}
    named = rule.get("field")
    if isinstance(named, str):
        wants = [rule[key] for key in ("value", "values", "equals", "in") if key in rule]
        rule = {named: wants[0]} if wants else {}
    return {name: wanted if isinstance(wanted, list) else [wanted] for name, wanted in rule.items()}


def _is_absent(value: JsonValue) -> bool:
    return value is None or value in ("", [])
