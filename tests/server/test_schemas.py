"""Input schemas that every client can read."""

import json

import pytest

from magica_mcp.server.boundary import bound
from magica_mcp.server.schemas import hardened
from magica_mcp.server.tool import Effect, ToolSpec
from magica_mcp.server.tools import TOOLS

every_tool = pytest.mark.parametrize("spec", TOOLS, ids=lambda spec: spec.name)


def test_references_are_inlined() -> None:
    schema = {
        "properties": {"a": {"$ref": "#/$defs/A"}},
        "$defs": {"A": {"type": "object", "title": "A"}},
    }

    assert hardened(schema)["properties"] == {"a": {"type": "object"}}


def test_a_property_may_be_called_title() -> None:
    assert "title" in hardened({"properties": {"title": {"type": "string"}}})["properties"]


@every_tool
def test_a_schema_has_no_references_titles_or_null_branches(spec: ToolSpec) -> None:
    text = json.dumps(bound(spec).parameters)

    assert not any(word in text for word in ("$ref", "$defs", '"title"', '"null"'))


@every_tool
def test_unknown_arguments_are_refused_by_the_schema(spec: ToolSpec) -> None:
    assert bound(spec).parameters["additionalProperties"] is False


@every_tool
def test_every_argument_is_described(spec: ToolSpec) -> None:
    properties = bound(spec).parameters.get("properties", {})

    assert all(argument.get("description") for argument in properties.values())


@every_tool
def test_a_tool_that_spends_is_never_read_only(spec: ToolSpec) -> None:
    assert spec.annotations.read_only_hint is (spec.effect is Effect.READS)
