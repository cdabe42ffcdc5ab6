"""A catalog that somebody else writes: odd parts are left out, everything else is there."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from magica_mcp.errors import ConfigurationError
from magica_mcp.local.catalog import Catalog, load_catalog
from magica_mcp.models.wire import JsonObject

PROMPT: JsonObject = {"zodExpectedName": "prompt", "type": "textarea", "required": True}
PLAIN: JsonObject = {
    "nodeType": "plain",
    "name": "Plain",
    "nodeKind": "image",
    "category": "text-to-image",
    "cost": {"type": "fixed", "value": 0.01},
    "inputFieldOptions": [PROMPT],
}

COSTS: dict[str, Any] = {
    "none": None,
    "text": "free",
    "a list": [{"type": "fixed"}],
    "an amount in words": {"type": "fixed", "value": "about 3"},
    "a negative amount": {"type": "fixed", "value": -5},
    "an amount beyond all": {"type": "fixed", "value": 1e30},
    "a type of tomorrow": {"type": "per_parsec", "value": 1},
    "tiers within tiers": {
        "type": "tiered",
        "tierKeyFrom": ["resolution"],
        "tiers": {"720p": {"perSecond": 0.1, "withAudio": {"perSecond": 0.2}}, "1080p": "dear"},
    },
    "keys of tomorrow": {
        "type": "per_second",
        "cost": 0.1,
        "resolutionTierThreshold": 720,
        "requireSourceMetadata": True,
        "future": [1],
    },
}

FIELDS: dict[str, Any] = {
    "nulls": {**PROMPT, "label": None, "required": None, "options": None},
    "numbers as text": {**PROMPT, "maxLength": "4000", "min": "0"},
    "a number in words": {**PROMPT, "maxLength": "long", "max": {"of": 3}},
    "a type of tomorrow": {**PROMPT, "type": "hologram", "dataType": "tensor"},
    "no type": {**PROMPT, "type": None, "dataType": None},
    "odd options": {**PROMPT, "options": ["a", {"value": "b"}, {"label": "no value"}, None, 3]},
    "options by value": {**PROMPT, "options": {"a": "A", "b": "B"}},
    "odd conditions": {**PROMPT, "showWhen": [{"field": "style"}]},
    "odd parts": {**PROMPT, "customFields": [{"zodExpectedName": "width"}, {"min": 1}, None]},
    "no number": {**PROMPT, "min": float("nan"), "max": float("inf")},
}

MODELS: dict[str, Any] = {
    "only a type": {"nodeType": "only"},
    "nulls": {**dict.fromkeys((*PLAIN, "subModels", "features", "description")), "nodeType": "n"},
    "a kind of tomorrow": {**PLAIN, "nodeKind": "hologram", "category": "text-to-hologram"},
    "no kind": {**PLAIN, "nodeKind": None, "category": None},
    "a default mode that is not there": {
        **PLAIN,
        "defaultSubModelId": "nowhere",
        "subModels": [{"subModelId": "plain-text"}, {"subModelId": "plain-edit"}],
    },
    "odd modes": {
        **PLAIN,
        "subModels": [
            {"label": "no id"},
            None,
            {"subModelId": "plain-text", "inputSchema": True, "defaultEstimateMicrocredits": 1.5},
            {"subModelId": "plain-text", "label": "again"},
        ],
    },
    "odd fields": {**PLAIN, "inputFieldOptions": ["text", None, {"type": "text"}, PROMPT, PROMPT]},
    "many fields": {
        **PLAIN,
        "inputFieldOptions": [{"zodExpectedName": f"f{n}"} for n in range(500)],
    },
    "other letters": {**PLAIN, "nodeType": "狐_🦊", "name": "<b>狐</b>\x00"},
    "half a letter": {**PLAIN, "name": "\ud83e"},
    "a name that is a number": {**PLAIN, "name": 5},
}

CASES: dict[str, Any] = {
    **{f"model: {name}": model for name, model in MODELS.items()},
    **{f"cost: {name}": {**PLAIN, "cost": cost} for name, cost in COSTS.items()},
    **{f"field: {name}": {**PLAIN, "inputFieldOptions": [each]} for name, each in FIELDS.items()},
}


def loaded(folder: Path, **models: Any) -> Catalog:
    file = folder / "catalog.json"
    file.write_text(json.dumps({"version": 9, "models": models}), encoding="utf-8")
    return load_catalog(file)


@pytest.mark.parametrize("odd", CASES.values(), ids=CASES.keys())
def test_an_odd_model_is_there_and_can_be_asked_about(tmp_path: Path, odd: JsonObject) -> None:
    catalog = loaded(tmp_path, odd=odd, after=PLAIN | {"nodeType": "after"})
    first, last = catalog.models()
    names = [first.node_type, *(mode.sub_model_id for mode in first.sub_models)]

    told = [
        (catalog.schema(name).wire(), catalog.pricing(name, sample={}).wire()) for name in names
    ]
    names_of_inputs = {port.name for port in catalog.ports(first.node_type).inputs}
    price = catalog.price(first.node_type, data={"resolution": "720p", "n": "x"})

    assert last.node_type == "after"
    assert price >= 0
    assert names_of_inputs == {field.name for field in catalog.schema(first.node_type).fields}
    assert json.dumps([catalog.raw(), told], allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize("odd", [None, [], "soon", 5], ids=str)
def test_what_is_no_model_is_left_out_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, odd: Any
) -> None:
    with caplog.at_level(logging.WARNING):
        catalog = loaded(tmp_path, odd=odd, plain=PLAIN)

    assert [model.node_type for model in catalog.models()] == ["plain"]
    assert caplog.messages == ["Left out of catalog.json, since it is no model: odd"]


def test_a_model_that_says_nothing_of_itself_is_called_as_its_key(tmp_path: Path) -> None:
    (model,) = loaded(tmp_path, **{"new-model": {"category": "text-to-image"}}).models()

    assert (model.node_type, model.name) == ("new_model", "new-model")


def test_a_model_that_would_pass_for_an_end_of_a_workflow_is_none(tmp_path: Path) -> None:
    catalog = loaded(tmp_path, plain=PLAIN, trap=PLAIN | {"nodeType": "Request"})

    assert [model.node_type for model in catalog.models()] == ["plain"]


def test_of_a_field_only_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    field = {**PROMPT, "label": "Prompt", "maxLength": "long", "min": "1", "options": ["a", None]}
    (kept,) = loaded(tmp_path, plain=PLAIN | {"inputFieldOptions": [field]}).schema("plain").fields

    assert (kept.name, kept.required, kept.label) == ("prompt", True, "Prompt")
    assert (kept.max_length, kept.min, kept.options) == (None, 1, ("a",))


def test_of_a_cost_only_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    tiers = {"720p": {"perSecond": 0.1, "withAudio": {}}, "1080p": "dear"}
    cost = {"type": "tiered", "tierKeyFrom": "resolution", "tiers": tiers}

    price = loaded(tmp_path, plain=PLAIN | {"cost": cost}).price("plain", data={"duration": 2})

    assert price == 200_000


def test_a_price_of_an_unknown_kind_is_the_catalog_s_own_estimate(tmp_path: Path) -> None:
    mode = {"subModelId": "plain", "defaultEstimateMicrocredits": 700}
    catalog = loaded(tmp_path, plain=PLAIN | {"cost": {"type": "per_parsec"}, "subModels": [mode]})

    pricing = catalog.pricing("plain").wire()

    assert catalog.price("plain", data={"prompt": "hi"}) == 700
    assert (pricing["costSummary"], "does not know" in pricing["pricingApproach"]) == (
        "700 credits per run",
        True,
    )


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"models": []}', '{"models": null}', '{"models": {"a": ', "[" * 100_000],
    ids=["nothing", "a list", "no models", "a list of them", "null", "cut off", "endless depth"],
)
def test_a_file_that_is_no_catalog_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "catalog.json"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="is not a catalog"):
        load_catalog(file)


@pytest.mark.parametrize("models", [{}, {"odd": None}], ids=["none", "no model"])
def test_a_file_without_a_single_model_is_refused(
    tmp_path: Path, models: dict[str, JsonObject | None]
) -> None:
    with pytest.raises(ConfigurationError, match="names no model"):
        loaded(tmp_path, **models)
