"""Runs that are handed out to whichever process has room, and what follows when one is no more."""

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from tests.local.engine.workshop import Workshop, workflow

ALIVE = ("us",)


def hand_out_again(workshop: Workshop, run_id: str) -> None:
    """As when the process that had it is no more, and another takes it."""
    workshop.engine.take_over([run_id], alive=ALIVE)
    workshop.starter.take(run_id, process_id="us")
    workshop.engine.go_on(run_id)


def test_what_comes_while_a_process_is_busy_waits_for_whoever_takes_it(sharing: Workshop) -> None:
    run_id = sharing.start(workflow("ask → a", "a → end"))

    assert (sharing.starter.queue, sharing.waiting()) == ([run_id], [])


def test_who_has_nothing_to_do_begins_at_once(sharing: Workshop) -> None:
    sharing.starter.has_nothing_to_do = True

    sharing.start(workflow("ask → a", "a → end"))

    assert (sharing.starter.queue, sharing.waiting()) == ([], ["a"])


def test_who_takes_a_run_starts_what_waits_for_nothing(sharing: Workshop) -> None:
    run_id = sharing.start(workflow("ask → a", "ask → b", "a → c", "b → end"))

    sharing.engine.go_on(run_id)

    assert sorted(sharing.waiting()) == ["a", "b"]


def test_a_run_that_was_canceled_in_the_queue_is_not_begun(sharing: Workshop) -> None:
    run_id = sharing.start(workflow("ask → a", "a → end"))
    sharing.engine.cancel(run_id)

    sharing.engine.go_on(run_id)

    assert sharing.waiting() == []


def test_a_run_that_nobody_has_taken_yet_stays_in_the_queue(sharing: Workshop) -> None:
    """Who started it is no more; whoever is free will take it all the same."""
    run_id = sharing.start(workflow("ask → a", "a → end"))

    sharing.engine.take_over([run_id], alive=ALIVE)

    assert sharing.starter.queue == [run_id]


def test_a_run_that_somebody_has_just_taken_is_left_to_him(sharing: Workshop) -> None:
    run_id = sharing.start(workflow("ask → a", "a → end"))
    sharing.starter.take(run_id, process_id="us")

    sharing.engine.take_over([run_id], alive=ALIVE)

    assert sharing.starter.queue == []


def test_a_run_that_fell_with_who_had_just_taken_it_is_handed_out_again(sharing: Workshop) -> None:
    """He did not get to saying that he sees to it, and who does is alive."""
    run_id = sharing.start(workflow("ask → a", "a → end"))
    sharing.starter.take(run_id, process_id="them")

    sharing.engine.take_over([], alive=ALIVE)

    assert sharing.starter.queue == [run_id]


def test_what_was_freed_and_not_begun_is_started(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → b", "a → c", "b → end"))
    workshop.work_on("a")

    hand_out_again(workshop, run_id)

    assert sorted(set(workshop.waiting())) == ["b", "c"]


def test_a_node_that_was_at_work_is_begun_again_and_counted_once(workshop: Workshop) -> None:
    """The other process lives after all, and ends its node after we did."""

    def taken_over(job: NodeJob) -> NodeResult:
        del workshop.nodes.behaviors["a"]
        hand_out_again(workshop, run_id)
        workshop.work_on("a")
        return NodeResult({"output": "too late"})

    workshop.nodes.behaviors["a"] = taken_over
    run_id = workshop.start(workflow("ask → a", "a → end"))
    before = workshop.available()

    workshop.work_on_all()

    run = workshop.run(run_id)
    assert (run.status, run.response) == (RunStatus.COMPLETED, {"result": "a(hi)"})
    assert workshop.available() == before


def test_a_run_that_is_over_has_nothing_to_take_over(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → end"))
    workshop.work_on_all()

    workshop.engine.take_over([run_id], alive=ALIVE)

    assert (workshop.starter.queue, workshop.waiting()) == ([], [])
