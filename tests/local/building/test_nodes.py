"""Nodes are added, changed and removed, or it is said why not."""

from typing import Any

import pytest

from magica_mcp.errors import (
    GraphRuleError,
    InvalidInputError,
    MagicaError,
    MediaUrlRequiredError,
    NotFoundError,
)
from magica_mcp.local.building import MOST_NODES, with_inputs, with_node, without_node
from magica_mcp.local.engine.preparing import prepared_workflow
from magica_mcp.models.building import AddedNode, AddNode
from magica_mcp.models.runs import StartRun
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import Workflow, request_fields
from tests.local.building.samples import (
    CATALOG,
    REQUEST,
    RESPONSE,
    empty,
    graph_in,
    node_in,
    with_added,
    with_connected,
)

PHOTO = "https://a.example/b.png"


def added(**asked: Any) -> AddedNode:
    return with_node(empty(), AddNode.model_validate(asked), catalog=CATALOG, node_id="a")[1]


def refusal(kind: type[MagicaError], **asked: Any) -> str:
    with pytest.raises(kind) as caught:
        added(**asked)
    return str(caught.value)


def values_after(given: JsonObject, *, node_type: str = "gpt_5_4", **asked: Any) -> object:
    workflow = with_added(empty(), "a", node_type, **asked)
    return node_in(with_inputs(workflow, "a", given, catalog=CATALOG), "a").data["inputs"]


# Adding ---------------------------------------------------------------------------------------


def test_the_answer_tells_ports_place_mode_and_the_inputs_that_were_set() -> None:
    answer = added(nodeType="flux_2_pro", mode="image-to-image", inputs={"num_images": 2})

    assert answer.wire() == {
        "nodeId": "a",
        "type": "flux_2_pro",
        "position": {"x": 400.0, "y": 0.0},
        "inputPorts": [
            "in:prompt",
            "in:image_urls",
            "in:image_size",
            "in:num_images",
            "in:output_format",
            "in:seed",
        ],
        "outputPorts": ["out:result"],
        "mode": "image-to-image",
        "inputsSet": ["num_images"],
    }


def test_an_added_node_is_stored_as_templates_are() -> None:
    workflow = with_added(empty(), "a", "flux_2_pro", inputs={"num_images": 2})

    assert node_in(workflow, "a").data == {
        "subModelId": "flux-2-pro-text",
        "inputs": {"num_images": 2},
    }


@pytest.mark.parametrize(
    ("asked", "sub_model_id"),
    [
        ({"nodeType": "flux_2_pro"}, "flux-2-pro-text"),
        ({"nodeType": "flux-2-pro"}, "flux-2-pro-text"),
        ({"nodeType": "flux-2-pro-edit"}, "flux-2-pro-edit"),
        ({"nodeType": "flux_2_pro", "mode": "image-to-image"}, "flux-2-pro-edit"),
        ({"nodeType": "flux_2_pro", "mode": "Image to Image"}, "flux-2-pro-edit"),
        ({"nodeType": "flux_2_pro", "mode": "flux-2-pro-edit"}, "flux-2-pro-edit"),
        ({"nodeType": "flux_2_pro", "mode": ""}, "flux-2-pro-text"),
        ({"nodeType": "GPT 5.4"}, None),
    ],
)
def test_a_node_is_known_by_its_type_a_sub_model_or_a_mode(
    asked: dict[str, str], sub_model_id: str | None
) -> None:
    ask = AddNode.model_validate(asked)
    workflow, _ = with_node(empty(), ask, catalog=CATALOG, node_id="a")

    assert node_in(workflow, "a").data.get("subModelId") == sub_model_id


def test_a_model_of_one_mode_answers_no_mode() -> None:
    assert added(nodeType="gpt_5_4").mode is None


def test_required_inputs_may_be_missing_yet() -> None:
    assert added(nodeType="crop_image").inputs_set == ()


def test_values_are_kept_in_the_models_own_spelling_and_type() -> None:
    workflow = with_added(
        empty(), "a", "gpt_image_2", inputs={"quality": "low", "in:n": "2", "prompt": 5}
    )

    assert node_in(workflow, "a").data["inputs"] == {"quality": "Low", "n": 2, "prompt": "5"}


def test_an_input_that_depends_on_another_may_be_set_before_it() -> None:
    assert added(nodeType="gpt_image_2", inputs={"output_compression": 50}).inputs_set == (
        "output_compression",
    )


def test_an_object_that_is_no_port_may_be_set() -> None:
    crop = {"x": 0, "y": 0, "width": 50, "height": 50}

    assert added(nodeType="crop_image", inputs={"crop": crop}).inputs_set == ("crop",)


def test_an_input_that_no_schema_lists_is_kept() -> None:
    assert added(nodeType="gpt_5_4", inputs={"provider": "x"}).inputs_set == ("provider",)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"nodeType": "flux_2_pra"}, "No model is called 'flux_2_pra'. Did you mean 'flux-2-pro"),
        (
            {"nodeType": "flux_2_pro", "mode": "video"},
            "flux_2_pro has no mode 'video'. Its modes are 'flux-2-pro-text' or 'flux-2-pro-edit'.",
        ),
        (
            {"nodeType": "gpt_5_4", "mode": "text-to-image"},
            "gpt_5_4 has a single mode, and no 'text-to-image'. Leave the mode out.",
        ),
    ],
)
def test_an_unknown_type_or_mode_is_refused_with_what_exists(
    asked: dict[str, str], text: str
) -> None:
    assert refusal(NotFoundError, **asked).startswith(text)


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"promt": "x"}, "gpt_5_4 has no field 'promt'. Did you mean 'prompt'?"),
        ({"promt": None}, "gpt_5_4 has no field 'promt'. Did you mean 'prompt'?"),
        ({"temperature": 9}, "'temperature' cannot be 9. It takes 0 to 2."),
        ({"max_tokens": 1.5}, "'max_tokens' takes a whole number, not 1.5."),
        ({"prompt": ["a", "b"]}, "'prompt' takes one value, but 2 were given. Leave some out."),
        (
            {"image_urls": [PHOTO] * 11},
            "'image_urls' takes at most 10 values, but 11 were given. Leave some out.",
        ),
    ],
)
def test_an_input_that_does_not_fit_is_refused(inputs: JsonObject, text: str) -> None:
    assert refusal(InvalidInputError, nodeType="gpt_5_4", inputs=inputs) == text


def test_a_file_name_is_no_media_input() -> None:
    text = refusal(MediaUrlRequiredError, nodeType="crop_image", inputs={"image_url": "cat.png"})

    assert text.startswith("'image_url' takes a public http(s) URL, not 'cat.png'.")


def test_an_input_of_another_mode_is_refused_with_that_mode() -> None:
    text = refusal(InvalidInputError, nodeType="flux_2_pro", inputs={"image_urls": [PHOTO]})

    assert text == (
        "flux_2_pro takes 'image_urls' in the mode 'image-to-image' only, and a node keeps its "
        "mode. Add a node in that mode."
    )


@pytest.mark.parametrize("node_type", ["request", "Response"])
def test_a_second_request_or_response_is_refused(node_type: str) -> None:
    assert refusal(GraphRuleError, nodeType=node_type) == (
        f"A workflow has one {node_type.capitalize()} node from the start. Use that; get_workflow "
        "shows its id."
    )


@pytest.mark.parametrize("node_id", ["node_17_request", "x_response"])
def test_an_id_that_would_make_it_another_end_is_refused(node_id: str) -> None:
    with pytest.raises(GraphRuleError):
        with_added(empty(), node_id, "gpt_5_4")


def test_an_id_that_is_taken_is_refused() -> None:
    with pytest.raises(GraphRuleError, match="There is a node 'a' already"):
        with_added(with_added(empty(), "a", "gpt_5_4"), "a", "flux_2_pro")


def test_a_workflow_has_at_most_a_hundred_nodes() -> None:
    workflow = empty()
    for at in range(MOST_NODES - 2):
        workflow = with_added(workflow, f"n{at}", "gpt_5_4")

    with pytest.raises(InvalidInputError, match="at most 100 nodes, and this one has 100"):
        with_added(workflow, "more", "gpt_5_4")


# Changing -------------------------------------------------------------------------------------


def test_values_are_set_and_the_others_stay() -> None:
    assert values_after({"seed": 2}, inputs={"seed": 1, "prompt": "x"}) == {
        "seed": 2,
        "prompt": "x",
    }


@pytest.mark.parametrize("nothing", [None, "", []])
def test_an_empty_value_takes_one_away(nothing: Any) -> None:
    assert values_after({"prompt": nothing}, inputs={"seed": 1, "prompt": "x"}) == {"seed": 1}


def test_false_and_zero_are_values() -> None:
    assert values_after({"response_format": False, "seed": 0}) == {
        "response_format": False,
        "seed": 0,
    }


def test_the_values_of_a_node_are_checked_in_its_mode() -> None:
    given: JsonObject = {"image_urls": PHOTO}

    assert values_after(given, node_type="flux_2_pro", mode="image-to-image") == {
        "image_urls": [PHOTO]
    }


def test_a_node_that_names_its_mode_otherwise_is_understood() -> None:
    workflow = with_added(empty(), "a", "flux_2_pro")
    node = node_in(workflow, "a").model_copy(update={"data": {"mode": "image-to-image"}})
    workflow = workflow.model_copy(update={"nodes": (*empty().nodes, node)})

    assert node_in(
        with_inputs(workflow, "a", {"image_urls": PHOTO}, catalog=CATALOG), "a"
    ).data == {
        "mode": "image-to-image",
        "inputs": {"image_urls": [PHOTO]},
    }


@pytest.mark.parametrize("key", ["text_field", "Text Field", "text field"])
def test_a_default_of_the_request_is_set_by_id_or_name(key: str) -> None:
    workflow = with_inputs(empty(("Text Field", "text")), REQUEST, {key: "hi"}, catalog=CATALOG)

    assert request_fields(workflow)[0].default == "hi"


def test_a_default_of_the_request_is_taken_away() -> None:
    workflow = with_inputs(empty(("a", "text", "hi")), REQUEST, {"a": ""}, catalog=CATALOG)

    assert request_fields(workflow)[0].default is None


@pytest.mark.parametrize(
    ("node_id", "inputs", "kind", "text"),
    [
        (
            "b",
            {"prompt": "x"},
            GraphRuleError,
            "This workflow has no node 'b'. Its nodes: 'node_17_request', 'node_17_response', 'a'.",
        ),
        (
            RESPONSE,
            {"result": "x"},
            GraphRuleError,
            "No value 'result' can be set on the Response node. It has no inputs.",
        ),
        (
            REQUEST,
            {"numbr": 1},
            GraphRuleError,
            "No value 'numbr' can be set on the Request node. Did you mean 'number'?",
        ),
        (REQUEST, {"number": "x"}, InvalidInputError, "'number' takes a number, not 'x'."),
        ("a", {"temperature": 9}, InvalidInputError, "'temperature' cannot be 9. It takes 0 to 2."),
    ],
)
def test_a_value_without_a_place_is_refused(
    node_id: str, inputs: JsonObject, kind: type[MagicaError], text: str
) -> None:
    workflow = with_added(empty(("number", "number")), "a", "gpt_5_4")

    with pytest.raises(kind) as caught:
        with_inputs(workflow, node_id, inputs, catalog=CATALOG)

    assert str(caught.value) == text


def test_a_request_without_fields_says_so() -> None:
    with pytest.raises(GraphRuleError, match=r"on the Request node\. It has no fields\."):
        with_inputs(empty(), REQUEST, {"x": 1}, catalog=CATALOG)


@pytest.mark.parametrize("node_id", [REQUEST, RESPONSE])
def test_setting_nothing_changes_nothing(node_id: str) -> None:
    assert with_inputs(empty(), node_id, {}, catalog=CATALOG) == empty()


def test_a_node_of_a_model_that_is_gone_cannot_be_set() -> None:
    workflow = Workflow.model_validate({"id": "wf", "nodes": [{"id": "a", "type": "gpt_99"}]})

    with pytest.raises(NotFoundError, match="No model is called 'gpt_99'"):
        with_inputs(workflow, "a", {"prompt": "x"}, catalog=CATALOG)


# Removing -------------------------------------------------------------------------------------


def test_a_removed_node_takes_its_edges_along() -> None:
    workflow = with_added(with_added(empty(), "a", "gpt_5_4"), "b", "gpt_5_4")
    workflow = with_connected(workflow, "a.output > b.prompt", f"b.output > {RESPONSE}.result")
    left = without_node(workflow, "a")

    assert [node.id for node in left.nodes] == [REQUEST, RESPONSE, "b"]
    assert [edge.source for edge in left.edges] == ["b"]


@pytest.mark.parametrize("node_id", [REQUEST, RESPONSE])
def test_the_two_ends_cannot_be_removed(node_id: str) -> None:
    with pytest.raises(GraphRuleError, match="belongs to every workflow and cannot be removed"):
        without_node(empty(), node_id)


def test_a_node_that_does_not_exist_cannot_be_removed() -> None:
    with pytest.raises(GraphRuleError, match="This workflow has no node 'b'"):
        without_node(empty(), "b")


def test_a_node_of_a_model_that_is_gone_can_be_removed() -> None:
    workflow = Workflow.model_validate(
        {
            "id": "wf",
            "nodes": [{"id": "a", "type": "gpt_99"}, {"id": "b", "type": "gpt_5_4"}],
            "edges": [{"id": "e", "source": "a", "target": "b"}],
        }
    )

    assert [node.id for node in without_node(workflow, "a").nodes] == ["b"]


# Whole workflows ------------------------------------------------------------------------------


def test_a_workflow_that_was_built_can_run() -> None:
    workflow = with_added(empty(("Topic", "text", "a kite")), "a", "gpt_5_4")
    workflow = with_added(workflow, "b", "flux_2_pro", inputs={"num_images": 2})
    workflow = with_connected(
        workflow,
        f"{REQUEST}.Topic > a.in:prompt",
        "a.out:output > b.in:prompt",
        f"b.out:result > {RESPONSE}.in:result",
    )
    plan = prepared_workflow(workflow, StartRun(workflow_id="wf"), catalog=CATALOG).plan

    assert [(node.node_id, node.model_id) for node in plan.nodes] == [
        ("a", "gpt_5_4"),
        ("b", "flux-2-pro-text"),
    ]


def test_what_an_edit_does_not_know_is_kept() -> None:
    workflow = Workflow.model_validate(
        {
            **empty(("Topic", "text")).wire(),
            "viewport": {"x": 1, "y": 2, "zoom": 0.5},
            "version": 7,
            "edges": [
                {
                    "id": "e",
                    "source": REQUEST,
                    "sourceHandle": "topic",
                    "target": RESPONSE,
                    "animated": True,
                }
            ],
        }
    )
    changed = with_inputs(
        with_added(workflow, "a", "gpt_5_4"), REQUEST, {"topic": "x"}, catalog=CATALOG
    )
    kept = without_node(changed, "a").wire()

    assert {**kept, "nodes": []} == {**workflow.wire(), "nodes": []}


def test_a_graph_that_was_built_reads_back_what_was_set() -> None:
    workflow = with_added(empty(), "a", "flux-2-pro-edit", inputs={"prompt": "x"})
    node = graph_in(workflow).nodes["a"]

    assert (node.type, node.mode, dict(node.inputs)) == (
        "flux_2_pro",
        "flux-2-pro-edit",
        {"prompt": "x"},
    )
