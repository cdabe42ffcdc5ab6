"""What runs cost, to the microcredit."""

from decimal import Decimal
from typing import Any

import pytest

from magica_mcp.errors import NotFoundError
from magica_mcp.local.catalog import Measured, load_catalog
from magica_mcp.local.catalog.entries import Cost
from magica_mcp.local.catalog.prices import price
from magica_mcp.models.wire import JsonObject

CATALOG = load_catalog()

GPT_SIZES = {
    "1024x1024": (210_720, 52_680, 5_880),
    "1536x1024": (164_640, 41_160, 4_740),
    "1024x1536": (164_640, 41_160, 4_740),
    "2048x2048": (428_160, 107_040, 11_910),
    "2048x1152": (169_500, 42_390, 4_710),
    "3840x2160": (400_260, 100_080, 11_130),
    "2160x3840": (400_260, 100_080, 11_130),
}
"""List prices in microcredits for High, Medium and Low (magica-contract 7.3)."""


@pytest.mark.parametrize(
    ("model", "mode", "data", "microcredits"),
    [
        ("nano_banana_pro", None, None, 195_000),
        ("nano_banana_pro", "image-to-image", {"resolution": "2K"}, 195_000),
        ("nano_banana_pro", None, {"resolution": "4k"}, 390_000),
        ("nano_banana_pro", None, {"enable_web_search": True}, 214_500),
        ("nano_banana_pro", None, {"num_images": 3}, 585_000),
        ("nano_banana_2", None, {"resolution": "512"}, 78_000),
        ("nano_banana_2", None, {}, 104_000),
        ("nano_banana_2", None, {"resolution": "2K"}, 156_000),
        ("nano_banana_2", None, {"resolution": "4K"}, 208_000),
        ("nano_banana_2", None, {"thinking_level": "high"}, 106_600),
        ("nano_banana_2", None, {"thinking_level": "minimal"}, 104_000),
        ("nano_banana_2", None, {"enable_web_search": True, "thinking_level": "high"}, 126_100),
        ("nano_banana_2", None, {"resolution": 512, "num_images": "2"}, 156_000),
        ("gpt_image_2", None, None, 273_936),
        ("gpt_image_2", "gpt-image-2-edit", {"quality": "Low", "size": "1024x1024"}, 7_644),
        ("gpt_image_2", None, {"quality": "low", "size": "auto", "n": 2}, 15_288),
        ("gpt_image_2", None, {"size": {"width": 1040, "height": 1040}}, 214_032),
        ("gpt_image_2", None, {"size": {"width": 3840, "height": 2160}}, 520_338),
        ("flux_2_max", None, None, 70_000),
        ("flux_2_max", None, {"image_size": "16:9"}, 70_000),
        ("flux_2_max", None, {"image_size": {"width": 1024, "height": 1040}}, 140_000),
        ("flux_2_max", "image-to-image", {"image_size": {"width": 2048, "height": 2048}}, 280_000),
        ("flux_2_pro", None, {"num_images": 2}, 70_000),
        ("crop_image", None, {"x_percent": 10}, 5_000),
        ("gpt_5_4", None, {"prompt": "Why?"}, 100),
        ("background_remover", None, None, 8_000),
        ("gemini_omni_flash", None, None, 500_000),
        ("gemini_omni_flash", "reference-to-video", {"duration": "8s"}, 800_000),
        ("gemini_omni_flash_edit_video", None, None, 500_000),
        ("seedance_2_0", None, {"resolution": "480p"}, 672_500),
        ("seedance_2_0", None, {"resolution": "1080p", "duration": 15}, 10_206_000),
        ("hedra_lipsync", None, None, 1_638_000),
        ("hedra_lipsync", None, {"resolution": "1080p"}, 2_633_280),
        ("infinitalk_lipsync", None, {"resolution": "480p"}, 390_000),
        ("veo_3_1", None, {"duration": 4, "generate_audio": False}, 1_040_000),
        ("elevenlabs_music", None, {"duration": 60}, 800_000),
        ("document_ocr", None, None, 650),
        ("extract_audio", None, None, 20_000),
        ("merge_audio_video", None, None, 30_000),
        ("merge_videos", None, None, 50_000),
        ("merge_videos", None, {"video_urls": ["a", "b", "c"]}, 60_000),
        ("request", None, None, 0),
        ("response", None, {}, 0),
    ],
)
def test_a_run_costs(
    model: str, mode: str | None, data: JsonObject | None, microcredits: int
) -> None:
    assert CATALOG.price(model, data=data, sub_model_id=mode) == microcredits


@pytest.mark.parametrize("size", GPT_SIZES)
@pytest.mark.parametrize("quality", ["High", "Medium", "Low"])
def test_gpt_image_costs_its_list_price_and_three_tenths(size: str, quality: str) -> None:
    listed = GPT_SIZES[size][["High", "Medium", "Low"].index(quality)]

    charged = CATALOG.price("gpt_image_2", data={"quality": quality, "size": size})

    assert charged == listed * 13 // 10


def test_every_default_costs_what_the_catalog_estimates() -> None:
    raw: Any = CATALOG.raw()["models"]
    estimates = {
        mode["subModelId"]: mode["defaultEstimateMicrocredits"]
        for entry in raw.values()
        for mode in entry["subModels"]
    }

    prices = {model_id: CATALOG.pricing(model_id, sample={}) for model_id in estimates}

    assert {name: priced.estimated_cost for name, priced in prices.items()} == estimates


def test_an_unknown_type_has_no_price() -> None:
    with pytest.raises(NotFoundError):
        CATALOG.price("crystal_ball", data=None)


def test_tokens_are_charged_as_measured() -> None:
    assert CATALOG.price("gpt_5_4", data={}, measured=Measured(tokens=1234)) == 1234


MERGE: JsonObject = {"type": "per_minute", "baseValue": 0.04, "extraPerVideo": 0.01}
LIPSYNC: JsonObject = {
    "type": "per_second",
    "tierKeyFrom": "resolution",
    "tiers": {"720p": {"perSecond": 0.078}, "480p": {"perSecond": 0.039}},
    "durationRounding": "ceil",
    "minBillableSeconds": 3,
    "maxBillableSeconds": 600,
    "fallbackDurationSeconds": 10,
}
SEEDANCE: JsonObject = {
    "type": "tiered",
    "tierKeyFrom": ["resolution"],
    "tiers": {"480p": {"perSecond": 0.1345}, "1080p": {"perSecond": 0.6804}},
    "defaultTier": "480p",
}


@pytest.mark.parametrize(
    ("cost", "inputs", "seconds", "microcredits"),
    [
        ({"type": "fixed", "value": 0.00065}, {"n": 4}, None, 650),
        ({"type": "per_image", "value": 0.01}, {"num_images": 3}, None, 30_000),
        ({"type": "per_minute", "value": 0.02}, {}, None, 20_000),
        ({"type": "per_minute", "value": 0.02}, {}, "90", 30_000),
        (MERGE, {}, None, 50_000),
        (MERGE, {"video_urls": ["a", "b"]}, "20.022", 16_685),
        (MERGE, {"video_urls": ["a", "b", "c", "d"]}, "60", 70_000),
        ({"type": "per_second", "cost": 0.1}, {"duration": 5}, None, 500_000),
        ({"type": "per_second", "cost": 0.1}, {"duration": "8s"}, None, 800_000),
        ({"type": "per_second", "cost": 0.1}, {"duration": "auto"}, None, 500_000),
        (LIPSYNC, {"resolution": "480p"}, None, 390_000),
        (LIPSYNC, {"resolution": "480p"}, "1.2", 117_000),
        (LIPSYNC, {"resolution": "720P"}, "4.2", 390_000),
        (LIPSYNC, {"resolution": "480p"}, "9000", 23_400_000),
        (SEEDANCE, {"resolution": "1080p", "duration": 10}, None, 6_804_000),
        (SEEDANCE, {"resolution": "what", "duration": 10}, None, 1_345_000),
        ({"type": "moonlight"}, {}, None, 0),
    ],
)
def test_each_type_of_cost(
    cost: JsonObject, inputs: JsonObject, seconds: str | None, microcredits: int
) -> None:
    measured = Measured(seconds=Decimal(seconds)) if seconds else None

    charged = price(Cost.model_validate(cost), inputs, defaults={}, measured=measured)

    assert charged == microcredits


def test_two_values_may_be_joined_with_an_underscore() -> None:
    cost = Cost.model_validate(
        {"type": "tiered", "tierKeyFrom": ["a", "b"], "tiers": {"x_y": 0.5, "x_z": 0.7}}
    )

    assert price(cost, {"a": "X", "b": "Y"}, defaults={}) == 500_000


def test_values_may_be_rewritten_field_by_field() -> None:
    cost = Cost.model_validate(
        {
            "type": "tiered",
            "tierKeyFrom": "size",
            "tierKeyMap": {"size": {"auto": "small"}},
            "tiers": {"small": 0.1, "large": 0.9},
        }
    )

    assert price(cost, {"size": "Auto"}, defaults={}) == 100_000


def test_without_a_default_tier_the_dearest_is_charged() -> None:
    cost = Cost.model_validate(
        {"type": "tiered", "tierKeyFrom": "size", "tiers": {"small": 0.1, "large": 0.9}}
    )

    assert price(cost, {}, defaults={}) == 900_000


@pytest.mark.parametrize("count", ["1e999999999", "-3", "many", None, True, [], "inf", "nan"])
def test_a_count_that_makes_no_sense_counts_once(count: Any) -> None:
    cost = Cost.model_validate({"type": "per_image", "value": 0.01})

    assert price(cost, {"n": count}, defaults={}) == 10_000
