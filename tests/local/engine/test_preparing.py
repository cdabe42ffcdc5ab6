"""What keeps a run from starting, and what it will cost."""

import pytest

from magica_mcp.errors import (
    GraphRuleError,
    InvalidInputError,
    MediaUrlRequiredError,
    NotFoundError,
)
from magica_mcp.local.catalog import Catalog
from magica_mcp.local.engine.preparing import prepared_model, prepared_workflow, sub_model_of
from magica_mcp.models.runs import StartModelRun, StartRun
from magica_mcp.models.workflows import WireEdge, WireNode, Workflow
from tests.local.engine.workshop import REQUEST, RESPONSE, workflow

ASK = StartRun(workflow_id="wf")


def test_without_values_a_run_starts_on_the_defaults(catalog: Catalog) -> None:
    prepared = prepared_workflow(workflow("ask → a", "a → end"), ASK, catalog=catalog)

    assert prepared.inputs["a"]["prompt"] == "hi"


def test_a_field_is_found_by_its_name_in_any_case(catalog: Catalog) -> None:
    ask = StartRun(workflow_id="wf", values={REQUEST: {"PROMPT": "by name"}})

    prepared = prepared_workflow(workflow("ask → a", "a → end"), ask, catalog=catalog)

    assert prepared.values == {REQUEST: {"prompt": "by name"}}


def test_an_unknown_field_is_refused_with_the_nearest(catalog: Catalog) -> None:
    ask = StartRun(workflow_id="wf", values={REQUEST: {"promt": "x"}})

    with pytest.raises(InvalidInputError, match=r"no field 'promt'\. Did you mean 'prompt'\?"):
        prepared_workflow(workflow("ask → a", "a → end"), ask, catalog=catalog)


def test_a_required_input_that_the_request_leaves_empty_is_named(catalog: Catalog) -> None:
    with pytest.raises(InvalidInputError, match=r"Node 'a': gpt_5_4 needs 'prompt'"):
        prepared_workflow(workflow("ask → a", "a → end", prompt=None), ASK, catalog=catalog)


def test_a_required_input_that_nothing_feeds_is_named(catalog: Catalog) -> None:
    with pytest.raises(InvalidInputError, match=r"'in:prompt' of 'a' \(gpt_5_4\) is required"):
        prepared_workflow(workflow("a → end"), ASK, catalog=catalog)


def test_an_input_that_another_node_feeds_is_not_missed(catalog: Catalog) -> None:
    prepared = prepared_workflow(workflow("ask → a", "a → b", "b → end"), ASK, catalog=catalog)

    assert set(prepared.inputs) == {"a"}


def test_a_value_set_on_a_node_is_checked_before_the_start(catalog: Catalog) -> None:
    ask = StartRun(workflow_id="wf", graph_input_overrides={"b": {"temperature": 9}})

    with pytest.raises(InvalidInputError, match="Node 'b': 'temperature' cannot be 9"):
        prepared_workflow(workflow("ask → a", "a → b", "b → end"), ask, catalog=catalog)


def test_a_graph_with_a_cycle_is_refused(catalog: Catalog) -> None:
    with pytest.raises(GraphRuleError):
        prepared_workflow(workflow("a → b", "b → a", "b → end"), ASK, catalog=catalog)


def test_media_have_to_be_urls(catalog: Catalog) -> None:
    given = _crop(image_url="data:image/png;base64,AAAA")

    with pytest.raises(MediaUrlRequiredError):
        prepared_workflow(given, ASK, catalog=catalog)


def test_each_node_has_its_price(catalog: Catalog) -> None:
    given = _crop(image_url="https://example.com/cat.png")

    assert prepared_workflow(given, ASK, catalog=catalog).prices == {"crop": 5_000}


def test_a_model_run_has_its_defaults_filled_in(catalog: Catalog) -> None:
    ask = StartModelRun(input={"prompt": "a kite", "resolution": "4k"})

    prepared = prepared_model("nano_banana_pro", ask, catalog=catalog)

    inputs = prepared.inputs["nano_banana_pro"]
    assert (inputs["resolution"], inputs["num_images"]) == ("4K", 1)


def test_the_price_of_a_model_run_is_that_of_its_input(catalog: Catalog) -> None:
    ask = StartModelRun(input={"prompt": "a kite", "resolution": "4K"})

    assert prepared_model("nano_banana_pro", ask, catalog=catalog).prices == {
        "nano_banana_pro": 390_000
    }


def test_a_sub_model_of_another_model_is_refused(catalog: Catalog) -> None:
    ask = StartModelRun(sub_model_id="gpt-image-2-edit", input={"prompt": "x"})

    with pytest.raises(InvalidInputError, match="is a sub-model of gpt_image_2"):
        prepared_model("nano_banana_pro", ask, catalog=catalog)


def test_an_unknown_model_is_not_found(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError):
        prepared_model("no_such_model", StartModelRun(input={}), catalog=catalog)


@pytest.mark.parametrize(
    ("mode", "sub_model_id"),
    [
        ("gpt-image-2-edit", "gpt-image-2-edit"),
        ("image-to-image", "gpt-image-2-edit"),
        ("Image to Image", "gpt-image-2-edit"),
        (None, "gpt-image-2-text"),
    ],
)
def test_a_mode_is_understood_by_its_id_and_by_what_it_does(
    catalog: Catalog, mode: str | None, sub_model_id: str
) -> None:
    assert sub_model_of(catalog, "gpt_image_2", mode) == sub_model_id


def _crop(*, image_url: str) -> Workflow:
    data = {"inputs": {"image_url": image_url}}
    return Workflow(
        id="wf",
        nodes=(
            WireNode(id=REQUEST, type="request"),
            WireNode.model_validate({"id": "crop", "type": "crop_image", "data": data}),
            WireNode(id=RESPONSE, type="response"),
        ),
        edges=(
            WireEdge(
                id="e",
                source="crop",
                source_handle="out:image_url",
                target=RESPONSE,
                target_handle="result",
            ),
        ),
    )
