"""What the bodies of answers look like: told in the OpenAPI and tested, never used to write them.

A key without a default is always there, if only as null. Source: magica-contract 2.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from magica_mcp.graph.lifecycle import NodeStatus, RunStatus
from magica_mcp.models.wire import JsonObject

Moment = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, description="ISO 8601, UTC.")
]
Microcredits = Annotated[int, Field(ge=0, description="A million of them are one credit.")]


def _without_defaults(schema: JsonObject) -> None:
    """A default here only means that the key may be absent."""
    properties = schema.get("properties")
    for told in properties.values() if isinstance(properties, dict) else ():
        if isinstance(told, dict):
            told.pop("default", None)


class Body(BaseModel):
    """Keys beyond those that are named may be there."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="allow", frozen=True, json_schema_extra=_without_defaults
    )


class Unauthorized(Body):
    """The one failure without the envelope (magica-contract 1.4)."""

    error: str


class Failure(Body):
    """The error envelope; `error` and `message` hold the same text."""

    error: str
    message: str
    code: str
    trace_id: str
    details: JsonValue = None


class Done(Body):
    success: Literal[True]


class Paged(Body):
    """A page in both paging styles."""

    page: int
    page_size: int
    total: int
    has_more: bool
    next_cursor: str | None


# Runs -----------------------------------------------------------------------------------------


class RunStarted(Body):
    run_id: str


class BriefNode(Body):
    node_id: str
    type: str
    status: NodeStatus
    output: JsonValue


class FullNode(Body):
    node_id: str
    node_type: str
    status: NodeStatus
    input: JsonValue
    output: JsonValue
    logs: JsonValue
    error: str | None
    started_at: Moment | None
    finished_at: Moment | None


class Run(Body):
    """A run of a workflow, under both attested sets of keys; the brief form has no nodes."""

    run_id: str
    id: str
    status: RunStatus
    response: JsonValue
    workflow_id: str
    trigger_run_id: str | None
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    error: str | None
    context: JsonValue
    nodes: tuple[BriefNode, ...] = ()
    node_runs: tuple[FullNode, ...] = ()


class RunBatch(Body):
    runs: list[Run]


class RunRow(Body):
    id: str
    workflow_id: str
    workflow_name: str
    status: RunStatus
    source: str
    credit_used: Microcredits
    created_at: Moment
    finished_at: Moment | None


class RunPage(Paged):
    items: list[RunRow]


class ModelRunBody(Body):
    """A run of one model: no output and no cost before it is completed."""

    id: str
    node_type: str
    sub_model_id: str | None
    status: RunStatus
    input: JsonObject
    output: JsonValue
    error: str | None
    user_message: str | None
    credit_used: Microcredits
    trigger_run_id: str | None
    source: str
    created_at: Moment


class ModelRunPage(Paged):
    items: list[ModelRunBody]


# Credits --------------------------------------------------------------------------------------


class Price(Body):
    microcredits: Microcredits


class Prices(Body):
    """In the order in which the nodes were given."""

    estimates: list[Price]


class PricesAndTotal(Prices):
    total_microcredits: Microcredits


class BalanceBody(Body):
    available_balance: Microcredits
    formatted: str
    has_active_subscription: bool
    is_organization: bool
