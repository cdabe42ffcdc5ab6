"""Tells the client how runs are getting on: at most once a second, at least every ten."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

from magica_mcp.errors import MagicaError
from magica_mcp.graph.lifecycle import NodeStatus, is_node_over, is_over
from magica_mcp.models.runs import ModelRun, Run
from magica_mcp.server.workspace import Call

Outcome = TypeVar("Outcome")

SECONDS_BETWEEN = 1.0
LONGEST_SILENCE = 8.0
HALF_WAY_SECONDS = 30.0
"""Within a node, progress creeps towards the next whole number, half of the way by then."""

SecondsToGo = Callable[[str], float | None]
"""How long a run is expected to go on, by its id; None: that is not known."""


class ProgressReporter:
    """The notifications of one wait, for one run or several; they always increase."""

    def __init__(
        self,
        ctx: Call,
        *,
        to_go: SecondsToGo,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._ctx, self._to_go, self._clock, self._sleep = ctx, to_go, clock, sleep
        self._began = clock()
        self._last_sent: float | None = None
        self._highest = -1.0
        self._runs: dict[str, Run] = {}

    async def while_telling(self, wait: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Wait for something, and tell now and then, also where there is no news."""
        failure: MagicaError | None = None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._keep_telling)
            try:
                outcome = await wait()
            except MagicaError as error:  # raised below, not wrapped in a group of one
                failure = error
            tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure
        return outcome

    async def report(self, run: Run, elapsed: float) -> None:
        """Tell of a look at a run, unless something was told less than a second ago."""
        del elapsed
        self._runs[run.run_id] = run
        if self._last_sent is None or self._clock() - self._last_sent >= SECONDS_BETWEEN:
            await self._tell()

    async def _keep_telling(self) -> None:
        while True:
            await self._sleep(LONGEST_SILENCE)
            if self._last_sent is None or self._clock() - self._last_sent >= LONGEST_SILENCE:
                await self._tell()

    async def _tell(self) -> None:
        elapsed = self._clock() - self._began
        counts = [counted(run) for run in self._runs.values()] or [(0, 1)]
        done, total = (sum(part) for part in zip(*counts, strict=True))
        progress = done + elapsed / (elapsed + HALF_WAY_SECONDS) * (done < total)
        if progress > self._highest:
            self._last_sent, self._highest = self._clock(), progress
            await self._ctx.report_progress(progress, total, self._message(elapsed))

    def _message(self, elapsed: float) -> str:
        running = [run for run in self._runs.values() if not is_over(run.status)]
        if len(running) != 1:
            return f"{len(running) or 'no'} runs going on, {elapsed:.0f} s"
        return message(running[0], elapsed, to_go=self._to_go(running[0].run_id))


def counted(run: Run) -> tuple[int, int]:
    """How many nodes are over, of how many."""
    if isinstance(run, ModelRun) or not run.nodes:
        return int(is_over(run.status)), 1
    return sum(is_node_over(node.status) for node in run.nodes), len(run.nodes)


def message(run: Run, elapsed: float, *, to_go: float | None) -> str:
    """'RUNNING, 12 s, about 30 s to go: flux_2_pro (1 of 3 nodes done)'."""
    done, total = counted(run)
    rest = f", about {to_go:.0f} s to go" if to_go is not None and to_go >= 1 else ""
    text = f"{run.status}, {elapsed:.0f} s{rest}"
    if isinstance(run, ModelRun):
        return f"{text}: {run.node_type}"
    running = [node.node_type for node in run.nodes if node.status is NodeStatus.RUNNING]
    return f"{text}: {', '.join(running) or 'waiting'} ({done} of {total} nodes done)"
