"""Progress of a wait: seldom enough to be no burden, often enough to be alive; time is virtual."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import anyio
import pytest

from benchmarks.simulation.virtual_time import run_virtually
from magica_mcp.graph.lifecycle import NodeStatus, RunStatus
from magica_mcp.local.magica import LocalMagica, NewAccount
from magica_mcp.models.runs import ModelRun, NodeRun, Run, WorkflowRun
from magica_mcp.server.progress import ProgressReporter
from magica_mcp.server.ticker import Ticker
from tests.llm_stand_in import LlmStandIn
from tests.server.scene import scene


@dataclass
class Listener:
    """A client at the other end of a call, as far as progress goes."""

    hears: Callable[[], Awaitable[None]] = anyio.lowlevel.checkpoint
    told: list[tuple[float, float, str]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)

    async def report_progress(self, progress: float, total: float, message: str) -> None:
        await self.hears()
        self.told.append((progress, total, message))
        self.at.append(anyio.current_time())


def reporter(
    listener: Listener, ticker: Ticker, *, count: int = 1, to_go: Mapping[str, float] | None = None
) -> ProgressReporter:
    ctx: Any = listener
    return ProgressReporter(ctx, count=count, ticker=ticker, to_go=(to_go or {}).get)


def while_ticking(story: Callable[[Ticker], Awaitable[None]]) -> None:
    """Run a story in virtual time, beside a ticker."""

    async def main() -> None:
        ticker = Ticker()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ticker.run)
            await story(ticker)
            tasks.cancel_scope.cancel()

    run_virtually(main)


def workflow(*nodes: NodeStatus, status: RunStatus = RunStatus.RUNNING) -> Run:
    listed = [
        NodeRun(node_id=f"n{number}", type=f"model_{number}", status=each)
        for number, each in enumerate(nodes)
    ]
    return WorkflowRun(run_id="r1", status=status, nodes=tuple(listed))


RUNNING = ModelRun(run_id="r1", status=RunStatus.RUNNING, node_type="flux_2_pro")


def test_news_is_told_at_most_once_a_second() -> None:
    listener = Listener()

    async def story(ticker: Ticker) -> None:
        with reporter(listener, ticker) as progress:
            for _ in range(50):
                await progress.report(RUNNING, 0)
                await anyio.sleep(0.1)

    while_ticking(story)

    assert len(listener.at) == 5
    assert min(after - before for before, after in pairwise(listener.at)) >= 1


def test_without_news_something_is_told_every_ten_seconds() -> None:
    listener = Listener()

    async def story(ticker: Ticker) -> None:
        with reporter(listener, ticker):
            await anyio.sleep(300)

    while_ticking(story)

    moments = [0.0, *listener.at, 300.0]
    assert max(after - before for before, after in pairwise(moments)) <= 10


def test_progress_always_grows_also_while_the_last_node_is_over_and_the_run_is_not() -> None:
    listener = Listener()
    over, going = NodeStatus.COMPLETED, NodeStatus.RUNNING

    async def story(ticker: Ticker) -> None:
        with reporter(listener, ticker) as progress:
            for nodes in ((going, going), (over, going), (over, over)):
                await progress.report(workflow(*nodes), 0)
                await anyio.sleep(30)
            await progress.report(workflow(over, over, status=RunStatus.COMPLETED), 0)

    while_ticking(story)

    told = [progress for progress, _, _ in listener.told]
    assert len(told) >= 10
    assert all(after > before for before, after in pairwise(told))
    assert (told[-1], max(told[:-1]) < 2) == (2, True)


def test_a_message_says_what_runs_for_how_long_and_how_long_to_go() -> None:
    listener = Listener()

    async def story(ticker: Ticker) -> None:
        with reporter(listener, ticker, to_go={"r1": 42.0}) as progress:
            await anyio.sleep(5)
            run = workflow(NodeStatus.COMPLETED, NodeStatus.RUNNING, NodeStatus.PENDING)
            await progress.report(run, 5)

    while_ticking(story)

    (progress, total, message), *_ = listener.told
    assert (int(progress), total) == (1, 3)
    assert message == "RUNNING, 5 s, about 42 s to go: model_1 (1 of 3 nodes done)"


def test_of_several_runs_it_is_told_how_many_go_on_what_works_and_which_ends_next() -> None:
    listener = Listener()
    other = ModelRun(run_id="r2", status=RunStatus.COMPLETED, node_type="gpt_5_4")

    async def story(ticker: Ticker) -> None:
        with reporter(listener, ticker, count=3, to_go={"r1": 30.0, "r2": 5.0}) as progress:
            await progress.report(RUNNING, 0)
            await anyio.sleep(1)
            await progress.report(other, 1)

    while_ticking(story)

    assert [message for _, _, message in listener.told] == [
        "3 runs going on, 0 s, the next about 30 s to go: flux_2_pro",
        "2 runs going on, 1 s, the next about 30 s to go: flux_2_pro",
    ]


def test_a_run_whose_nodes_are_not_told_any_more_is_told_of_all_the_same() -> None:
    """As when it is looked at among many from then on."""
    listener = Listener()
    over, going = NodeStatus.COMPLETED, NodeStatus.RUNNING

    async def story(ticker: Ticker) -> None:
        with reporter(listener, ticker) as progress:
            await progress.report(workflow(over, over, going), 0)
            for _ in range(6):
                await anyio.sleep(10)
                await progress.report(workflow(), 0)

    while_ticking(story)

    moments = [*listener.at, 60.0]
    assert max(after - before for before, after in pairwise(moments)) <= 10
    assert {total for _, total, _ in listener.told} == {3}


def test_a_client_that_does_not_listen_keeps_no_other_one_waiting() -> None:
    deaf, other = Listener(hears=anyio.sleep_forever), Listener()

    async def story(ticker: Ticker) -> None:
        with reporter(deaf, ticker), reporter(other, ticker):
            await anyio.sleep(60)

    while_ticking(story)

    assert (len(deaf.told), len(other.told) >= 6) == (0, True)


def test_the_end_of_a_wait_ends_its_telling_at_once() -> None:
    listener = Listener(hears=lambda: anyio.sleep(5))

    async def story(ticker: Ticker) -> None:
        with reporter(listener, ticker):
            await anyio.sleep(10)
        await anyio.sleep(60)

    while_ticking(story)

    assert listener.told == []


@pytest.mark.parametrize("gone", [anyio.ClosedResourceError, anyio.BrokenResourceError])
def test_a_client_that_is_gone_is_no_trouble(gone: type[Exception]) -> None:
    async def hang_up() -> None:
        raise gone

    other = Listener()

    async def story(ticker: Ticker) -> None:
        with reporter(Listener(hears=hang_up), ticker) as progress, reporter(other, ticker):
            await progress.report(RUNNING, 0)
            await anyio.sleep(60)

    while_ticking(story)

    assert len(other.told) >= 6


def test_nothing_ticks_where_nobody_waits() -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await anyio.sleep(seconds)

    async def main() -> None:
        ticker = Ticker(sleep=sleep)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ticker.run)
            with reporter(Listener(), ticker):
                await anyio.sleep(5)
            await anyio.sleep(600)
            tasks.cancel_scope.cancel()

    run_virtually(main)

    assert len(pauses) <= 6


def test_a_real_client_hears_of_a_long_wait(
    magica: LocalMagica, account: NewAccount, tmp_path: Path, llm: LlmStandIn
) -> None:
    listener = Listener()

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        await listener.report_progress(progress, total or 0, message or "")

    async def story() -> None:
        async with scene(magica, account, tmp_path, llm) as here:
            asked = {"runId": here.run_id, "waitSeconds": 100}
            began = anyio.current_time()
            await here.client.call_tool("get_run_status", asked, progress_callback=hear)
            listener.at[:] = [0.0, *(at - began for at in listener.at), 100.0]

    run_virtually(story)

    pauses = [after - before for before, after in pairwise(listener.at)]
    assert (min(pauses[1:-1]) >= 1, max(pauses) <= 10) == (True, True)
    assert all("gpt_5_4" in message for _, _, message in listener.told)
