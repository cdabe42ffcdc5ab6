"""What the builder's requests ask and answer (magica-contract 2.1, 3.3)."""

from typing import Annotated, Any

from pydantic import (
    AliasChoices,
    AliasPath,
    BeforeValidator,
    Field,
    JsonValue,
    model_validator,
)

from magica_mcp.models.wire import Answer, Ask, JsonObject, Listed

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
"""Text that may be null on the wire."""


class Position(Ask):
    """Pixels on the canvas."""

    x: float
    y: float


class NewRequestField(Ask):
    """An open input of a new workflow; `value` is its default."""

    name: str = Field(min_length=1)
    type: str = "text"
    value: JsonValue = None


class CreateWorkflow(Ask):
    """The body of `POST /v1/workflows`."""

    name: str = Field(min_length=1)
    description: str | None = None
    request_fields: tuple[NewRequestField, ...] | None = None


class CreatedField(Answer):
    field_id: str = Field(validation_alias=AliasChoices("fieldId", "id", "field_id"))
    name: str = ""
    type: str = "text"
    value: JsonValue = None


class CreatedWorkflow(Answer):
    """A new workflow with its two scaffold nodes."""

    workflow_id: str = Field(
        validation_alias=AliasChoices(
            "workflowId", "id", "workflow_id", AliasPath("workflow", "id")
        )
    )
    name: Text = Field(
        default="", validation_alias=AliasChoices("name", AliasPath("workflow", "name"))
    )
    request_node_id: str | None = Field(
        default=None,
        validation_alias=AliasChoices(
            "requestNodeId", "request_node_id", AliasPath("requestNode", "id")
        ),
    )
    response_node_id: str | None = Field(
        default=None,
        validation_alias=AliasChoices(
            "responseNodeId", "response_node_id", AliasPath("responseNode", "id")
        ),
    )
    request_fields: Listed[CreatedField] = ()


class UpdateWorkflow(Ask):
    """The body of `PATCH /v1/workflows/{id}`; nodes and edges stay."""

    name: str | None = Field(default=None, min_length=1)
    description: str | None = None


class PortShape(Answer):
    """A port of a node type; `type` is a port kind (magica-contract 4.3)."""

    handle: str
    type: str = "any"
    required: bool = False
    multiple: bool = False
    max_items: int | None = None
    modes: tuple[str, ...] = ()
    """The modes that have it; empty: all of them."""

    @model_validator(mode="before")
    @classmethod
    def _plain_handle(cls, value: Any) -> Any:
        """A port may be its handle alone, as in the answer of `add_node`."""
        return {"handle": value} if isinstance(value, str) else value


class NodeType(Answer):
    """A row of the node types: what can be added to a workflow."""

    node_type: str = Field(validation_alias=AliasChoices("nodeType", "node_type", "type", "id"))
    name: Text = ""
    category: Text = ""
    description: Text = ""
    modes: Listed[JsonValue] = ()
    inputs: Listed[PortShape] = Field(
        default=(), validation_alias=AliasChoices("inputs", "inputPorts")
    )
    outputs: Listed[PortShape] = Field(
        default=(), validation_alias=AliasChoices("outputs", "outputPorts")
    )


class AddNode(Ask):
    """The body of `POST /v1/workflows/{id}/nodes`; a position wins over column and row."""

    node_type: str = Field(min_length=1)
    position: Position | None = None
    column: int | None = Field(default=None, ge=1)
    row: int | None = Field(default=None, ge=0)
    inputs: JsonObject | None = None
    mode: str | None = None


class AddedNode(Answer):
    node_id: str = Field(
        validation_alias=AliasChoices("nodeId", "id", "node_id", AliasPath("node", "id"))
    )
    type: Text = ""
    position: dict[str, float] | None = None
    input_ports: Listed[str] = ()
    output_ports: Listed[str] = ()
    mode: str | None = None
    inputs_set: Listed[str] = ()


class UpdateNode(Ask):
    """The body of `PATCH /v1/workflows/{id}/nodes/{nodeId}`."""

    inputs: JsonObject


class ConnectNodes(Ask):
    """The body of `POST /v1/workflows/{id}/edges`."""

    source_node_id: str = Field(min_length=1)
    source_handle: str = Field(min_length=1)
    target_node_id: str = Field(min_length=1)
    target_handle: str = Field(min_length=1)


class DataTypes(Answer):
    source: str = "any"
    target: str = "any"


class ConnectedNodes(Answer):
    edge_id: str = Field(default="", validation_alias=AliasChoices("edgeId", "id", "edge_id"))
    source: str = ""
    source_handle: str = ""
    target: str = ""
    target_handle: str = ""
    data_types: DataTypes = Field(default_factory=DataTypes)


class DisconnectNodes(Ask):
    """An edge by its id, or by what it joins; handles narrow down where several edges do."""

    edge_id: str | None = None
    source_node_id: str | None = None
    source_handle: str | None = None
    target_node_id: str | None = None
    target_handle: str | None = None
