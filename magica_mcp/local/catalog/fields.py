"""Catalog fields as the schema of a model and as the ports of a node."""

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from magica_mcp.graph.ports import NodePorts, Port, PortKind, kind_of_field
from magica_mcp.local.catalog.entries import CatalogEntry, CatalogField, CatalogMode
from magica_mcp.models.catalog import ModelField, ModelSchema
from magica_mcp.models.field_values import MEDIA_TYPES
from magica_mcp.models.wire import JsonObject

MEDIA_ADVICE = "Takes public https URLs only; for a local file call upload_file first."

OUTPUTS: Mapping[str, tuple[Port, ...]] = {
    "image": (Port("result", PortKind.IMAGE, multiple=True),),
    "video": (Port("result", PortKind.VIDEO, multiple=True),),
    "audio": (Port("result", PortKind.AUDIO, multiple=True),),
    "llm": (Port("output", PortKind.TEXT),),
}
"""What a model of each kind puts out where the catalog does not say."""


def schema_of(entry: CatalogEntry, mode: CatalogMode) -> ModelSchema:
    """What the model takes in this mode."""
    fields = tuple(
        _model_field(field, _declared(mode, field.zod_expected_name))
        for field in input_fields(entry, mode)
    )
    is_utility = entry.node_kind == "utility"
    defaults = {field.name: field.default for field in fields if field.default is not None}
    return ModelSchema(
        model_id=mode.sub_model_id,
        name=entry.name,
        category=mode.category or entry.category,
        description=entry.description,
        features=entry.features,
        capabilities=_capabilities(fields),
        fields=fields,
        defaults={} if is_utility else defaults,
    )


def ports_of(entry: CatalogEntry, mode: CatalogMode) -> NodePorts:
    """The inputs and outputs of a node in this mode; an input of objects alone is no port."""
    outputs = tuple(
        _port(field) for field in mode.output_field_options or entry.output_field_options
    )
    return NodePorts(
        inputs=tuple(_port(field) for field in input_fields(entry, mode) if field.type != "object"),
        outputs=outputs or OUTPUTS.get(entry.node_kind, ()),
    )


def input_fields(entry: CatalogEntry, mode: CatalogMode) -> tuple[CatalogField, ...]:
    """The mode's own fields, else those of the whole model."""
    return mode.input_field_options or entry.input_field_options


def _model_field(field: CatalogField, declared: JsonObject) -> ModelField:
    extra: JsonObject = {}
    if field.custom_fields:
        extra["customFields"] = [
            {"name": part.zod_expected_name, "min": part.min, "max": part.max, "step": part.step}
            for part in field.custom_fields
        ]
    limits = {"maxRatio": field.max_ratio, "minPixels": field.min_pixels}
    limits["maxPixels"] = field.max_pixels
    extra.update({name: limit for name, limit in limits.items() if limit is not None})
    return ModelField.model_validate(
        {
            **field.model_dump(include=_SHARED),
            "name": field.zod_expected_name,
            "options": [option.value for option in field.options],
            "default": None if field.skip_execution_default else field.default,
            "description": _description(field),
            "max_length": field.max_length or declared.get("maxLength"),
            "max_items": field.max_items or declared.get("maxItems"),
            "advanced": field.is_advanced,
            **extra,
        }
    )


_SHARED = {
    "type",
    "data_type",
    "label",
    "required",
    "show_when",
    "placeholder",
    "min",
    "max",
    "step",
    "min_items",
}


def _description(field: CatalogField) -> str:
    text = field.help_text or ""
    if field.type not in MEDIA_TYPES or "upload_file" in text:
        return text
    return f"{text} {MEDIA_ADVICE}".strip()


def _declared(mode: CatalogMode, name: str) -> JsonObject:
    """What the mode's JSON schema says of a field, if there is one."""
    properties = mode.input_schema.get("properties")
    found = properties.get(name) if isinstance(properties, dict) else None
    return found if isinstance(found, dict) else {}


def _capabilities(fields: Iterable[ModelField]) -> JsonObject:
    limit = next((field.max_length for field in fields if field.name == "prompt"), None)
    told: dict[str, JsonValue] = {"promptLimit": limit, "promptLimitType": "characters"}
    return told if limit is not None else {}


def _port(field: CatalogField) -> Port:
    accept = field.accept if isinstance(field.accept, str) else " ".join(field.accept or ())
    return Port(
        name=field.zod_expected_name,
        kind=kind_of_field(field.type, name=field.zod_expected_name, accept=accept),
        required=field.required,
        multiple=field.data_type.endswith("[]"),
        max_items=field.max_items,
    )
