"""How many runs and messages there are, kept by the database, in a new store and in an old one."""

import pytest
import sqlalchemy as sa

from magica_mcp.errors import NotFoundError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.messages import NewMessage
from magica_mcp.local.store.runs import NewRun, RunFilter
from magica_mcp.local.store.store import Store
from magica_mcp.local.store.tables import EventType, RunKind, message_counts, run_tallies
from magica_mcp.local.store.tallies import add_tallies
from tests.local.postgres import on_sqlite_alone

RUNS = {"a": "wf_1", "b": "wf_1", "c": "wf_1", "d": "wf_2"}
TABLES = (run_tallies, message_counts)
BEFORE = (
    "DROP TRIGGER runs_are_tallied",
    "DROP TRIGGER runs_are_tallied_anew",
    "DROP TRIGGER messages_are_counted",
    "DROP TABLE run_tallies",
    "DROP TABLE message_counts",
    "DROP INDEX runs_of_workflow",
    "DROP INDEX runs_of_status",
    "DROP INDEX files_in_order",
)


def new_run(run_id: str, account: Account, *, workflow_id: str) -> NewRun:
    return NewRun(
        id=run_id,
        account_id=account.id,
        kind=RunKind.WORKFLOW,
        workflow_id=workflow_id,
        name="Test",
        source="api",
        asked={},
        result_feed=None,
    )


@pytest.fixture
def runs(store: Store, owner: Account) -> None:
    """`a` completed, `b` failed, `c` runs, `d` of another workflow is queued."""
    with store.writing() as tx:
        for run_id, workflow_id in RUNS.items():
            tx.runs.add(new_run(run_id, owner, workflow_id=workflow_id))
        for run_id in "abc":
            tx.runs.begin(run_id)
        tx.runs.end("a", RunStatus.COMPLETED)
        tx.runs.end("b", RunStatus.FAILED)


@pytest.mark.parametrize(
    ("workflow_id", "status", "expected"),
    [
        (None, RunStatus.COMPLETED, 1),
        (None, RunStatus.QUEUED, 1),
        (None, RunStatus.CANCELED, 0),
        ("wf_1", None, 3),
        ("wf_1", RunStatus.RUNNING, 1),
        ("wf_2", RunStatus.RUNNING, 0),
        ("wf_3", None, 0),
    ],
)
@pytest.mark.usefixtures("runs")
def test_a_filtered_list_knows_how_long_it_is(
    store: Store, owner: Account, workflow_id: str | None, status: RunStatus | None, expected: int
) -> None:
    wanted = RunFilter(RunKind.WORKFLOW, workflow_id, status)

    with store.reading() as tx:
        _, total = tx.runs.page(owner.id, wanted, page=1, page_size=1)

    assert total == expected


@pytest.mark.usefixtures("runs")
def test_the_next_page_begins_after_the_last_run_of_the_one_before(
    store: Store, owner: Account
) -> None:
    wanted = RunFilter(RunKind.WORKFLOW)
    with store.reading() as tx:
        first, _ = tx.runs.page(owner.id, wanted, page=1, page_size=2)
        by_number, _ = tx.runs.page(owner.id, wanted, page=2, page_size=2)
        second, _ = tx.runs.page(owner.id, wanted, page=2, page_size=2, after=first[-1].id)

    assert {run.id for run in first} | {run.id for run in second} == set(RUNS)
    assert second == by_number


@pytest.mark.usefixtures("runs")
def test_a_page_stays_where_it_is_while_runs_are_added(store: Store, owner: Account) -> None:
    wanted = RunFilter(RunKind.WORKFLOW)
    with store.writing() as tx:
        first, _ = tx.runs.page(owner.id, wanted, page=1, page_size=2)
        tx.runs.add(new_run("z", owner, workflow_id="wf_1"))
        second, _ = tx.runs.page(owner.id, wanted, page=2, page_size=2, after=first[-1].id)

    assert {run.id for run in first} | {run.id for run in second} == set(RUNS)


def test_no_page_begins_after_a_run_that_is_not_there(store: Store, owner: Account) -> None:
    with store.reading() as tx, pytest.raises(NotFoundError):
        tx.runs.page(owner.id, RunFilter(), page=2, page_size=2, after="nowhere")


@pytest.mark.usefixtures("runs")
def test_a_log_knows_how_many_messages_there_are(store: Store, owner: Account) -> None:
    with store.writing() as tx:
        for run_id in "ab":
            tx.messages.queue(message(owner, run_id=run_id))
        _, total = tx.messages.page(owner.id, run_id=None, page=1, page_size=1)
        _, of_a_run = tx.messages.page(owner.id, run_id="a", page=1, page_size=1)

    assert (total, of_a_run) == (2, 1)


@on_sqlite_alone
@pytest.mark.usefixtures("runs")
def test_what_an_older_store_holds_is_tallied(store: Store, owner: Account) -> None:
    with store.writing() as tx:
        tx.messages.queue(message(owner, run_id="a"))
    before = totals(store)
    with store.engine.begin() as connection:
        for statement in BEFORE:
            connection.exec_driver_sql(statement)

        add_tallies(connection)

    assert totals(store) == before != set()


def totals(store: Store) -> set[tuple[object, ...]]:
    with store.engine.connect() as connection:
        rows = [row for table in TABLES for row in connection.execute(sa.select(table))]
    return {tuple(row) for row in rows if row.total}


def message(account: Account, *, run_id: str) -> NewMessage:
    return NewMessage(
        account_id=account.id,
        run_id=run_id,
        event=EventType.RUN_COMPLETED,
        url="https://example.com/",
        host="example.com",
        headers={},
        body="{}",
    )
