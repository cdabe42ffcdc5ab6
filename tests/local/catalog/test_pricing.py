"""How prices are told."""

from magica_mcp.local.catalog import load_catalog
from magica_mcp.local.catalog.entries import Cost
from magica_mcp.local.catalog.pricing import answer
from magica_mcp.models.catalog import ModelSchema

CATALOG = load_catalog()


def test_a_fixed_price_is_told_for_one_use() -> None:
    pricing = CATALOG.pricing("crop_image")

    assert pricing.cost_config is None
    assert pricing.cost_summary == "5000 credits per crop"
    assert pricing.pricing_details == {"type": "fixed", "credits": 5000, "unit": "crop operation"}


def test_tiers_are_told_with_their_inputs() -> None:
    pricing = CATALOG.pricing("gpt-image-2-edit")

    assert pricing.cost_summary == "0.0048-0.4282 USD (tiered)"
    assert isinstance(pricing.pricing_details, dict)
    assert pricing.pricing_details["pricingInputs"] == ["quality", "size"]
    assert pricing.pricing_details["defaultPricingInputValues"] == {
        "quality": "High",
        "size": "Auto",
    }


def test_a_tier_is_told_with_four_places_rounded_up() -> None:
    pricing = CATALOG.pricing("gpt-image-2-edit")

    assert isinstance(pricing.pricing_details, dict)
    tiers = pricing.pricing_details["tiers"]
    assert isinstance(tiers, dict)
    assert tiers["High:1024x1024"] == "0.2108M"


def test_a_price_by_the_second_says_so() -> None:
    assert CATALOG.pricing("hedra_lipsync").cost_summary == (
        "0.0210-0.0676 USD per second (tiered)"
    )


def test_the_cost_of_tiers_is_told_as_the_catalog_has_it() -> None:
    config = CATALOG.pricing("gpt-image-2-edit").cost_config

    assert config is not None
    assert config["tierKeyFrom"] == ["quality", "size"]


def test_a_sample_gets_an_exact_price() -> None:
    sample = {"quality": "low", "size": "1024x1024"}

    assert CATALOG.pricing("gpt-image-2-edit", sample=dict(sample)).estimated_cost == 7644


def test_without_a_sample_there_is_no_exact_price() -> None:
    pricing = CATALOG.pricing("gpt-image-2-edit")

    assert pricing.estimated_cost is None
    assert "sampleInput" in pricing.note


def test_a_language_model_is_told_by_the_token() -> None:
    assert CATALOG.pricing("gpt_5_4").cost_summary == "1 credit per token"


def test_minutes_are_told_with_what_further_videos_add() -> None:
    cost = Cost.model_validate({"type": "per_minute", "baseValue": 0.04, "extraPerVideo": 0.01})

    told = answer(ModelSchema(model_id="m", name="M"), cost, usual=50_000, cost_config={})

    details = told["pricingDetails"]
    assert isinstance(details, dict)
    assert details["baseCreditsPerMinute"] == 40_000
    assert details["additionalVideoCreditsPerMinute"] == 10_000


def test_seconds_are_told() -> None:
    cost = Cost.model_validate({"type": "per_second", "cost": 0.1})

    told = answer(ModelSchema(model_id="m", name="M"), cost, usual=500_000, cost_config={})

    assert told["costSummary"] == "100000 credits per second"
