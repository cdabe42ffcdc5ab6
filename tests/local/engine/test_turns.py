"""Many transactions of one account at once: none waits for one that waits for it."""

from concurrent.futures import ThreadPoolExecutor

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.models.runs import StartRun
from tests.local.engine.workshop import Workshop, workflow

THREADS, RUNS = 8, 24


def test_runs_start_end_and_are_canceled_at_once(workshop: Workshop) -> None:
    built = workflow("ask → a", "a → b", "b → end")
    ask = StartRun(workflow_id=built.id, webhook={"url": "http://127.0.0.1:9/told"})

    def live(number: int) -> RunStatus:
        run_id = workshop.start(built, ask)
        workshop.engine.run_node(run_id, "a")
        if number % 4 == 0:
            workshop.engine.cancel(run_id)
        workshop.engine.run_node(run_id, "b")
        return workshop.run(run_id).status

    with ThreadPoolExecutor(THREADS) as threads:
        ends = list(threads.map(live, range(RUNS)))

    assert ends == [
        RunStatus.CANCELED if number % 4 == 0 else RunStatus.COMPLETED for number in range(RUNS)
    ]
