"""How values look on the wire, where that is more than their model's own names.

Source: magica-contract 2. The hosted dialect shows no key that the contract does not attest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from magica_mcp.local.dialect import Dialect
from magica_mcp.local.media import with_urls
from magica_mcp.models.building import NodeType
from magica_mcp.models.catalog import Model, ModelField, ModelSchema
from magica_mcp.models.media import MediaItem
from magica_mcp.models.runs import ModelRun, NodeRun, WorkflowRun
from magica_mcp.models.wire import Answer, JsonObject

RUN_KEYS = (
    *("runId", "status", "response", "nodes"),
    *("id", "workflowId", "triggerRunId", "createdAt", "startedAt", "finishedAt"),
    *("error", "context", "nodeRuns"),
)
"""Both attested shapes of a workflow run in one object (magica-contract 2.3)."""
NODE_KEYS = ("nodeId", "type", "status", "output")
NODE_RUN_KEYS = (
    *("nodeId", "nodeType", "status", "input", "output"),
    *("logs", "error", "startedAt", "finishedAt"),
)
MODEL_RUN_KEYS = (
    *("id", "nodeType", "subModelId", "status", "input", "output", "error", "userMessage"),
    *("creditUsed", "triggerRunId", "source", "createdAt"),
)
ROW_KEYS = (
    *("id", "workflowId", "workflowName", "status", "source", "creditUsed"),
    *("createdAt", "finishedAt"),
)
"""A row of a run listing (magica-contract 2.3)."""


@dataclass(frozen=True)
class Shapes:
    """Writes values for one request: media below `origin`, keys as the dialect has them."""

    origin: str
    dialect: Dialect

    def workflow_run(self, run: WorkflowRun, *, in_details: bool = True) -> JsonValue:
        """A run under both sets of keys; the brief form leaves the nodes out."""
        wire = run.wire() | {"id": run.run_id}
        if in_details:
            wire["nodes"] = [self._node(node, NODE_KEYS) for node in run.nodes]
            wire["nodeRuns"] = [self._node(node, NODE_RUN_KEYS) for node in run.nodes]
        else:
            del wire["nodes"]
        absent = {} if in_details else {"nodes", "nodeRuns"}
        keys = [key for key in RUN_KEYS if key not in absent]
        return with_urls(self._keyed(wire, keys), origin=self.origin)

    def run_row(self, run: WorkflowRun) -> JsonValue:
        return only(run.wire() | {"id": run.run_id}, ROW_KEYS)

    def model_run(self, run: ModelRun) -> JsonValue:
        wire = run.wire()
        wire["id"] = wire.pop("runId")
        return with_urls(self._keyed(wire, MODEL_RUN_KEYS), origin=self.origin)

    def _node(self, node: NodeRun, keys: Sequence[str]) -> JsonValue:
        return self._keyed(node.wire() | {"type": node.node_type}, keys)

    def _keyed(self, wire: JsonObject, keys: Sequence[str]) -> JsonObject:
        """All of the keys; what we know beyond them only in our own dialect."""
        beyond = {} if self.dialect is Dialect.HOSTED else wire
        return only(wire, keys) | beyond


def only(wire: Mapping[str, JsonValue], keys: Sequence[str]) -> JsonObject:
    return {key: wire.get(key) for key in keys}


def said(answer: Answer) -> JsonObject:
    """A value without what is unknown about it."""
    return {key: value for key, value in answer.wire().items() if value is not None}


def media_item(item: MediaItem, *, origin: str) -> JsonValue:
    return with_urls(said(item), origin=origin)


def node_type(entry: NodeType) -> JsonObject:
    """A row of the node types: what a port does not have is absent."""
    return entry.model_dump(mode="json", by_alias=True, exclude_none=True)


def model(entry: Model) -> JsonObject:
    """A row of the flat list; a single-mode model has no `subModels` (magica-contract 2.5)."""
    return {key: value for key, value in said(entry).items() if (key, value) != ("subModels", [])}


def model_schema(schema: ModelSchema) -> JsonObject:
    return schema.wire() | {"fields": [model_field(field) for field in schema.fields]}


def model_field(field: ModelField) -> JsonObject:
    """A field of a schema: what is false, empty or unset is simply absent."""
    quiet = ("required", "advanced", "options", "description")
    return {key: value for key, value in said(field).items() if value or key not in quiet}
