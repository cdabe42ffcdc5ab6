"""The ledger: a sum that nobody can rewrite."""

import pytest
import sqlalchemy as sa

from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.node_runs import NewNodeRun
from magica_mcp.local.store.runs import NewRun
from magica_mcp.local.store.store import Statements, Store
from magica_mcp.local.store.tables import RunKind, ledger


def add_run(tx: Statements, owner: Account, *node_ids: str) -> None:
    run = NewRun("run", owner.id, RunKind.WORKFLOW, "wf", "Test", "api", asked={}, result_feed=None)
    tx.runs.add(run)
    tx.node_runs.add("run", [NewNodeRun(node_id, plan={}) for node_id in node_ids])


def test_what_may_be_spent_is_what_was_granted_less_what_is_reserved_or_charged(
    store: Store, owner: Account
) -> None:
    with store.writing() as tx:
        tx.ledger.grant(owner.id, microcredits=1000)
        add_run(tx, owner, "a", "b")
        tx.ledger.reserve(owner.id, run_id="run", prices={"a": 300, "b": 200})
        tx.ledger.settle(owner.id, run_id="run", released={"a": 300}, charged={"a": 250})

        assert tx.ledger.available(owner.id) == 1000 - 250 - 200


def test_what_is_reserved_for_a_node_is_nothing_once_it_was_given_back(
    store: Store, owner: Account
) -> None:
    with store.writing() as tx:
        tx.ledger.grant(owner.id, microcredits=300)
        add_run(tx, owner, "a")
        tx.ledger.reserve(owner.id, run_id="run", prices={"a": 300})
        before = tx.ledger.reserved("run")
        tx.ledger.settle(owner.id, run_id="run", released={"a": 300})

        assert (before, tx.ledger.reserved("run")) == ({"a": 300}, {})


def test_a_node_cannot_be_charged_twice(store: Store, owner: Account) -> None:
    with store.writing() as tx:
        tx.ledger.grant(owner.id, microcredits=2)
        add_run(tx, owner, "a")
        tx.ledger.settle(owner.id, run_id="run", released={}, charged={"a": 1})

    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)unique"), store.writing() as tx:
        tx.ledger.settle(owner.id, run_id="run", released={}, charged={"a": 1})


def test_nothing_can_be_overdrawn(store: Store, owner: Account) -> None:
    with store.writing() as tx:
        add_run(tx, owner, "a")

    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)check"), store.writing() as tx:
        tx.ledger.settle(owner.id, run_id="run", released={}, charged={"a": 1})


def test_a_charge_cannot_give(store: Store, owner: Account) -> None:
    with store.writing() as tx:
        add_run(tx, owner, "a")

    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)check"), store.writing() as tx:
        tx.ledger.settle(owner.id, run_id="run", released={}, charged={"a": -1})


@pytest.mark.parametrize("change", [sa.update(ledger).values(microcredits=0), sa.delete(ledger)])
def test_no_entry_can_be_changed_or_removed(
    store: Store, owner: Account, change: sa.Executable
) -> None:
    with store.writing() as tx:
        tx.ledger.grant(owner.id, microcredits=1)

    with (
        pytest.raises(sa.exc.DBAPIError, match="only ever appended to"),
        store.engine.begin() as connection,
    ):
        connection.execute(change)
