"""Stored runs: found by owner and kind, filtered, and never brought back from their end."""

from dataclasses import replace

import pytest

from magica_mcp.errors import NotFoundError
from magica_mcp.graph.lifecycle import NodeStatus, RunStatus
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.node_runs import NewNodeRun, NodeEnding
from magica_mcp.local.store.runs import NewRun, RunFilter
from magica_mcp.local.store.store import Store
from magica_mcp.local.store.tables import RunKind

FIRST = NewRun(
    id="run_1",
    account_id="c" * 25,
    kind=RunKind.WORKFLOW,
    workflow_id="wf",
    name="Poster",
    source="api",
    asked={},
    result_feed=None,
)


@pytest.fixture(autouse=True)
def _some_runs(store: Store, owner: Account) -> None:
    with store.writing() as tx:
        tx.runs.add(FIRST)
        tx.node_runs.add("run_1", [NewNodeRun("b", plan={}), NewNodeRun("a", plan={})])
        tx.runs.add(replace(FIRST, id="run_2", workflow_id="other", name="Film"))
        tx.runs.add(replace(FIRST, id="run_3", kind=RunKind.MODEL, name="Crop"))
        tx.runs.end("run_2", RunStatus.CANCELED)


FILTERS = [
    (RunFilter(), ["run_3", "run_2", "run_1"]),
    (RunFilter(kind=RunKind.WORKFLOW), ["run_2", "run_1"]),
    (RunFilter(workflow_id="other"), ["run_2"]),
    (RunFilter(status=RunStatus.QUEUED), ["run_3", "run_1"]),
    (RunFilter(search="post"), ["run_1"]),
    (RunFilter(search="RUN_3"), ["run_3"]),
    (RunFilter(kind=RunKind.MODEL, status=RunStatus.CANCELED), []),
]


@pytest.mark.parametrize(("wanted", "found"), FILTERS)
def test_a_filter_narrows_the_list(
    store: Store, owner: Account, wanted: RunFilter, found: list[str]
) -> None:
    with store.reading() as tx:
        runs, total = tx.runs.page(owner.id, wanted, page=1, page_size=10)

    assert ([run.id for run in runs], total) == (found, len(found))


def test_a_run_of_somebody_else_is_not_found(store: Store) -> None:
    with store.reading() as tx, pytest.raises(NotFoundError, match="There is no run"):
        tx.runs.owned("somebody else", "run_1")


def test_a_run_of_the_other_kind_is_not_found_and_says_which_it_is(
    store: Store, owner: Account
) -> None:
    with store.reading() as tx, pytest.raises(NotFoundError, match="is a model run"):
        tx.runs.owned(owner.id, "run_3", kind=RunKind.WORKFLOW)


def test_a_run_that_is_over_stays_as_it_is(store: Store) -> None:
    with store.writing() as tx:
        tx.runs.end("run_2", RunStatus.COMPLETED)

        assert tx.runs.status("run_2") is RunStatus.CANCELED


def test_runs_that_are_not_over_are_counted(store: Store) -> None:
    with store.reading() as tx:
        assert tx.runs.count_unfinished() == len(tx.runs.unfinished()) == 2


def test_nodes_come_in_the_order_in_which_they_were_added(store: Store) -> None:
    with store.reading() as tx:
        nodes = tx.node_runs.of_runs(["run_1"])

    assert [node.node_id for node in nodes] == ["b", "a"]


def test_a_node_that_is_over_cannot_begin_again(store: Store) -> None:
    with store.writing() as tx:
        tx.node_runs.begin("run_1", "a", given={})
        tx.node_runs.end("run_1", "a", NodeEnding({}, output={"result": 1}), credit_used=1)
        tx.node_runs.begin("run_1", "a", given={"changed": True})
        node = tx.node_runs.by_id("run_1", "a")

    assert node is not None
    assert (node.status, node.input, node.starts) == (NodeStatus.COMPLETED, {}, 1)


def test_a_node_keeps_the_time_when_it_first_began(store: Store) -> None:
    with store.writing() as tx:
        tx.node_runs.begin("run_1", "a", given={})
        first = tx.node_runs.by_id("run_1", "a")
        tx.node_runs.begin("run_1", "a", given={})
        second = tx.node_runs.by_id("run_1", "a")

    assert first is not None
    assert second is not None
    assert second.started_at == first.started_at
