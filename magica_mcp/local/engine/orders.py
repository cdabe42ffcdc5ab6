"""Orders: who starts what, and how a new run is stored with its price reserved."""

from collections.abc import Mapping
from dataclasses import dataclass

from magica_mcp.local.engine.preparing import Prepared
from magica_mcp.local.engine.request import with_values
from magica_mcp.local.engine.settling import end_run_if_over
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.node_runs import NewNodeRun
from magica_mcp.local.store.runs import NewRun
from magica_mcp.local.store.store import Statements
from magica_mcp.local.store.tables import RunKind
from magica_mcp.local.webhooks.announcing import announce_run
from magica_mcp.models.values import Values
from magica_mcp.models.wire import JsonObject


@dataclass(frozen=True)
class Order:
    """Who starts what; `asked` is the body of the request."""

    account: Account
    kind: RunKind
    workflow_id: str
    asked: JsonObject
    source: str
    is_own_workflow: bool = False


def store_run(
    tx: Statements,
    run_id: str,
    order: Order,
    prepared: Prepared,
    *,
    given: Mapping[str, JsonObject],
) -> None:
    """Store a new run and reserve its price; the nodes in `given` begin at once, with that."""
    plan, account_id = prepared.plan, order.account.id
    tx.runs.add(
        NewRun(
            id=run_id,
            account_id=account_id,
            kind=order.kind,
            workflow_id=order.workflow_id,
            name=prepared.name,
            source=order.source,
            asked=order.asked,
            result_feed=plan.result.stored() if plan.result else None,
            graph=prepared.workflow.wire() if prepared.workflow else None,
            is_begun=bool(given),
        )
    )
    tx.node_runs.add(
        run_id,
        [
            NewNodeRun(
                node.node_id,
                plan=node.stored(),
                input=given.get(node.node_id, prepared.inputs.get(node.node_id)),
                is_begun=node.node_id in given,
            )
            for node in plan.nodes
        ],
    )
    tx.ledger.reserve(account_id, run_id=run_id, prices=prepared.prices)
    if order.is_own_workflow and prepared.values:
        _write_back(tx, order, prepared.values)
    if not plan.nodes:
        tx.runs.begin(run_id)
    run = tx.runs.by_id(run_id) if order.asked.get("webhook") or not plan.nodes else None
    if run is not None:
        announce_run(tx, run)
    if run is not None and not plan.nodes:
        end_run_if_over(tx, run, ())


def _write_back(tx: Statements, order: Order, values: Values) -> None:
    """Leave the values in the workflow's Request node, where the editor shows them."""
    if not any(values.values()):
        return
    kept = tx.workflows.by_id(order.account.id, order.workflow_id)
    if kept is not None:
        tx.workflows.replace(order.account.id, with_values(kept, values))
