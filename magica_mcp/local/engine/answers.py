"""Stored runs as Magica answers them (magica-contract 2.3, 2.4)."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import JsonValue

from magica_mcp.graph.lifecycle import RunStatus, is_over
from magica_mcp.local.engine.plan import PlannedNode
from magica_mcp.local.store.node_runs import StoredNodeRun
from magica_mcp.local.store.runs import RunFilter, StoredRun
from magica_mcp.local.store.store import Statements
from magica_mcp.models.runs import ModelRun, NodeRun, WorkflowRun
from magica_mcp.models.wire import Page

Shown = TypeVar("Shown", WorkflowRun, ModelRun)


def workflow_run(run: StoredRun, nodes: Sequence[StoredNodeRun]) -> WorkflowRun:
    """A run with its processing nodes, in an order in which they can run."""
    return WorkflowRun(
        run_id=run.id,
        status=run.status,
        workflow_id=run.workflow_id,
        workflow_name=run.name,
        response=run.response,
        nodes=tuple(map(_node_run, nodes)),
        error=run.error,
        source=run.source,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        credit_used=sum(node.credit_used for node in nodes),
    )


def workflow_runs(tx: Statements, runs: Sequence[StoredRun]) -> tuple[WorkflowRun, ...]:
    """Runs with their nodes, in the order given."""
    nodes = defaultdict(list)
    for node in tx.node_runs.of_runs([run.id for run in runs]):
        nodes[node.run_id].append(node)
    return tuple(workflow_run(run, nodes[run.id]) for run in runs)


def model_run(run: StoredRun, node: StoredNodeRun) -> ModelRun:
    """A run of one model: no output and no cost before it is completed."""
    return ModelRun(
        run_id=run.id,
        node_type=run.workflow_id,
        sub_model_id=PlannedNode.model_validate(node.plan).sub_model_id,
        status=run.status,
        input=node.input or {},
        output=_output(run, node),
        error=node.error,
        user_message=node.user_message,
        credit_used=node.credit_used if is_over(run.status) else 0,
        source=run.source,
        created_at=run.created_at,
        finished_at=run.finished_at,
    )


def model_runs(tx: Statements, runs: Sequence[StoredRun]) -> tuple[ModelRun, ...]:
    """Runs of models in the order given."""
    nodes = {node.run_id: node for node in tx.node_runs.of_runs([run.id for run in runs])}
    return tuple(model_run(run, nodes[run.id]) for run in runs)


def run_page(
    tx: Statements,
    account_id: str,
    wanted: RunFilter,
    shape: Callable[[Statements, Sequence[StoredRun]], tuple[Shown, ...]],
    page: int,
    page_size: int,
    *,
    after: str | None = None,
) -> Page[Shown]:
    """One page of an account's runs, the latest first; `after` as in `Runs.page`."""
    runs, total = tx.runs.page(account_id, wanted, page=page, page_size=page_size, after=after)
    return Page(
        items=shape(tx, runs),
        page=page,
        page_size=page_size,
        total=total,
        has_more=page * page_size < total,
    )


def _output(run: StoredRun, node: StoredNodeRun) -> JsonValue:
    return node.output if run.status is RunStatus.COMPLETED else None


def _node_run(node: StoredNodeRun) -> NodeRun:
    return NodeRun(
        node_id=node.node_id,
        node_type=PlannedNode.model_validate(node.plan).node_type,
        status=node.status,
        input=node.input,
        output=node.output,
        error=node.error,
        started_at=node.started_at,
        finished_at=node.finished_at,
        credit_used=node.credit_used,
    )
