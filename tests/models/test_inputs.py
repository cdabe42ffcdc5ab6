"""What a model's input may be, and what becomes of it."""

from typing import Any

import pytest
from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError, MediaUrlRequiredError
from magica_mcp.models.catalog import ModelField, ModelSchema
from magica_mcp.models.field_values import MediaForm
from magica_mcp.models.inputs import checked
from magica_mcp.models.wire import JsonObject

OWN = "media:0123456789abcdef0123456789abcdef.png"

FIELDS: list[JsonObject] = [
    {"name": "prompt", "type": "textarea", "required": True, "maxLength": 20},
    {"name": "image_urls", "type": "image", "dataType": "string[]", "maxImages": 2},
    {"name": "mask_url", "type": "image"},
    {"name": "quality", "type": "select", "options": ["High", "Low"], "default": "High"},
    {"name": "fps", "type": "select", "dataType": "number", "options": [24, 30]},
    {
        "name": "num_images",
        "type": "number",
        "dataType": "number",
        "min": 1,
        "max": 4,
        "step": 1,
        "default": 1,
    },
    {"name": "strength", "type": "slider", "dataType": "number", "min": 0, "max": 1, "step": 0.1},
    {"name": "web_search", "type": "toggle", "dataType": "boolean", "default": False},
    {"name": "tags", "type": "text", "dataType": "string[]"},
    {
        "name": "size",
        "type": "composite-select",
        "options": ["Auto", "1024x1024"],
        "customFields": [
            {"name": "width", "min": 1024, "max": 3840, "step": 16},
            {"name": "height", "min": 1024, "max": 3840, "step": 16},
        ],
        "maxRatio": 3,
        "maxPixels": 8294400,
    },
    {
        "name": "compression",
        "type": "number",
        "dataType": "number",
        "default": 80,
        "showWhen": {"field": "quality", "value": ["Low"]},
    },
]


def schema(*fields: JsonObject) -> ModelSchema:
    listed = [ModelField.model_validate(field) for field in fields or FIELDS]
    return ModelSchema(model_id="painter", name="Painter", fields=tuple(listed))


def test_what_is_not_given_has_its_default() -> None:
    complete = checked(schema(), {"prompt": "A fox"})

    assert complete == {"prompt": "A fox", "quality": "High", "num_images": 1, "web_search": False}


def test_the_answer_has_the_order_of_the_fields() -> None:
    complete = checked(schema(), {"quality": "Low", "prompt": "A fox"})

    assert list(complete)[:2] == ["prompt", "quality"]


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("quality", "high", "High"),
        ("quality", " LOW ", "Low"),
        ("quality", None, "High"),
        ("quality", "", "High"),
        ("fps", "24", 24),
        ("fps", 30.0, 30),
        ("num_images", "3", 3),
        ("num_images", 2.0, 2),
        ("strength", "0.25", 0.25),
        ("strength", 1, 1),
        ("web_search", "true", True),
        ("web_search", "False", False),
        ("prompt", 5, "5"),
        ("prompt", ["A fox"], "A fox"),
        ("tags", "red", ["red"]),
        ("tags", ["red", "blue"], ["red", "blue"]),
        ("image_urls", "https://example.com/a.png", ["https://example.com/a.png"]),
        ("mask_url", [" https://example.com/a.png "], "https://example.com/a.png"),
        ("size", "auto", "Auto"),
        ("size", {"width": "2048", "height": 1024}, {"width": 2048, "height": 1024}),
    ],
)
def test_a_value_is_read_as_its_field_says(name: str, given: Any, read: Any) -> None:
    complete = checked(schema(), {"prompt": "A fox", name: given})

    assert complete[name] == read
    assert type(complete[name]) is type(read)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "painter needs 'prompt'. Give a value and call again."),
        ({"prompt": ""}, "painter needs 'prompt'. Give a value and call again."),
        ({"prompts": "A fox"}, "painter has no field 'prompts'. Did you mean 'prompt'?"),
        ({"prompt": "A", "Quality": "Low"}, "Did you mean 'quality'?"),
        ({"prompt": "A", "zzz": 1}, "painter has no field 'zzz'. It takes: prompt, image_urls,"),
        ({"prompt": "A" * 21}, "'prompt' takes at most 20 characters, but 21 were given."),
        ({"prompt": True}, "'prompt' takes text, not True."),
        ({"prompt": ["A", "B"]}, "'prompt' takes one value, but 2 were given."),
        ({"prompt": "A", "quality": "Best"}, "'quality' cannot be 'Best'. It takes one of High, "),
        ({"prompt": "A", "num_images": 5}, "'num_images' cannot be 5. It takes 1 to 4."),
        ({"prompt": "A", "num_images": 2.5}, "'num_images' takes a whole number, not 2.5."),
        ({"prompt": "A", "num_images": "many"}, "'num_images' takes a whole number, not 'many'."),
        ({"prompt": "A", "num_images": "nan"}, "'num_images' takes a whole number, not 'nan'."),
        ({"prompt": "A", "strength": True}, "'strength' takes a number, not True."),
        ({"prompt": "A", "web_search": "maybe"}, "'web_search' takes true or false, not 'maybe'."),
        ({"prompt": "A", "size": "Big"}, "1024x1024 or an object with width and height."),
        ({"prompt": "A", "size": {"width": 1024}}, "an object with exactly width and height."),
        ({"prompt": "A", "size": {"width": 1030, "height": 1024}}, "takes a multiple of 16"),
        ({"prompt": "A", "size": {"width": 1008, "height": 1024}}, "It takes 1,024 to 3,840."),
        ({"prompt": "A", "size": {"width": 3840, "height": 1024}}, "at most 3 times as long"),
        ({"prompt": "A", "size": {"width": 3840, "height": 3840}}, "has 14,745,600 pixels."),
        ({"prompt": "A", "compression": 50}, "'compression' only applies when 'quality' is Low."),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(given: JsonObject, sentence: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        checked(schema(), given)

    assert sentence in str(refused.value)


def test_a_list_has_a_limit() -> None:
    pictures: list[JsonValue] = [f"https://example.com/{number}.png" for number in range(3)]

    with pytest.raises(InvalidInputError, match="'image_urls' takes at most 2 values, but 3"):
        checked(schema(), {"prompt": "A fox", "image_urls": pictures})


def test_a_list_may_need_several() -> None:
    films: JsonObject = {"name": "films", "dataType": "string[]", "minItems": 2}

    with pytest.raises(InvalidInputError, match="'films' needs at least 2 values, not 1"):
        checked(schema(films), {"films": "https://example.com/1.mp4"})


@pytest.mark.parametrize(
    "given",
    [
        "data:image/png;base64,AAAA",
        "iVBORw0KGgo" * 30,
        "/home/me/cat.png",
        "ftp://example.com/cat.png",
        "https://",
        "https://exa mple.com/cat.png",
        "http://[bad/cat.png",
        OWN,
        7,
    ],
)
def test_media_are_public_urls(given: Any) -> None:
    with pytest.raises(MediaUrlRequiredError) as refused:
        checked(schema(), {"prompt": "A fox", "mask_url": given})

    assert refused.value.code == "HTTP_URL_REQUIRED"
    assert "upload_file" in str(refused.value)
    assert len(str(refused.value)) < 250


def test_within_a_run_media_may_be_references_to_kept_files() -> None:
    complete = checked(
        schema(), {"prompt": "A fox", "image_urls": [OWN]}, media=MediaForm.REFERENCE
    )

    assert complete["image_urls"] == [OWN]


def test_within_a_run_other_texts_are_no_references() -> None:
    with pytest.raises(MediaUrlRequiredError):
        checked(
            schema(), {"prompt": "A fox", "mask_url": "media:../secret"}, media=MediaForm.REFERENCE
        )


def test_a_field_that_does_not_apply_is_left_out() -> None:
    assert "compression" not in checked(schema(), {"prompt": "A fox", "compression": 80})


def test_a_field_that_applies_has_its_default() -> None:
    assert checked(schema(), {"prompt": "A fox", "quality": "low"})["compression"] == 80


@pytest.mark.parametrize("rule", [{"quality": "Low"}, {"quality": ["Low", "Middle"]}, "unreadable"])
def test_conditions_are_read_in_either_shape(rule: Any) -> None:
    extra: JsonObject = {"name": "grain", "dataType": "number", "showWhen": rule}

    complete = checked(schema(*FIELDS, extra), {"prompt": "A", "quality": "Low", "grain": 1})

    assert complete["grain"] == 1


def test_hidden_inputs_are_accepted_and_left_out() -> None:
    complete = checked(schema(), {"prompt": "A fox", "processId": "p1", "provider": "fal"})

    assert not {"processId", "provider"} & set(complete)


def test_defaults_may_stand_beside_the_fields() -> None:
    beside = schema({"name": "style"}).model_copy(update={"defaults": {"style": "plain"}})

    assert checked(beside, {}) == {"style": "plain"}


def test_a_default_may_be_given_too_though_it_would_not_do_otherwise() -> None:
    field: JsonObject = {"name": "size", "type": "select", "options": ["1K"], "default": "auto"}
    schema = ModelSchema.model_validate({"modelId": "m", "name": "M", "fields": [field]})

    assert checked(schema, checked(schema, {})) == {"size": "auto"}
