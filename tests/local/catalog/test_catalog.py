"""The catalog: what there is, by which names, and what each model takes and gives."""

import json
from pathlib import Path

import pytest
from pydantic import JsonValue

from magica_mcp.errors import ConfigurationError, NotFoundError
from magica_mcp.graph.ports import PortKind
from magica_mcp.local.catalog import Catalog, ModelRef, load_catalog
from magica_mcp.models.inputs import checked
from magica_mcp.models.wire import JsonObject

LIVE = {
    "version": 1,
    "models": {
        "background-remover": {
            "nodeType": "background_remover",
            "nodeKind": "image",
            "name": "Background Remover",
            "surprise": {"of": "tomorrow"},
            "cost": {"type": "fixed", "value": 0.008},
            "inputFieldOptions": [{"zodExpectedName": "image_url", "type": "image"}],
        },
        "painter-1": {
            "nodeType": "painter_1",
            "nodeKind": "image",
            "name": "Painter",
            "cost": {
                "type": "tiered",
                "tierKeyFrom": "resolution",
                "tiers": {"1K": 0.15, "4K": 0.3},
            },
            "subModels": [
                {
                    "subModelId": "painter-1-text",
                    "category": "text-to-image",
                    "defaultEstimateMicrocredits": 195000,
                    "inputSchema": {"properties": {"prompt": {"maxLength": 50, "type": "string"}}},
                    "inputFieldOptions": [
                        {"zodExpectedName": "prompt", "type": "textarea", "required": True},
                        {
                            "zodExpectedName": "resolution",
                            "type": "select",
                            "default": "1K",
                            "options": [{"value": "1K", "label": "1K"}, "4K"],
                        },
                        {
                            "zodExpectedName": "style",
                            "default": "plain",
                            "skipExecutionDefault": True,
                        },
                    ],
                }
            ],
        },
    },
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def live(tmp_path: Path) -> Catalog:
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps(LIVE), encoding="utf-8")
    return load_catalog(file)


@pytest.mark.parametrize(
    ("model_id", "node_type", "sub_model_id"),
    [
        ("nano_banana_pro", "nano_banana_pro", "nano-banana-pro-text"),
        ("nano-banana-pro", "nano_banana_pro", "nano-banana-pro-text"),
        ("Nano-Banana-Pro-Edit", "nano_banana_pro", "nano-banana-pro-edit"),
        ("FLUX 2 Max", "flux_2_max", "flux-2-max-text"),
        ("gpt-image-2", "gpt_image_2", "gpt-image-2-text"),
        ("crop_image", "crop_image", None),
        ("GPT-5.4", "gpt_5_4", None),
    ],
)
def test_a_model_is_known_by_each_of_its_ids(
    catalog: Catalog, model_id: str, node_type: str, sub_model_id: str | None
) -> None:
    assert catalog.resolve(model_id) == ModelRef(node_type, sub_model_id)


def test_an_unknown_model_is_answered_with_the_nearest(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError, match=r"'flux-2-mux'\. Did you mean 'flux-2-max-text'"):
        catalog.resolve("flux-2-mux")


def test_flagships_come_first(catalog: Catalog) -> None:
    order = [model.node_type for model in catalog.models()]

    assert order.index("nano_banana_pro") < order.index("nano_banana_2")


def test_only_models_with_several_modes_list_them(catalog: Catalog) -> None:
    modes = {model.node_type: len(model.sub_models) for model in catalog.models()}

    assert (modes["flux_2_max"], modes["crop_image"], modes["gpt_5_4"]) == (2, 0, 0)


def test_an_edit_needs_pictures_and_keeps_their_shape(catalog: Catalog) -> None:
    schema = catalog.schema("nano-banana-2-edit")
    pictures, shape = schema.field("image_urls"), schema.field("aspect_ratio")

    assert pictures is not None
    assert (pictures.required, pictures.max_items, pictures.is_list) == (True, 10, True)
    assert shape is not None
    assert shape.default == "auto"


def test_media_fields_say_how_local_files_get_there(catalog: Catalog) -> None:
    field = catalog.schema("crop_image").field("image_url")

    assert field is not None
    assert field.description.endswith("for a local file call upload_file first.")


def test_a_schema_tells_how_long_a_prompt_may_be(catalog: Catalog) -> None:
    capabilities = catalog.schema("gpt-image-2-text").capabilities

    assert capabilities == {"promptLimit": 4000, "promptLimitType": "characters"}


def test_defaults_are_told_for_generators_and_not_for_utilities(catalog: Catalog) -> None:
    assert catalog.schema("gpt-image-2-edit").defaults["quality"] == "High"
    assert catalog.schema("crop_image").defaults == {}


@pytest.mark.parametrize(
    "size", [{"width": 1024, "height": 3072}, {"width": 3840, "height": 2160}, "2048x1152", "auto"]
)
def test_gpt_image_takes_sizes_of_ones_own(catalog: Catalog, size: JsonValue) -> None:
    complete = checked(catalog.schema("gpt_image_2"), {"prompt": "A fox", "size": size})

    assert complete["size"] in (size, "Auto")


def test_a_crop_may_be_told_in_one_object(catalog: Catalog) -> None:
    crop: JsonObject = {"x": 10, "y": 0, "width": 33.3, "height": 50}

    complete = checked(
        catalog.schema("crop_image"), {"image_url": "https://example.com/a.png", "crop": crop}
    )

    assert complete["crop"] == crop


def test_the_ports_of_a_mode_are_its_fields_and_outputs(catalog: Catalog) -> None:
    ports = catalog.ports("gpt_image_2", sub_model_id="image-to-image")
    pictures, result = ports.input("uploadedImages"), ports.output("result")

    assert pictures is not None
    assert (pictures.kind, pictures.required, pictures.limit) == (PortKind.IMAGE, True, 10)
    assert result is not None
    assert result.kind is PortKind.IMAGE


def test_without_a_mode_the_ports_are_those_of_the_usual_one(catalog: Catalog) -> None:
    assert catalog.ports("gpt_image_2").input("uploadedImages") is None


def test_a_language_model_takes_pictures_and_gives_text(catalog: Catalog) -> None:
    ports = catalog.ports("gpt_5_4")
    output = ports.output("output")

    assert ports.input("image_urls") is not None
    assert output is not None
    assert output.kind is PortKind.TEXT


def test_an_object_is_no_port(catalog: Catalog) -> None:
    assert catalog.ports("crop_image").input("crop") is None


def test_an_unknown_mode_is_answered_with_the_real_ones(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError, match=r"no mode 'video'\. Its modes are 'flux-2-pro-"):
        catalog.ports("flux_2_pro", sub_model_id="video")


def test_a_file_in_the_live_shape_can_be_loaded_instead(live: Catalog) -> None:
    assert [model.node_type for model in live.models()] == ["background_remover", "painter_1"]
    assert live.resolve("background-remover") == ModelRef("background_remover")
    assert live.raw() == LIVE


def test_limits_are_also_read_from_a_json_schema(live: Catalog) -> None:
    prompt = live.schema("painter_1").field("prompt")

    assert prompt is not None
    assert prompt.max_length == 50


def test_a_default_that_is_not_to_be_sent_is_not_told(live: Catalog) -> None:
    style = live.schema("painter_1").field("style")

    assert style is not None
    assert style.default is None


def test_the_platform_factor_shows_in_the_estimate_where_the_cost_hides_it(live: Catalog) -> None:
    assert live.price("painter_1", data={"resolution": "4k"}) == 390_000


def test_outputs_that_are_not_listed_are_those_of_the_kind(live: Catalog) -> None:
    assert live.ports("background_remover").output("result") is not None


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_catalog(tmp_path / "none.json")
