"""Sums that the database keeps by itself, in a new store and in one that was without them."""

import pytest
import sqlalchemy as sa

from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.enforced import add_sums
from magica_mcp.local.store.runs import NewRun, RunFilter
from magica_mcp.local.store.store import Store
from magica_mcp.local.store.tables import RunKind, balances, run_counts
from tests.local.postgres import on_sqlite_alone

BEFORE = (
    "DROP TRIGGER ledger_moves_balance",
    "DROP TRIGGER runs_are_counted",
    "DROP TABLE balances",
    "DROP TABLE run_counts",
)


def add_runs(store: Store, owner: Account, *ids: str, kind: RunKind = RunKind.WORKFLOW) -> None:
    with store.writing() as tx:
        for run_id in ids:
            tx.runs.add(
                NewRun(
                    id=run_id,
                    account_id=owner.id,
                    kind=kind,
                    workflow_id="wf",
                    name="Test",
                    source="api",
                    asked={},
                    result_feed=None,
                )
            )


@pytest.mark.parametrize("kind", RunKind)
def test_a_list_of_one_kind_knows_how_many_there_are(
    store: Store, owner: Account, kind: RunKind
) -> None:
    add_runs(store, owner, "a", "b", kind=kind)
    add_runs(store, owner, *({"c"} if kind is RunKind.MODEL else set()))

    with store.reading() as tx:
        _, total = tx.runs.page(owner.id, RunFilter(kind), page=1, page_size=1)

    assert total == 2


def test_a_filtered_list_counts_what_it_filters(store: Store, owner: Account) -> None:
    add_runs(store, owner, "run_a", "run_b")

    with store.reading() as tx:
        wanted = RunFilter(RunKind.WORKFLOW, search="run_a")
        _, total = tx.runs.page(owner.id, wanted, page=1, page_size=10)

    assert total == 1


@on_sqlite_alone
def test_a_store_without_sums_is_given_them(store: Store, owner: Account) -> None:
    with store.engine.begin() as connection:
        for statement in BEFORE:
            connection.exec_driver_sql(statement)
    with store.writing() as tx:
        tx.ledger.grant(owner.id, microcredits=30)
        tx.ledger.grant(owner.id, microcredits=12)
    add_runs(store, owner, "a", "b")

    with store.engine.begin() as connection:
        add_sums(connection)

    with store.engine.connect() as connection:
        found = (
            connection.execute(sa.select(balances.c.microcredits)).scalar(),
            connection.execute(sa.select(run_counts.c.total)).scalar(),
        )
    assert found == (42, 2)


@on_sqlite_alone
def test_migrated_sums_move_on(store: Store, owner: Account) -> None:
    with store.engine.begin() as connection:
        for statement in BEFORE:
            connection.exec_driver_sql(statement)
        add_sums(connection)

    with store.writing() as tx:
        tx.ledger.grant(owner.id, microcredits=7)

        assert tx.ledger.available(owner.id) == 7
