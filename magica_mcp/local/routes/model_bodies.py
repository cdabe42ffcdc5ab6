"""What answers about models and media look like; see `bodies`."""

from typing import Literal

from pydantic import Field, JsonValue

from magica_mcp.local.routes.bodies import Body, Moment
from magica_mcp.local.store.tables import FileSource
from magica_mcp.models.wire import JsonObject
from magica_mcp.recognition.kinds import MediaType


class SubModelRow(Body):
    sub_model_id: str
    label: str
    category: str


class ModelRow(Body):
    """A single-mode model has no sub-models."""

    node_type: str
    name: str
    description: str
    category: str
    icon: str = ""
    accent: str = ""
    sub_models: tuple[SubModelRow, ...] = ()


class FoundModelRow(Body):
    model_id: str
    name: str
    description: str
    node_type: str
    sub_model_id: str | None


class SearchBody(Body):
    """`noMatch` takes the place of the catalog where a query matched nothing."""

    model_catalog: dict[str, list[FoundModelRow]] = Field(default_factory=dict)
    category_roles: dict[str, str] = Field(default_factory=dict)
    usage: str = ""
    hint: str = ""
    no_match: str = ""
    category_role_hints: dict[str, list[str]] = Field(default_factory=dict)


class CatalogBody(Body):
    """The whole catalog as the live service has it (magica-contract 2.5)."""

    version: JsonValue
    models: dict[str, JsonObject]


class FieldBody(Body):
    """What is false, empty or unset is absent."""

    name: str
    type: str
    data_type: str
    label: str = ""
    required: Literal[True] = True
    options: tuple[JsonValue, ...] = ()
    default: JsonValue = None
    description: str = ""
    show_when: JsonValue = None
    placeholder: str = ""
    min: float = 0
    max: float = 0
    step: float = 0
    max_length: int = 0
    min_items: int = 0
    max_items: int = 0


class SchemaBody(Body):
    model_id: str
    name: str
    category: str
    description: str
    features: list[str]
    capabilities: JsonObject
    fields: list[FieldBody]
    defaults: JsonObject


class PricingBody(Body):
    model_id: str
    cost_config: JsonObject | None
    cost_summary: str
    pricing_approach: str
    pricing_details: JsonValue
    note: str
    estimated_cost: float = 0


class MediaRow(Body):
    """Sizes are bytes and pixels, `duration` is in seconds; what is unknown is absent."""

    id: str
    url: str
    type: MediaType
    name: str
    mime_type: str
    size: int
    source: FileSource
    created_at: Moment
    width: int = 0
    height: int = 0
    duration: float = 0
    model_id: str = ""
    run_id: str = ""


class MediaPage(Body):
    items: list[MediaRow]
    next_cursor: str | None
