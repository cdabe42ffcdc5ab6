"""Queues what a run's webhook is to be told, within the transaction of the change itself."""

import json

import httpx

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.engine.plan import PlannedNode
from magica_mcp.local.store.ids import iso
from magica_mcp.local.store.messages import NewMessage
from magica_mcp.local.store.node_runs import StoredNodeRun
from magica_mcp.local.store.runs import StoredRun
from magica_mcp.local.store.store import Statements
from magica_mcp.local.store.tables import EventType, RunKind
from magica_mcp.local.webhooks.events import (
    EVENT_OF_NODE,
    EVENT_OF_RUN,
    Event,
    of_node,
    of_run,
)
from magica_mcp.local.webhooks.subscription import EVENTS_OF, Subscription, kept_subscription
from magica_mcp.models.wire import JsonObject


def announce_run(tx: Statements, run: StoredRun) -> None:
    """Tell what has become of a run: that it began, or how it ended."""
    asked = kept_subscription(run.asked)
    changed = tx.runs.by_id(run.id) if asked else None
    if asked is None or changed is None or changed.status not in EVENT_OF_RUN:
        return
    nodes = tx.node_runs.of_runs([run.id])
    happened = of_run(changed.status, (node.status for node in nodes))
    error = _error_of(changed, nodes)
    _queue(tx, run, asked, EVENT_OF_RUN[changed.status], happened=happened, error=error)


def announce_node(tx: Statements, run: StoredRun, node_id: str) -> None:
    """Tell how a node ended."""
    asked = kept_subscription(run.asked)
    node = tx.node_runs.by_id(run.id, node_id) if asked else None
    if asked is None or node is None or node.status not in EVENT_OF_NODE:
        return
    node_type = PlannedNode.model_validate(node.plan).node_type
    happened = of_node(node_id, node_type=node_type, status=node.status)
    event = EVENT_OF_NODE[node.status]
    _queue(tx, run, asked, event, node_id=node_id, happened=happened, error=node.error)


def _queue(
    tx: Statements,
    run: StoredRun,
    asked: Subscription,
    event: EventType,
    *,
    happened: JsonObject,
    error: str | None,
    node_id: str = "",
) -> None:
    if event not in EVENTS_OF[run.kind] or not asked.wants(event):
        return
    told = Event(
        type=event,
        run_id=run.id,
        workflow_id=run.workflow_id,
        happened=happened,
        created_at=iso(tx.messages.now()),
        metadata=asked.metadata,
        error=error,
    )
    tx.messages.queue(
        NewMessage(
            account_id=run.account_id,
            run_id=run.id,
            node_id=node_id,
            event=event,
            url=asked.url,
            host=httpx.URL(asked.url).netloc.decode("ascii"),
            headers=asked.headers or {},
            body=json.dumps(told.payload(), separators=(",", ":")),
        )
    )


def _error_of(run: StoredRun, nodes: tuple[StoredNodeRun, ...]) -> str | None:
    """Of a model run what its one node says, as the run itself answers."""
    if run.kind is RunKind.MODEL and run.status is RunStatus.FAILED and nodes:
        return nodes[0].error
    return run.error
