"""New workflows and the fields of their Request node."""

from typing import Any

import pytest
from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError, MediaUrlRequiredError
from magica_mcp.graph.validation import structural_problems
from magica_mcp.local.building import new_workflow
from magica_mcp.local.building.creation import FIELD_TYPES
from magica_mcp.models.building import CreateWorkflow
from magica_mcp.models.workflows import request_fields
from tests.local.building.samples import empty, graph_in, place_of


def created_ids(*names: str) -> list[str]:
    fields = [{"name": name} for name in names]
    ask = CreateWorkflow.model_validate({"name": "Kite", "requestFields": fields})
    return [field.field_id for field in new_workflow(ask, now_ms=17)[1].request_fields]


def refusal(**field: Any) -> str:
    ask = CreateWorkflow.model_validate({"name": "Kite", "requestFields": [field]})
    with pytest.raises(InvalidInputError) as caught:
        new_workflow(ask, now_ms=17)
    return str(caught.value)


def test_a_new_workflow_has_its_two_ends() -> None:
    workflow = empty()

    assert [(node.id, node.type) for node in workflow.nodes] == [
        ("node_17_request", "request"),
        ("node_17_response", "response"),
    ]


def test_a_new_workflow_is_sound() -> None:
    assert structural_problems(graph_in(empty(("Topic", "text")))) == []


def test_room_for_one_column_is_left_between_the_two_ends() -> None:
    workflow = empty()

    assert place_of(workflow, "node_17_request") == (0, 0)
    assert place_of(workflow, "node_17_response") == (800, 0)


def test_the_answer_names_both_nodes_and_every_field() -> None:
    ask = CreateWorkflow.model_validate(
        {"name": " Kite ", "requestFields": [{"name": "Text Field", "type": "text", "value": "x"}]}
    )

    assert new_workflow(ask, now_ms=17)[1].wire() == {
        "workflowId": "",
        "name": "Kite",
        "requestNodeId": "node_17_request",
        "responseNodeId": "node_17_response",
        "requestFields": [
            {"fieldId": "text_field", "name": "Text Field", "type": "text", "value": "x"}
        ],
    }


def test_the_description_is_kept() -> None:
    ask = CreateWorkflow(name="Kite", description="Flies.")

    assert new_workflow(ask, now_ms=17)[0].description == "Flies."


@pytest.mark.parametrize(
    ("name", "field_id"),
    [
        ("prompt", "prompt"),
        ("Text Field", "text_field"),
        ("  Photo (1st)!", "photo_1st"),
        ("__a--b__", "a_b"),
        ("Größe", "größe"),
        ("画像", "画像"),
        ("🙂", "field"),
        ("x" * 100, "x" * 40),
    ],
)
def test_the_id_of_a_field_is_made_of_its_name(name: str, field_id: str) -> None:
    assert created_ids(name) == [field_id]


def test_fields_of_the_same_name_have_ids_of_their_own() -> None:
    assert created_ids("a", "A", "a 2", "a!") == ["a", "a_2", "a_2_2", "a_3"]


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_a_field_may_be_of_each_port_type_but_any(kind: str) -> None:
    assert request_fields(empty(("x", kind)))[0].type == kind


@pytest.mark.parametrize(
    ("given", "kind"), [("TEXT", "text"), (" image ", "image"), ("textarea", "text")]
)
def test_a_type_is_understood_in_other_spellings(given: str, kind: str) -> None:
    assert request_fields(empty(("x", given)))[0].type == kind


@pytest.mark.parametrize("kind", ["any", "picture", ""])
def test_another_type_is_refused_with_those_that_exist(kind: str) -> None:
    assert refusal(name="x", type=kind) == (
        f"The request field 'x' cannot be of the type '{kind}'. Use 'text', 'image', 'video', "
        "'audio', 'avmedia', 'file', 'number', 'boolean' or 'select'."
    )


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "hi", "hi"),
        ("number", "5", 5),
        ("number", 0, 0),
        ("boolean", "yes", True),
        ("boolean", False, False),
        ("select", "Large", "Large"),
        ("image", "https://a.example/b.png", "https://a.example/b.png"),
        ("text", "", None),
        ("image", None, None),
    ],
)
def test_a_value_becomes_one_of_its_fields_type(
    kind: str, given: JsonValue, kept: JsonValue
) -> None:
    assert request_fields(empty(("x", kind, given)))[0].default == kept


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("number", "many", "'x' takes a number, not 'many'."),
        ("boolean", 7, "'x' takes true or false, not 7."),
        ("text", {"a": 1}, "'x' takes text, not {'a': 1}."),
    ],
)
def test_a_value_of_another_type_is_refused(kind: str, value: JsonValue, text: str) -> None:
    assert refusal(name="x", type=kind, value=value) == text


@pytest.mark.parametrize("kind", ["image", "video", "audio", "avmedia", "file"])
def test_the_value_of_a_media_field_is_a_url(kind: str) -> None:
    with pytest.raises(MediaUrlRequiredError):
        empty(("x", kind, "cat.png"))


def test_a_field_with_a_blank_name_is_refused() -> None:
    assert refusal(name="  ") == "A request field needs a name. Give one that says what it is for."


def test_a_workflow_with_a_blank_name_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="A workflow needs a name"):
        new_workflow(CreateWorkflow(name=" "), now_ms=17)
