"""Nodes whose work begins in the very transaction that starts their run or that frees them."""

from pathlib import Path

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from tests.local.engine.workshop import CREDIT, Workshop, workflow

PRICE = 100
"""Microcredits that an LLM node costs by its estimate."""

FORKED = ("ask → a", "a → b", "a → c", "b → d", "d → end")


def starts(workshop: Workshop, run_id: str) -> dict[str, int]:
    with workshop.store.reading() as tx:
        return {node.node_id: node.starts for node in tx.node_runs.of_runs([run_id])}


def test_where_a_thread_is_free_a_run_is_running_as_soon_as_it_is_started(
    workshop: Workshop,
) -> None:
    workshop.starter.seats = 1

    run = workshop.run(workshop.start(workflow("ask → a", "a → end")))

    assert (run.status, run.nodes[0].status.value) == (RunStatus.RUNNING, "RUNNING")


def test_no_more_nodes_begin_than_there_are_threads_free(workshop: Workshop) -> None:
    workshop.starter.seats = 1

    run_id = workshop.start(workflow("ask → a", "ask → b", "a → end"))

    assert workshop.statuses(run_id) == {"a": "RUNNING", "b": "PENDING"}


def test_what_a_node_frees_begins_as_it_ends(workshop: Workshop) -> None:
    workshop.starter.seats = 1
    run_id = workshop.start(workflow(*FORKED))

    workshop.work_on("a")

    assert workshop.statuses(run_id) == {
        "a": "COMPLETED", "b": "RUNNING", "c": "PENDING", "d": "PENDING",
    }  # fmt: skip


def test_a_node_that_began_so_is_worked_on_once_and_with_its_inputs(workshop: Workshop) -> None:
    workshop.starter.seats = 2
    run_id = workshop.start(workflow(*FORKED))

    workshop.work_on_all()

    assert workshop.run(run_id).response == {"result": "d(b(a(hi)))"}
    assert sorted(workshop.nodes.executed) == ["a", "b", "c", "d"]
    assert starts(workshop, run_id) == {"a": 1, "b": 1, "c": 1, "d": 1}
    assert workshop.available() == CREDIT - 4 * PRICE


def test_a_node_that_was_begun_when_the_process_ended_is_begun_again(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.starter.seats = 1
    run_id = workshop.start(workflow(*FORKED))
    workshop.work_on("a")
    catalog, account = workshop.catalog, workshop.account
    after = Workshop(workshop.store, account, catalog=catalog, folder=tmp_path / "media")

    after.engine.pick_up_lost()
    after.work_on_all()

    assert workshop.run(run_id).status is RunStatus.COMPLETED
    assert starts(workshop, run_id) == {"a": 1, "b": 2, "c": 1, "d": 1}
    assert sorted(after.nodes.executed) == ["b", "c", "d"]
    assert workshop.available() == CREDIT - 4 * PRICE


def test_a_node_that_was_begun_and_is_canceled_is_never_worked_on(workshop: Workshop) -> None:
    workshop.starter.seats = 1
    run_id = workshop.start(workflow("ask → a", "a → end"))

    workshop.engine.cancel(run_id)
    workshop.work_on_all()

    assert (workshop.nodes.executed, workshop.available()) == ([], CREDIT)


def test_nothing_begins_any_more_once_the_process_is_about_to_end(workshop: Workshop) -> None:
    workshop.starter.seats = 1
    run_id = workshop.start(workflow("ask → a", "a → b", "b → end"))

    def last(job: NodeJob) -> NodeResult:
        workshop.is_ending.set()
        return NodeResult({"output": "done"})

    workshop.nodes.behaviors["a"] = last
    workshop.work_on("a")

    assert workshop.statuses(run_id) == {"a": "COMPLETED", "b": "PENDING"}
