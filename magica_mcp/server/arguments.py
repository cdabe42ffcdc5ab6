"""What a model's arguments mean: usual slips are understood, anything else unknown is refused."""

import difflib
import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from magica_mcp.errors import InvalidInputError, or_list

ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("workflowId", "runId", "modelId"),
    "name": ("workflowId", "modelId"),
    "slug": ("workflowId",),
    "workflow": ("workflowId",),
    "run": ("runId",),
    "model": ("modelId",),
    "tool": ("tool_name",),
    "inputs": ("values", "input"),
    "arguments": ("input", "values"),
    "parameters": ("input", "values"),
    "file": ("path",),
    "file_path": ("path",),
    "filepath": ("path",),
    "timeout": ("waitSeconds",),
    "wait": ("waitSeconds",),
}
"""Slips, each with the arguments that may be meant; a tool's own argument is never shadowed."""


def understood(tool: str, given: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments under their real names, without nulls, objects read out of JSON strings.

    Raises:
        InvalidInputError: an argument that the tool does not have.
    """
    properties: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    meant: dict[str, Any] = {}
    for key, value in given.items():
        name = _real_name(tool, key, properties)
        if value is not None and (name not in meant or name == key):
            meant[name] = _unpacked(value, properties[name])
    return meant


def _real_name(tool: str, key: str, properties: Mapping[str, Any]) -> str:
    if key in properties:
        return key
    for candidate in (_camel(key), _snake(key), *ALIASES.get(key.lower(), ())):
        if candidate in properties:
            return candidate
    close = difflib.get_close_matches(key, list(properties), n=1, cutoff=0.0)
    hint = f" Did you mean {or_list(close)}?" if close else " It takes none."
    message = f"{tool} has no argument '{key}'.{hint} Nothing was done."
    raise InvalidInputError(message)


def _camel(key: str) -> str:
    return re.sub(r"[_-](\w)", lambda match: match[1].upper(), key)


def _snake(key: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", key).lower()


def _unpacked(value: Any, schema: Mapping[str, Any]) -> Any:
    """An object or list that arrived as a JSON string, one level down too."""
    if schema.get("type") not in {"object", "array"}:
        return value
    unpacked = _parsed(value)
    if isinstance(unpacked, dict):
        return {
            key: _parsed(item) if _looks_like_object(item) else item
            for key, item in unpacked.items()
        }
    return unpacked


def _looks_like_object(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip().startswith("{")


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        parsed = json.loads(value)
    except ValueError:
        return value
    return parsed if isinstance(parsed, dict | list) else value


def first_problem(tool: str, error: ValidationError) -> str:
    """What is wrong with the arguments, in one sentence."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in problem["loc"]) or "the arguments"
    if problem["type"] == "missing":
        return f"{tool} needs '{place}'. Call it again with that argument."
    text = problem["msg"]
    return f"{tool} cannot use '{place}': {text[:1].lower()}{text[1:]}. Correct it and call again."
