"""Makes a generated JSON Schema fit every client: no references, no titles, no null branches."""

from typing import Any

Schema = dict[str, Any]


def hardened(schema: Schema) -> Schema:
    """An input schema with everything inlined and unknown arguments refused."""
    plain = _plain(schema, schema.get("$defs", {}))
    plain.pop("$defs", None)
    return {**plain, "additionalProperties": False}


def _plain(value: Any, definitions: Schema) -> Any:
    if isinstance(value, list):
        return [_plain(item, definitions) for item in value]
    if not isinstance(value, dict):
        return value
    value = _without_null(_inlined(value, definitions))
    plain = {
        key: _properties(item, definitions) if key == "properties" else _plain(item, definitions)
        for key, item in value.items()
    }
    return {key: _choices(key, item) for key, item in plain.items() if not _is_noise(key, item)}


def _properties(properties: Schema, definitions: Schema) -> Schema:
    """Property names are not keywords: an argument may be called `title`."""
    return {name: _plain(item, definitions) for name, item in properties.items()}


def _choices(key: str, item: Any) -> Any:
    """Without the empty choice, which only says that an argument may be left out."""
    return [choice for choice in item if choice != ""] if key == "enum" else item


def _is_noise(key: str, item: Any) -> bool:
    """Generated titles, and what only says that an argument may be left out or hold anything."""
    return (
        (key == "title" and isinstance(item, str))
        or (key == "default" and item in (None, "", []))
        or (key == "additionalProperties" and item in (True, {}))
    )


def _inlined(value: Schema, definitions: Schema) -> Schema:
    reference = value.get("$ref")
    if not isinstance(reference, str):
        return value
    rest = {key: item for key, item in value.items() if key != "$ref"}
    return {**definitions[reference.removeprefix("#/$defs/")], **rest}


def _without_null(value: Schema) -> Schema:
    branches = value.get("anyOf")
    if branches is None:
        return value
    real = [branch for branch in branches if branch.get("type") != "null"]
    rest = {key: item for key, item in value.items() if key != "anyOf"}
    return {**real[0], **rest} if len(real) == 1 else {**rest, "anyOf": real}
