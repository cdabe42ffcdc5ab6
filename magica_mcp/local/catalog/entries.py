"""The catalog file as it is read: the live catalog's own shape, tolerant of keys not known here.

Source: magica-contract 2.5 and 7.4.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from magica_mcp.models.wire import JsonObject


def _as_option(value: Any) -> Any:
    return value if isinstance(value, dict) else {"value": value}


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Entry(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )


class FieldOption(Entry):
    value: JsonValue


class ObjectPart(Entry):
    """One number of a field that also takes an object, such as the width of a size."""

    zod_expected_name: str = Field(validation_alias=AliasChoices("zodExpectedName", "name"))
    min: float | None = None
    max: float | None = None
    step: float | None = None


class CatalogField(Entry):
    """One input or output; `zod_expected_name` is its name on the wire."""

    zod_expected_name: str
    type: str = "text"
    data_type: str = "string"
    label: str | None = None
    default: JsonValue = None
    required: bool = False
    help_text: str | None = None
    placeholder: str | None = None
    show_when: JsonValue = None
    options: tuple[Annotated[FieldOption, BeforeValidator(_as_option)], ...] = ()
    min: float | None = None
    max: float | None = None
    step: float | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = Field(
        default=None,
        validation_alias=AliasChoices(
            "maxItems", "maxImages", "maxVideos", "maxAudios", "maxFiles"
        ),
    )
    accept: str | list[str] | None = None
    is_advanced: bool = False
    skip_execution_default: bool = False
    custom_fields: tuple[ObjectPart, ...] = ()
    max_ratio: float | None = None
    min_pixels: int | None = None
    max_pixels: int | None = None


class Cost(Entry):
    """How a model is charged: amounts in credits, by the vocabulary of magica-contract 7.4.

    `tiers` hold an amount, or one per second; `addons` an amount for a field that is on, or one
    for each value of the field. `unit` is what a fixed price buys.
    """

    type: str
    value: Decimal | None = None
    cost: Decimal | None = None
    base_value: Decimal | None = None
    extra_per_video: Decimal | None = None
    base_usd_per_1000_units: Decimal | None = Field(default=None, alias="baseUsdPer1000Units")
    tier_key_from: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    tier_key_map: dict[str, JsonValue] = Field(default_factory=dict)
    tiers: dict[str, Decimal | dict[str, Decimal]] = Field(default_factory=dict)
    default_tier: str | None = None
    addons: dict[str, Decimal | dict[str, Decimal]] = Field(default_factory=dict)
    fallback_duration_seconds: Decimal | None = None
    duration_rounding: str | None = None
    min_billable_seconds: Decimal | None = None
    max_billable_seconds: Decimal | None = None
    platform_charge_multiplier: Decimal | None = None
    unit: str | None = None


class CatalogMode(Entry):
    """One way to use a model: text to image, image to image; a single-mode model has one."""

    sub_model_id: str
    label: str = ""
    category: str = ""
    input_field_options: tuple[CatalogField, ...] = ()
    output_field_options: tuple[CatalogField, ...] = ()
    input_schema: JsonObject = Field(default_factory=dict)
    default_estimate_microcredits: int | None = None


class CatalogEntry(Entry):
    """One model with its modes."""

    node_type: str
    name: str
    description: str = ""
    category: str = ""
    node_kind: str = ""
    icon: str | None = None
    accent: str | None = None
    features: tuple[str, ...] = ()
    default_sub_model_id: str | None = None
    cost: Cost = Field(default_factory=lambda: Cost(type="fixed"))
    cost_config: JsonObject = Field(default_factory=dict, validation_alias="cost")
    input_field_options: tuple[CatalogField, ...] = ()
    output_field_options: tuple[CatalogField, ...] = ()
    sub_models: tuple[CatalogMode, ...] = ()


class CatalogFile(Entry):
    models: dict[str, CatalogEntry]
