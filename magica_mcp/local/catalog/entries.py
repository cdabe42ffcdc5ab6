"""The catalog file as it is read: the live catalog's own shape, and whatever may become of it.

What is unknown is ignored and what cannot be read is left out, as little of it as possible: an
attribute rather than a field, a field rather than a model. Source: magica-contract 2.5 and 7.4.
"""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    JsonValue,
    field_validator,
)
from pydantic.alias_generators import to_snake

from magica_mcp.local.catalog.lenience import Amount, EachItem, EachValue, Entry
from magica_mcp.models.wire import JsonObject


def _as_option(value: Any) -> Any:
    return value if isinstance(value, dict) else {"value": value}


def _as_options(value: Any) -> Any:
    """Options may also be one object: labels by value."""
    return list(value) if isinstance(value, dict) else value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


# Fields ---------------------------------------------------------------------------------------


class FieldOption(Entry):
    value: JsonValue


Options = Annotated[
    tuple[Annotated[FieldOption, BeforeValidator(_as_option)], ...],
    EachItem,
    BeforeValidator(_as_options),
]


class ObjectPart(Entry):
    """One number of a field that also takes an object, such as the width of a size."""

    zod_expected_name: str = Field(validation_alias=AliasChoices("zodExpectedName", "name"))
    min: float | None = None
    max: float | None = None
    step: float | None = None


class CatalogField(Entry):
    """One input or output; `zod_expected_name` is its name on the wire."""

    zod_expected_name: str = Field(min_length=1)
    type: str = "text"
    data_type: str = "string"
    label: str | None = None
    default: JsonValue = None
    required: bool = False
    help_text: str | None = None
    placeholder: str | None = None
    show_when: JsonValue = None
    options: Options = ()
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
    custom_fields: Annotated[tuple[ObjectPart, ...], EachItem] = ()
    max_ratio: float | None = None
    min_pixels: int | None = None
    max_pixels: int | None = None


def _first_of_each_name(fields: tuple[CatalogField, ...]) -> tuple[CatalogField, ...]:
    named: dict[str, CatalogField] = {}
    for field in fields:
        named.setdefault(field.zod_expected_name, field)
    return tuple(named.values())


Fields = Annotated[tuple[CatalogField, ...], EachItem, AfterValidator(_first_of_each_name)]


# Costs ----------------------------------------------------------------------------------------

Amounts = Annotated[dict[str, Amount | Annotated[dict[str, Amount], EachValue]], EachValue]
"""An amount for each key, or one for each value of that."""


class Cost(Entry):
    """How a model is charged: amounts in credits, by the vocabulary of magica-contract 7.4.

    `tiers` hold an amount, or one per second; `addons` an amount for a field that is on, or one
    for each value of the field. `unit` is what a fixed price buys.
    """

    type: str = "fixed"
    value: Amount | None = None
    cost: Amount | None = None
    base_value: Amount | None = None
    extra_per_video: Amount | None = None
    base_usd_per_1000_units: Amount | None = Field(default=None, alias="baseUsdPer1000Units")
    tier_key_from: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    tier_key_map: dict[str, JsonValue] = Field(default_factory=dict)
    tiers: Amounts = Field(default_factory=dict)
    default_tier: str | None = None
    addons: Amounts = Field(default_factory=dict)
    fallback_duration_seconds: Amount | None = None
    duration_rounding: str | None = None
    min_billable_seconds: Amount | None = None
    max_billable_seconds: Amount | None = None
    platform_charge_multiplier: Amount | None = None
    unit: str | None = None


# Models ---------------------------------------------------------------------------------------


class CatalogMode(Entry):
    """One way to use a model: text to image, image to image; a single-mode model has one."""

    sub_model_id: str = Field(min_length=1)
    label: str = ""
    category: str = ""
    input_field_options: Fields = ()
    output_field_options: Fields = ()
    input_schema: JsonObject = Field(default_factory=dict)
    default_estimate_microcredits: int | None = Field(default=None, ge=0)


def _first_of_each_id(modes: tuple[CatalogMode, ...]) -> tuple[CatalogMode, ...]:
    named: dict[str, CatalogMode] = {}
    for mode in modes:
        named.setdefault(mode.sub_model_id, mode)
    return tuple(named.values())


class CatalogEntry(Entry):
    """One model with its modes."""

    node_type: str = ""
    name: str = ""
    description: str = ""
    category: str = ""
    node_kind: str = ""
    icon: str | None = None
    accent: str | None = None
    features: Annotated[tuple[str, ...], EachItem] = ()
    default_sub_model_id: str | None = None
    cost: Cost = Field(default_factory=Cost)
    cost_config: JsonObject = Field(default_factory=dict, validation_alias="cost")
    input_field_options: Fields = ()
    output_field_options: Fields = ()
    sub_models: Annotated[tuple[CatalogMode, ...], EachItem, AfterValidator(_first_of_each_id)] = ()

    def known_as(self, key: str) -> "CatalogEntry":
        """With what it is called where it does not say so itself."""
        named = {"node_type": self.node_type or to_snake(key), "name": self.name or key}
        return self.model_copy(update=named)


class CatalogFile(Entry):
    """The file as a whole, by key; what is no model at all is not among them."""

    models: Annotated[dict[str, CatalogEntry], EachValue]

    @field_validator("models")
    @classmethod
    def _named(cls, models: dict[str, CatalogEntry]) -> dict[str, CatalogEntry]:
        return {key: entry.known_as(key) for key, entry in models.items()}
