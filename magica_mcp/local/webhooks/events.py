"""What a webhook is told: the payload of each event (magica-contract 5.3). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from magica_mcp.graph.lifecycle import NodeStatus, RunStatus
from magica_mcp.local.store.tables import EventType
from magica_mcp.models.wire import JsonObject

SUCCESSES = frozenset({EventType.RUN_STARTED, EventType.RUN_COMPLETED, EventType.NODE_COMPLETED})

EVENT_OF_RUN: Mapping[RunStatus, EventType] = {
    RunStatus.RUNNING: EventType.RUN_STARTED,
    RunStatus.COMPLETED: EventType.RUN_COMPLETED,
    RunStatus.FAILED: EventType.RUN_FAILED,
    RunStatus.CANCELED: EventType.RUN_CANCELED,
}
EVENT_OF_NODE: Mapping[NodeStatus, EventType] = {
    NodeStatus.COMPLETED: EventType.NODE_COMPLETED,
    NodeStatus.FAILED: EventType.NODE_FAILED,
}
"""What is told when a run or a node has come into a state; of others nothing is."""


@dataclass(frozen=True)
class Event:
    """Something that happened in a run; results are not told but fetched with the run."""

    type: EventType
    run_id: str
    workflow_id: str
    """Of a model run its node type."""
    happened: JsonObject
    created_at: str
    metadata: JsonObject | None = None
    error: str | None = None

    def payload(self) -> JsonObject:
        return {
            "success": self.type in SUCCESSES,
            "type": self.type.value,
            "runId": self.run_id,
            "workflowId": self.workflow_id,
            "data": self.happened,
            "metadata": self.metadata,
            "error": self.error,
            "createdAt": self.created_at,
        }


def of_run(status: RunStatus, nodes: Iterable[NodeStatus]) -> JsonObject:
    """What is told of a run as a whole: how it is, and once it is over how many nodes did what."""
    if status is RunStatus.RUNNING:
        return {"status": status.value}
    seen = list(nodes)
    return {
        "status": status.value,
        "completedNodes": seen.count(NodeStatus.COMPLETED),
        "failedNodes": seen.count(NodeStatus.FAILED),
    }


def of_node(node_id: str, *, node_type: str, status: NodeStatus) -> JsonObject:
    return {"nodeId": node_id, "nodeType": node_type, "status": status.value}
