"""No answer walks through a history: how SQLite looks up what an account asks for."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.runs import NewRun, RunFilter
from magica_mcp.local.store.store import Statements, Store
from magica_mcp.local.store.tables import RunKind, tables
from magica_mcp.recognition.kinds import MediaType
from tests.local.postgres import on_sqlite_alone

pytestmark = on_sqlite_alone

Question = Callable[[Statements, str], object]
WORKFLOWS = RunFilter(RunKind.WORKFLOW)

SLOW = ("USE TEMP B-TREE", *(f"SCAN {table}" for table in tables.tables))
"""Steps that walk through a table, or sort what was found."""

QUESTIONS: dict[str, Question] = {
    "a run": lambda tx, _account: tx.runs.by_id("run"),
    "its nodes": lambda tx, _account: tx.node_runs.of_runs(["run"]),
    "runs by their ids": lambda tx, account: tx.runs.by_ids(account, ["run", "other"]),
    "which runs are not over": lambda tx, _account: tx.runs.unfinished(),
    "how many are not over": lambda tx, _account: tx.runs.count_unfinished(),
    "a page": lambda tx, account: tx.runs.page(account, WORKFLOWS, page=1, page_size=20),
    "the page after a run": lambda tx, account: tx.runs.page(
        account, WORKFLOWS, page=2, page_size=20, after="run"
    ),
    "a page of a workflow": lambda tx, account: tx.runs.page(
        account, RunFilter(RunKind.WORKFLOW, "wf"), page=1, page_size=20
    ),
    "a page of a status": lambda tx, account: tx.runs.page(
        account, RunFilter(RunKind.WORKFLOW, status=RunStatus.FAILED), page=1, page_size=20
    ),
    "the balance": lambda tx, account: tx.ledger.available(account),
    "what a run has reserved": lambda tx, _account: tx.ledger.reserved("run"),
    "the media library": lambda tx, account: tx.files.page(
        account, media_type=None, after=None, limit=20
    ),
    "its pictures": lambda tx, account: tx.files.page(
        account, media_type=MediaType.IMAGE, after=None, limit=20
    ),
    "the webhook log": lambda tx, account: tx.messages.page(
        account, run_id=None, page=1, page_size=20
    ),
    "the webhooks of a run": lambda tx, account: tx.messages.page(
        account, run_id="run", page=1, page_size=20
    ),
    "when the next webhook is due": lambda tx, _account: tx.messages.next_due(),
}


@pytest.fixture
def asked(store: Store, owner: Account) -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """The statements that are said to the database, with their parameters."""
    with store.writing() as tx:
        tx.runs.add(
            NewRun(
                id="run",
                account_id=owner.id,
                kind=RunKind.WORKFLOW,
                workflow_id="wf",
                name="Test",
                source="api",
                asked={},
                result_feed=None,
            )
        )
    said: list[tuple[str, tuple[object, ...]]] = []

    def note(
        _connection: object,
        _cursor: object,
        statement: str,
        parameters: tuple[object, ...],
        *_: object,
    ) -> None:
        said.append((statement, parameters))

    sa.event.listen(store.engine, "before_cursor_execute", note)
    yield said
    sa.event.remove(store.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_what_is_asked_is_found_by_an_index_and_in_order(
    store: Store, owner: Account, asked: list[tuple[str, tuple[object, ...]]], question: Question
) -> None:
    with store.reading() as tx:
        question(tx, owner.id)

    steps = [step for statement in tuple(asked) for step in plan(store, *statement)]
    assert [step for step in steps if step.startswith(SLOW)] == []
    assert any(step.startswith("SEARCH") for step in steps)


def plan(store: Store, statement: str, parameters: tuple[object, ...]) -> list[str]:
    """The steps that SQLite takes, such as "SEARCH runs USING INDEX …"."""
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row.detail for row in rows]
