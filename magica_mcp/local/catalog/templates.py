"""System workflows: each model as a read-only graph of Request, model and Response.

Source: magica-contract 2.2. The slug of a template is its model's node type, and so is its id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from magica_mcp.graph.nodes import RESULT
from magica_mcp.graph.ports import input_handle, kind_of_field, output_handle
from magica_mcp.local.catalog.catalog import Catalog
from magica_mcp.models.catalog import Model, ModelField
from magica_mcp.models.field_values import MEDIA_TYPES
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import (
    REQUEST_TYPE,
    RESPONSE_TYPE,
    SystemWorkflow,
    WireEdge,
    WireNode,
    Workflow,
)

REQUEST_ID = "node_request"
RESPONSE_ID = "node_response"
COLUMN = 400.0
"""Pixels of the canvas between one node and the next."""

EXAMPLES: Mapping[str, str] = {
    "nano_banana_pro": "A hand-drawn map of a small island with a lighthouse, a harbor and a path "
    "along the cliffs, labeled in neat lettering",
    "nano_banana_2": "A red paper kite above a windy beach at sunset",
    "flux_2_max": "Portrait of an old clockmaker at his bench, warm lamp light, shallow depth of "
    "field",
    "flux_2_pro": "A bowl of ripe figs on blue linen, soft morning light",
    "gpt_image_2": 'A poster for a jazz evening with the words "Blue Hour" in tall letters',
    "veo_3_1": "A paper boat drifts down a rainy street, the camera close above the water",
    "gemini_omni_flash_edit_video": "Turn the scene into early winter, with light snow falling",
    "elevenlabs_tts": "Good evening. The last ferry leaves in ten minutes from the north pier.",
    "elevenlabs_music": "A slow waltz for accordion and double bass, as if from an old radio",
    "elevenlabs_sound_effects": "A wooden door creaks open and falls shut in an empty hall",
    "gpt_5_4": "Explain in three sentences why the sky is blue.",
    "gemini_3_5_flash": "Suggest five names for a bakery by the sea.",
    "claude_sonnet_5": "Write a haiku about the first snow.",
}
"""The prompt that each template starts with."""

PROMPTS = frozenset({"prompt", "text"})
"""The inputs that are given one."""

ANY_EXAMPLE = "A quiet forest lake at dawn, mist over the water"


@dataclass(frozen=True)
class Template:
    """A row of the listing, and the graph behind it."""

    row: SystemWorkflow
    workflow: Workflow


def templates_of(catalog: Catalog) -> Mapping[str, Template]:
    """One template for each model, by slug, in the catalog's order."""
    return {model.node_type: _template(catalog, model) for model in catalog.models()}


def _template(catalog: Catalog, model: Model) -> Template:
    slug = model.node_type
    fields = [field for field in catalog.schema(slug).fields if _is_open(field)]
    outputs = catalog.ports(slug).outputs
    row = SystemWorkflow.model_validate(
        {
            "slug": slug,
            "id": slug,
            "name": model.name,
            "description": model.description,
            "category": model.category,
            "nodeType": slug,
            "modes": [mode.category for mode in model.sub_models],
        }
    )
    workflow = Workflow(
        id=slug,
        name=model.name,
        description=model.description,
        nodes=_nodes(model, fields, sub_model_id=catalog.resolve(slug).sub_model_id),
        edges=_edges(slug, fields, output=outputs[0].name if outputs else RESULT),
    )
    return Template(row, workflow)


def _is_open(field: ModelField) -> bool:
    """Whether a template asks for it: not what only experts set, nor media one can do without."""
    return not field.advanced and (field.required or field.type not in MEDIA_TYPES)


def _nodes(
    model: Model, fields: Sequence[ModelField], *, sub_model_id: str | None
) -> tuple[WireNode, ...]:
    asked: list[JsonValue] = [
        {**place, **_request_field(field, model.node_type)}
        for field in fields
        for place in _places(field)
    ]
    mode: JsonObject = {"subModelId": sub_model_id} if sub_model_id else {}
    placed: tuple[tuple[str, str, JsonObject], ...] = (
        (REQUEST_ID, REQUEST_TYPE, {"fields": asked}),
        (f"node_{model.node_type}", model.node_type, {"inputs": {}, **mode}),
        (RESPONSE_ID, RESPONSE_TYPE, {}),
    )
    return tuple(
        WireNode(id=node_id, type=kind, position={"x": column * COLUMN, "y": 0.0}, data=data)
        for column, (node_id, kind, data) in enumerate(placed)
    )


def _request_field(field: ModelField, node_type: str) -> JsonObject:
    # A composite choice also takes an object, and says so; a Request field takes only its options.
    is_choice_only = field.type == "composite-select"
    told: dict[str, JsonValue] = {
        "type": kind_of_field(field.type, name=field.name).value,
        "value": _first_value(field, node_type),
        "required": field.required or None,
        "options": list(field.options) or None,
        "min": field.min,
        "max": field.max,
        "description": None if is_choice_only else field.description or None,
    }
    return {key: value for key, value in told.items() if value is not None}


def _places(field: ModelField) -> list[JsonObject]:
    """The Request fields that feed an input: as many as a list needs at least, else one."""
    label, count = field.label or field.name, field.min_items or 1
    first: JsonObject = {"fieldId": field.name, "name": label if count == 1 else f"{label} 1"}
    others: list[JsonObject] = [
        {"fieldId": f"{field.name}_{number}", "name": f"{label} {number}"}
        for number in range(2, count + 1)
    ]
    return [first, *others]


def _first_value(field: ModelField, node_type: str) -> JsonValue:
    if field.name in PROMPTS and field.required and field.default is None:
        return EXAMPLES.get(node_type, ANY_EXAMPLE)
    return field.default


def _edges(slug: str, fields: Sequence[ModelField], *, output: str) -> tuple[WireEdge, ...]:
    model_id = f"node_{slug}"
    feeding = [
        WireEdge(
            id=f"edge_{place['fieldId']}",
            source=REQUEST_ID,
            source_handle=str(place["fieldId"]),
            target=model_id,
            target_handle=input_handle(field.name),
        )
        for field in fields
        for place in _places(field)
    ]
    answering = WireEdge(
        id="edge_result",
        source=model_id,
        source_handle=output_handle(output),
        target=RESPONSE_ID,
        target_handle=RESULT,
    )
    return (*feeding, answering)
