"""What the end of a node changes, always within the transaction that stores that end.

At every moment an account may spend its grants, less its charges, less what is still reserved.
"""

from collections.abc import Iterable
from dataclasses import replace

from magica_mcp.graph.lifecycle import NodeStatus, RunStatus, is_node_over, is_over, outcome_of
from magica_mcp.local.credits import charge_for
from magica_mcp.local.engine.plan import FedInput, PlannedNode
from magica_mcp.local.engine.progress import NodeState, States, starved
from magica_mcp.local.store.node_runs import NodeEnding, StoredNodeRun
from magica_mcp.local.store.runs import StoredRun
from magica_mcp.local.store.store import Statements
from magica_mcp.models.wire import JsonObject


def states_of(nodes: Iterable[StoredNodeRun]) -> States:
    return {
        node.node_id: NodeState(node.status, PlannedNode.model_validate(node.plan).sources)
        for node in nodes
    }


def outputs_of(nodes: Iterable[StoredNodeRun]) -> dict[str, JsonObject]:
    return {node.node_id: node.output for node in nodes if node.output is not None}


def end_node(
    tx: Statements, run: StoredRun, node_id: str, ending: NodeEnding, *, price: int
) -> None:
    """Store how a node ended and settle its price; a failed node costs nothing."""
    _give_back(tx, run, node_id)
    cost = 0
    if ending.output is not None:
        cost = charge_for(price, have=tx.ledger.available(run.account_id))
        tx.ledger.charge(run.account_id, run_id=run.id, node_id=node_id, microcredits=cost)
        ending = replace(ending, output={**ending.output, "creditUsed": cost})
    tx.node_runs.end(run.id, node_id, ending, credit_used=cost)
    _drop_starved(tx, run)
    end_run_if_over(tx, run)


def end_run_if_over(tx: Statements, run: StoredRun) -> None:
    """End a run whose nodes are all over, with what has reached its Response node."""
    nodes = tx.node_runs.of_runs([run.id])
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


def cancel(tx: Statements, run: StoredRun) -> None:
    """End a run where it is; what its unfinished nodes had reserved is given back."""
    for node in tx.node_runs.of_runs([run.id]):
        if not is_node_over(node.status):
            _give_back(tx, run, node.node_id)
            tx.node_runs.drop(run.id, node.node_id, NodeStatus.CANCELED)
    tx.runs.end(run.id, RunStatus.CANCELED)


def _drop_starved(tx: Statements, run: StoredRun) -> None:
    for node_id in starved(states_of(tx.node_runs.of_runs([run.id]))):
        _give_back(tx, run, node_id)
        tx.node_runs.drop(run.id, node_id, NodeStatus.SKIPPED)


def _give_back(tx: Statements, run: StoredRun, node_id: str) -> None:
    tx.accounts.lock(run.account_id)
    reserved = tx.ledger.reserved(run.id, node_id)
    tx.ledger.release(run.account_id, run_id=run.id, node_id=node_id, microcredits=reserved)


def _error_of(nodes: tuple[StoredNodeRun, ...]) -> str | None:
    failed = [node for node in nodes if node.status is NodeStatus.FAILED]
    if not failed:
        return None
    first = failed[0]
    return f"{len(failed)} of {len(nodes)} nodes failed. '{first.node_id}': {first.user_message}"
