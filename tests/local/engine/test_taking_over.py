"""Going on with a run of a process that is no more."""

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from tests.local.engine.workshop import Workshop, workflow


def test_what_was_freed_and_not_begun_is_started(workshop: Workshop) -> None:
    run_id = workshop.start(workflow("ask → a", "a → b", "a → c", "b → end"))
    workshop.work_on("a")

    workshop.engine.take_over(run_id)

    assert sorted(set(workshop.waiting())) == ["b", "c"]


def test_a_node_that_was_at_work_is_begun_again_and_counted_once(workshop: Workshop) -> None:
    """The other process lives after all, and ends its node after we did."""

    def taken_over(job: NodeJob) -> NodeResult:
        del workshop.nodes.behaviors["a"]
        workshop.engine.take_over(run_id)
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

    workshop.engine.take_over(run_id)

    assert workshop.waiting() == []
