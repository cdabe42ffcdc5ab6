"""What the end of a node changes, always within the transaction that stores that end.

At every moment an account may spend its grants, less its charges, less what is still reserved.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from magica_mcp.graph.lifecycle import NodeStatus, RunStatus, is_node_over, is_over, outcome_of
from magica_mcp.local.credits import charge_for
from magica_mcp.local.engine.plan import FedInput, PlannedNode
from magica_mcp.local.engine.progress import NodeState, States, freed, starved
from magica_mcp.local.store.node_runs import NodeEnding, StoredNodeRun
from magica_mcp.local.store.runs import StoredRun
from magica_mcp.local.store.store import Statements
from magica_mcp.local.webhooks.announcing import announce_node, announce_run
from magica_mcp.models.wire import JsonObject


@dataclass(frozen=True)
class Aftermath:
    """What the end of a node led to: the nodes that it freed, and all nodes of the run now."""

    freed: tuple[str, ...]
    nodes: Sequence[StoredNodeRun]
    is_run_over: bool


def states_of(nodes: Iterable[StoredNodeRun]) -> States:
    return {
        node.node_id: NodeState(node.status, PlannedNode.model_validate(node.plan).sources)
        for node in nodes
    }


def outputs_of(nodes: Iterable[StoredNodeRun]) -> dict[str, JsonObject]:
    return {node.node_id: node.output for node in nodes if node.output is not None}


def end_node(
    tx: Statements,
    run: StoredRun,
    nodes: Sequence[StoredNodeRun],
    node_id: str,
    ending: NodeEnding,
    *,
    price: int,
) -> Aftermath:
    """Store how one of a run's nodes ended and settle its price; a failed node costs nothing."""
    tx.accounts.lock(run.account_id)
    reserved = tx.ledger.reserved(run.id)
    charged: dict[str, int] = {}
    if ending.output is not None:
        cost = _cost(tx, run, price=price, held=reserved.get(node_id, 0))
        charged = {node_id: cost}
        ending = replace(ending, output={**ending.output, "creditUsed": cost})
    tx.node_runs.end(run.id, node_id, ending, credit_used=charged.get(node_id, 0))
    announce_node(tx, run, node_id)
    nodes = _ended(nodes, node_id, ending)
    states = states_of(nodes)
    lost = starved(states)
    tx.node_runs.drop(run.id, lost, NodeStatus.SKIPPED)
    nodes = _dropped(nodes, lost)
    released = _held_for((node_id, *lost), reserved=reserved)
    tx.ledger.settle(run.account_id, run_id=run.id, released=released, charged=charged)
    is_run_over = end_run_if_over(tx, run, nodes)
    # Nothing that was lost is freed or frees: the states from before tell as much.
    return Aftermath(freed(states, by=node_id), nodes, is_run_over=is_run_over)


def end_run_if_over(tx: Statements, run: StoredRun, nodes: Sequence[StoredNodeRun]) -> bool:
    """End a run whose nodes are all over, with what has reached its Response node."""
    outcome = outcome_of(node.status for node in nodes)
    if not is_over(outcome):
        return False
    outputs = outputs_of(nodes)
    response: JsonObject | None = None
    if run.result_feed is not None:
        fed = FedInput.model_validate(run.result_feed)
        if fed.sources <= outputs.keys():
            response = {fed.name: fed.value(outputs)}
    tx.runs.end(run.id, outcome, response=response, error=_error_of(nodes))
    announce_run(tx, run)
    return True


def cancel(tx: Statements, run: StoredRun) -> None:
    """End a run where it is; what its unfinished nodes had reserved is given back."""
    tx.accounts.lock(run.account_id)
    nodes = tx.node_runs.of_runs([run.id])
    left = [node.node_id for node in nodes if not is_node_over(node.status)]
    released = _held_for(left, reserved=tx.ledger.reserved(run.id))
    tx.ledger.settle(run.account_id, run_id=run.id, released=released)
    tx.node_runs.drop(run.id, left, NodeStatus.CANCELED)
    tx.runs.end(run.id, RunStatus.CANCELED)
    announce_run(tx, run)


def _cost(tx: Statements, run: StoredRun, *, price: int, held: int) -> int:
    """What is charged; what is left of the account counts only beyond what is held for the node."""
    have = held if price <= held else held + tx.ledger.locked(run.account_id)
    return charge_for(price, have=have)


def _ended(
    nodes: Sequence[StoredNodeRun], node_id: str, ending: NodeEnding
) -> Sequence[StoredNodeRun]:
    return [
        replace(
            node,
            status=ending.status,
            output=ending.output,
            error=ending.error,
            user_message=ending.user_message,
        )
        if node.node_id == node_id
        else node
        for node in nodes
    ]


def _dropped(nodes: Sequence[StoredNodeRun], lost: Collection[str]) -> Sequence[StoredNodeRun]:
    return [
        replace(node, status=NodeStatus.SKIPPED) if node.node_id in lost else node for node in nodes
    ]


def _held_for(node_ids: Iterable[str], *, reserved: dict[str, int]) -> dict[str, int]:
    return {node_id: reserved[node_id] for node_id in node_ids if node_id in reserved}


def _error_of(nodes: Sequence[StoredNodeRun]) -> str | None:
    failed = [node for node in nodes if node.status is NodeStatus.FAILED]
    if not failed:
        return None
    first = failed[0]
    return f"{len(failed)} of {len(nodes)} nodes failed. '{first.node_id}': {first.user_message}"
