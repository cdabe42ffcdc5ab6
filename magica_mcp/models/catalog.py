"""Models as Magica lists them, and the schema of a model's input (magica-contract 2.5)."""

from typing import Literal

from pydantic import AliasChoices, BaseModel, Field, JsonValue

from magica_mcp.models.wire import Answer, JsonObject

Category = Literal["image", "video", "audio", "llm", "utility"]
"""The filter keys of node types and templates (magica-contract 4.2)."""


class SubModel(Answer):
    sub_model_id: str
    label: str = ""
    category: str = ""


class Model(Answer):
    """An entry of `GET /v1/models`; a single-mode model has no sub-models."""

    node_type: str
    name: str
    description: str = ""
    category: str = ""
    sub_models: tuple[SubModel, ...] = ()


class ModelField(Answer):
    """One input of a model, by its wire name. `required` is absent when false."""

    name: str
    type: str = "text"
    data_type: str = "string"
    label: str | None = None
    required: bool = False
    options: tuple[JsonValue, ...] = ()
    default: JsonValue = None
    description: str = ""
    show_when: JsonValue = None
    placeholder: str | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = Field(
        default=None,
        validation_alias=AliasChoices(
            "maxItems", "max_items", "maxImages", "maxVideos", "maxAudios", "maxFiles"
        ),
    )
    advanced: bool = Field(default=False, validation_alias=AliasChoices("isAdvanced", "advanced"))

    @property
    def is_list(self) -> bool:
        """Whether it takes several values, in order."""
        return self.data_type.endswith("[]")


class ModelSchema(Answer):
    """What one model (a sub-model, or a single-mode node type) takes."""

    model_id: str
    name: str
    category: str = ""
    description: str = ""
    features: tuple[str, ...] = ()
    capabilities: JsonObject = Field(default_factory=dict)
    fields: tuple[ModelField, ...] = ()
    defaults: JsonObject = Field(default_factory=dict)

    def field(self, name: str) -> ModelField | None:
        return next((field for field in self.fields if field.name == name), None)


class FoundModel(Answer):
    """An entry of a search, ready to be used as `modelId`."""

    model_id: str
    name: str
    description: str = ""
    node_type: str = ""
    sub_model_id: str | None = None


class ModelSearch(Answer):
    """The grouped catalogue, or `no_match` in its place: the caller must look (contract 2.5)."""

    model_catalog: dict[str, tuple[FoundModel, ...]] | None = None
    category_roles: dict[str, str] | None = None
    usage: str | None = None
    hint: str | None = None
    no_match: str | None = None
    category_role_hints: dict[str, tuple[str, ...]] | None = None


class ErrorEnvelope(BaseModel):
    """The standard REST error (magica-contract 1.4)."""

    error: str
    message: str
    code: str
    trace_id: str = Field(serialization_alias="traceId", validation_alias="traceId")
    details: JsonValue = None
