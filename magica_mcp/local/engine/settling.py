"""What the end of a node changes, always within the transaction that stores that end.

At every moment an account may spend its grants, less its charges, less what is still reserved.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from magica_mcp.graph.lifecycle import NodeStatus, RunStatus, is_node_over, is_over, outcome_of
from magica_mcp.local.credits import charge_for
from magica_mcp.local.engine.plan import FedInput, PlannedNode
from magica_mcp.local.engine.progress import NodeState, States, freed, starved
from magica_mcp.local.store.node_runs import NodeEnding, StoredNodeRun
from magica_mcp.local.store.runs import StoredRun
from magica_mcp.local.store.store import Statements
from magica_mcp.local.webhooks.announcing import announce_node, announce_run
from magica_mcp.models.wire import JsonObject


def states_of(nodes: Iterable[StoredNodeRun]) -> States:
    return {
        node.node_id: NodeState(node.status, PlannedNode.model_validate(node.plan).sources)
        for node in nodes
    }


def outputs_of(nodes: Iterable[StoredNodeRun]) -> dict[str, JsonObject]:
    return {node.node_id: node.output for node in nodes if node.output is not None}


def end_node(
    tx: Statements, run: StoredRun, node: StoredNodeRun, ending: NodeEnding, *, price: int
) -> tuple[str, ...]:
    """Store how a node ended and settle its price; a failed node costs nothing.

    Answers the nodes that it freed.
    """
    have = tx.ledger.locked(run.account_id)
    reserved = tx.ledger.reserved(run.id)
    cost = 0
    if ending.output is not None:
        cost = charge_for(price, have=have + reserved.get(node.node_id, 0))
        ending = replace(ending, output={**ending.output, "creditUsed": cost})
    tx.node_runs.end(run.id, node.node_id, ending, credit_used=cost)
    announce_node(tx, run, node.node_id)
    nodes: Sequence[StoredNodeRun] = tx.node_runs.of_runs([run.id])
    lost = starved(states_of(nodes))
    tx.node_runs.drop(run.id, lost, NodeStatus.SKIPPED)
    nodes = _dropped(nodes, lost)
    _give_back(tx, run, (node.node_id, *lost), reserved=reserved)
    if ending.output is not None:
        tx.ledger.charge(run.account_id, run_id=run.id, node_id=node.node_id, microcredits=cost)
    end_run_if_over(tx, run, nodes)
    return freed(states_of(nodes), by=node.node_id)


def end_run_if_over(tx: Statements, run: StoredRun, nodes: Sequence[StoredNodeRun]) -> None:
    """End a run whose nodes are all over, with what has reached its Response node."""
    outcome = outcome_of(node.status for node in nodes)
    if not is_over(outcome):
        return
    outputs = outputs_of(nodes)
    response: JsonObject | None = None
    if run.result_feed is not None:
        fed = FedInput.model_validate(run.result_feed)
        if fed.sources <= outputs.keys():
            response = {fed.name: fed.value(outputs)}
    tx.runs.end(run.id, outcome, response=response, error=_error_of(nodes))
    announce_run(tx, run)


def cancel(tx: Statements, run: StoredRun) -> None:
    """End a run where it is; what its unfinished nodes had reserved is given back."""
    tx.ledger.locked(run.account_id)
    nodes = tx.node_runs.of_runs([run.id])
    left = [node.node_id for node in nodes if not is_node_over(node.status)]
    _give_back(tx, run, left, reserved=tx.ledger.reserved(run.id))
    tx.node_runs.drop(run.id, left, NodeStatus.CANCELED)
    tx.runs.end(run.id, RunStatus.CANCELED)
    announce_run(tx, run)


def _dropped(nodes: Sequence[StoredNodeRun], lost: Collection[str]) -> Sequence[StoredNodeRun]:
    return [
        replace(node, status=NodeStatus.SKIPPED) if node.node_id in lost else node for node in nodes
    ]


def _give_back(
    tx: Statements, run: StoredRun, node_ids: Iterable[str], *, reserved: dict[str, int]
) -> None:
    amounts = {node_id: reserved[node_id] for node_id in node_ids if node_id in reserved}
    tx.ledger.release(run.account_id, run_id=run.id, amounts=amounts)


def _error_of(nodes: Sequence[StoredNodeRun]) -> str | None:
    failed = [node for node in nodes if node.status is NodeStatus.FAILED]
    if not failed:
        return None
    first = failed[0]
    return f"{len(failed)} of {len(nodes)} nodes failed. '{first.node_id}': {first.user_message}"
