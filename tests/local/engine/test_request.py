"""Values written into a workflow, in whichever shape it keeps its Request fields."""

import pytest
from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError
from magica_mcp.local.catalog import Catalog
from magica_mcp.local.engine.request import with_overrides, with_values
from magica_mcp.models.graphs import graph_of
from magica_mcp.models.workflows import WireNode, Workflow, request_fields
from tests.local.engine.workshop import workflow

SHAPES: list[dict[str, JsonValue]] = [
    {"fields": [{"fieldId": "prompt", "name": "Prompt", "type": "text"}, {"fieldId": "other"}]},
    {"fields": [{"id": "prompt", "label": "Prompt", "default": "old"}]},
    {"requestFields": [{"name": "prompt", "value": "old"}]},
    {"inputs": {"prompt": {"type": "text", "value": "old"}, "other": {}}},
    {"inputs": {"other": "x", "prompt": "old"}},
]


@pytest.mark.parametrize("data", SHAPES)
def test_a_value_becomes_the_value_of_its_field(data: dict[str, JsonValue]) -> None:
    given = Workflow(id="w", nodes=(WireNode(id="ask", type="request", data=data),))

    filled = with_values(given, {"ask": {"prompt": "new"}})

    values = {field.field_id: field.default for field in request_fields(filled)}
    assert values["prompt"] == "new"


@pytest.mark.parametrize("data", SHAPES)
def test_other_fields_stay_as_they_are(data: dict[str, JsonValue]) -> None:
    given = Workflow(id="w", nodes=(WireNode(id="ask", type="request", data=data),))

    filled = with_values(given, {"ask": {"prompt": "new"}})

    others = [field for field in request_fields(given) if field.field_id != "prompt"]
    assert [field for field in request_fields(filled) if field.field_id != "prompt"] == others


def test_without_values_the_workflow_is_the_same() -> None:
    given = workflow("ask → a", "a → end")

    assert with_values(given, {}) == given


def test_an_edge_into_an_overridden_input_no_longer_counts(catalog: Catalog) -> None:
    graph = graph_of(
        workflow("ask → a", "a → end"),
        ports_of=lambda kind, mode: catalog.ports(kind, sub_model_id=mode),
    )

    overridden = with_overrides(graph, {"a": {"prompt": "mine"}})

    assert overridden.edges_into("a") == ()


@pytest.mark.parametrize(
    ("overrides", "hint"),
    [({"aa": {"prompt": "x"}}, "Did you mean 'a'?"), ({"a": {"promt": "x"}}, "'prompt'")],
)
def test_an_override_that_has_no_place_is_refused_with_the_nearest_name(
    catalog: Catalog, overrides: dict[str, dict[str, JsonValue]], hint: str
) -> None:
    graph = graph_of(
        workflow("ask → a", "a → end"),
        ports_of=lambda kind, mode: catalog.ports(kind, sub_model_id=mode),
    )

    with pytest.raises(InvalidInputError) as refused:
        with_overrides(graph, overrides)

    assert hint in str(refused.value)
