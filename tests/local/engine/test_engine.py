"""How a run executes: order, failure, cancellation, credits, and the same again after a crash."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import JsonValue

from magica_mcp.errors import NodeFailedError, OutOfCreditsError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.engine.work import MOST_STARTS, ProcessEndingError
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from magica_mcp.models.runs import StartRun
from tests.local.engine.workshop import CREDIT, REQUEST, Behavior, Workshop, workflow

PRICE = 100
"""Microcredits that an LLM node costs by its estimate."""


def failing(job: NodeJob) -> NodeResult:
    raise NodeFailedError("technical text", user_message="showable text")


def giving(output: JsonValue, *, microcredits: int | None = None) -> Behavior:
    def give(job: NodeJob) -> NodeResult:
        return NodeResult({"output": output}, microcredits=microcredits)

    return give


def test_an_output_travels_along_the_edges_to_the_response(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → b", "b → end"))

    workshop.work_on_all()

    assert workshop.run(run_id).response == {"result": "b(a(hi))"}


def test_a_node_waits_for_all_that_feeds_it(workshop: Workshop) -> None:
    workshop.start(workflow("ask → a", "a → b", "b → end"))

    assert workshop.waiting() == ["a"]


def test_a_run_is_queued_until_its_first_node_runs(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → end"))

    assert workshop.run(run_id).status is RunStatus.QUEUED


def test_while_a_run_goes_on_there_is_no_response(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → b", "a → end"))

    workshop.work_on("a")

    run = workshop.run(run_id)
    assert (run.status, run.response) == (RunStatus.RUNNING, None)


def test_a_workflow_without_nodes_is_over_at_once(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → end"))

    run = workshop.run(run_id)
    assert (run.status, run.response) == (RunStatus.COMPLETED, {"result": "hi"})


def test_a_starved_node_is_skipped_while_its_sibling_still_runs(workshop: Workshop) -> None:
    workshop.nodes.behaviors["b"] = failing
    run_id = workshop.start(workflow("ask → a", "a → b", "b → c", "c → d", "a → e", "e → end"))

    workshop.work_on_all()

    assert workshop.statuses(run_id) == {
        "a": "COMPLETED", "b": "FAILED", "c": "SKIPPED", "d": "SKIPPED", "e": "COMPLETED",
    }  # fmt: skip


def test_one_failed_node_fails_the_run_and_is_named(workshop: Workshop) -> None:
    workshop.nodes.behaviors["b"] = failing
    run_id = workshop.start(workflow("ask → a", "a → b", "a → end"))

    workshop.work_on_all()

    run = workshop.run(run_id)
    assert (run.status, run.error) == (
        RunStatus.FAILED,
        "1 of 2 nodes failed. 'b': showable text",
    )


def test_a_bug_in_a_node_fails_that_node_alone(workshop: Workshop) -> None:
    def broken(job: NodeJob) -> NodeResult:
        raise ZeroDivisionError("a bug")

    workshop.nodes.behaviors["a"] = broken
    run_id = workshop.start(workflow("ask → a", "a → end"))

    workshop.work_on_all()

    assert workshop.run(run_id).nodes[0].error == "ZeroDivisionError: a bug"


def test_an_input_that_turns_out_not_to_fit_fails_its_node(workshop: Workshop) -> None:
    workshop.nodes.behaviors["a"] = giving(["two", "texts"])
    run_id = workshop.start(workflow("ask → a", "a → b", "b → end"))

    workshop.work_on_all()

    assert workshop.run(run_id).nodes[1].error == (
        "'prompt' takes one value, but 2 were given. Leave some out."
    )


# Credits --------------------------------------------------------------------------------------


def test_starting_reserves_the_price_of_every_node(workshop: Workshop) -> None:
    workshop.start(workflow("ask → a", "a → b", "b → end"))

    assert workshop.available() == CREDIT - 2 * PRICE


def test_a_finished_node_is_charged_what_it_really_cost(workshop: Workshop) -> None:
    workshop.nodes.behaviors["a"] = giving("x", microcredits=70)
    run_id = workshop.start(workflow("ask → a", "a → end"))

    workshop.work_on_all()

    assert (workshop.available(), workshop.run(run_id).credit_used) == (CREDIT - 70, 70)


def test_an_output_says_what_it_cost(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → end"))

    workshop.work_on_all()

    assert workshop.run(run_id).nodes[0].output == {"output": "a(hi)", "creditUsed": PRICE}


def test_a_failed_node_and_all_it_starved_cost_nothing(workshop: Workshop) -> None:
    workshop.nodes.behaviors["b"] = failing
    workshop.start(workflow("ask → a", "a → b", "b → c", "c → end"))

    workshop.work_on_all()

    assert workshop.available() == CREDIT - PRICE


def test_no_price_takes_more_than_the_account_has(workshop: Workshop) -> None:
    workshop.nodes.behaviors["a"] = giving("x", microcredits=2 * CREDIT)
    workshop.start(workflow("ask → a", "a → end"))

    workshop.work_on_all()

    assert workshop.available() == 0


def test_a_run_that_costs_too_much_is_not_started(workshop: Workshop) -> None:
    _spend(workshop, leaving=150)

    with pytest.raises(OutOfCreditsError) as refused:
        workshop.start(workflow("ask → a", "a → b", "b → end"))

    assert str(refused.value).startswith(
        "This needs 0.0002 credits, but only 0.00015 credits are left. Nothing was started."
    )


def test_starts_at_the_same_time_cannot_spend_the_same_credits(workshop: Workshop) -> None:
    _spend(workshop, leaving=3 * PRICE)

    def start(_number: int) -> bool:
        try:
            workshop.start(workflow("ask → a", "a → end"))
        except OutOfCreditsError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        started = list(threads.map(start, range(8)))

    assert (started.count(True), workshop.available()) == (3, 0)


def _spend(workshop: Workshop, *, leaving: int) -> None:
    workshop.nodes.behaviors["a"] = giving("x", microcredits=CREDIT - leaving)
    workshop.start(workflow("ask → a", "a → end"))
    workshop.work_on_all()


# Cancellation ---------------------------------------------------------------------------------


def test_canceling_gives_back_what_was_not_used(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → b", "b → end"))
    workshop.work_on("a")

    workshop.engine.cancel(run_id)

    assert workshop.available() == CREDIT - PRICE


def test_a_canceled_run_says_so_of_itself_and_its_unfinished_nodes(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → b", "b → end"))
    workshop.work_on("a")

    workshop.engine.cancel(run_id)

    assert workshop.run(run_id).status is RunStatus.CANCELED
    assert workshop.statuses(run_id) == {"a": "COMPLETED", "b": "CANCELED"}


def test_canceling_a_run_that_is_over_changes_nothing(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → end"))
    workshop.work_on_all()
    before = workshop.run(run_id)

    workshop.engine.cancel(run_id)

    assert workshop.run(run_id) == before


def test_a_canceled_node_that_waited_is_not_executed(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → end"))
    workshop.engine.cancel(run_id)

    workshop.work_on_all()

    assert workshop.nodes.executed == []


def test_a_running_node_is_told_to_stop_when_its_run_is_canceled(workshop: Workshop) -> None:
    told: list[bool] = []

    def canceled_meanwhile(job: NodeJob) -> NodeResult:
        workshop.engine.cancel(job.run_id)
        told.append(job.should_stop())
        return NodeResult({"output": "too late"})

    workshop.nodes.behaviors["a"] = canceled_meanwhile
    workshop.start(workflow("ask → a", "a → end"))

    workshop.work_on_all()

    assert told == [True]


def test_what_a_canceled_node_still_made_is_neither_kept_nor_charged(workshop: Workshop) -> None:
    def canceled_meanwhile(job: NodeJob) -> NodeResult:
        workshop.engine.cancel(job.run_id)
        return NodeResult({"output": "too late"})

    workshop.nodes.behaviors["a"] = canceled_meanwhile
    run_id = workshop.start(workflow("ask → a", "a → end"))

    workshop.work_on_all()

    assert (workshop.run(run_id).nodes[0].output, workshop.available()) == (None, CREDIT)


# Once more ------------------------------------------------------------------------------------


def test_a_finished_node_is_not_executed_again(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → b", "b → end"))
    workshop.work_on("a")

    workshop.engine.run_node(run_id, "a")

    assert workshop.nodes.executed == ["a"]


def test_a_finished_node_is_not_charged_again(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → end"))
    workshop.work_on_all()

    workshop.engine.run_node(run_id, "a")

    assert workshop.available() == CREDIT - PRICE


def test_repeating_a_finished_node_lets_go_what_it_freed(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → b", "b → end"))
    workshop.work_on("a")
    workshop.starter.forget_all()

    workshop.engine.run_node(run_id, "a")

    assert workshop.waiting() == ["b"]


def test_a_node_that_the_end_of_the_process_cut_short_is_begun_again(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → end"))
    _end_process_during(workshop, run_id, "a")

    workshop.engine.pick_up_lost()
    workshop.work_on_all()

    assert workshop.run(run_id).status is RunStatus.COMPLETED


def test_starts_count_how_often_a_node_was_begun(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → end"))
    _end_process_during(workshop, run_id, "a")
    workshop.engine.run_node(run_id, "a")

    with workshop.store.reading() as tx:
        node = tx.node_runs.by_id(run_id, "a")

    assert node is not None
    assert node.starts == 2


def test_a_start_that_was_lost_is_made_up_for(workshop: Workshop) -> None:
    workshop.start(workflow("ask → a", "a → end"))
    workshop.starter.forget_all()

    workshop.engine.pick_up_lost()

    assert workshop.waiting() == ["a"]


def test_a_node_that_ends_the_process_every_time_fails_in_the_end(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → end"))
    for _ in range(MOST_STARTS):
        _end_process_during(workshop, run_id, "a")

    workshop.engine.run_node(run_id, "a")

    assert workshop.run(run_id).status is RunStatus.FAILED


def _end_process_during(workshop: Workshop, run_id: str, node_id: str) -> None:
    """The process is about to end, the node notices and stops."""

    def interrupted(job: NodeJob) -> NodeResult:
        workshop.is_ending.set()
        assert job.should_stop()
        raise NodeFailedError("stopped")

    workshop.nodes.behaviors[node_id] = interrupted
    with pytest.raises(ProcessEndingError):
        workshop.engine.run_node(run_id, node_id)
    workshop.nodes.behaviors.clear()
    workshop.is_ending.clear()
    workshop.starter.forget_all()


def test_no_node_is_begun_while_the_process_ends(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → end"))
    workshop.is_ending.set()

    with pytest.raises(ProcessEndingError):
        workshop.engine.run_node(run_id, "a")

    assert workshop.nodes.executed == []


# Waiting --------------------------------------------------------------------------------------


def test_waiting_ends_with_the_run(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → end"))

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(workshop.engine.wait, workshop.account, run_id, seconds=60)
        workshop.work_on_all()

    assert waiting.result()


def test_waiting_ends_with_the_time(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → end"))

    assert not workshop.engine.wait(workshop.account, run_id, seconds=0)


# Values ---------------------------------------------------------------------------------------


def test_values_replace_the_defaults_of_the_request_node(workshop: Workshop) -> None:
    ask = StartRun(workflow_id="wf", values={REQUEST: {"prompt": "yes"}})
    run_id = workshop.start(workflow("ask → a", "a → end"), ask)

    workshop.work_on_all()

    assert workshop.run(run_id).response == {"result": "a(yes)"}


def test_an_override_wins_over_the_edge_into_its_input(workshop: Workshop) -> None:
    ask = StartRun(workflow_id="wf", graph_input_overrides={"b": {"prompt": "mine"}})
    run_id = workshop.start(workflow("ask → a", "a → b", "b → end"), ask)

    workshop.work_on_all()

    assert workshop.run(run_id).response == {"result": "b(mine)"}
