"""Tells the client how a run is getting on, at most once a second."""

import time
from collections.abc import Callable

from magica_mcp.graph.lifecycle import NodeStatus, is_node_over
from magica_mcp.models.runs import ModelRun, Run
from magica_mcp.server.workspace import Call

SECONDS_BETWEEN = 1.0
HALF_WAY_SECONDS = 30.0
"""Within a node, progress creeps towards the next whole number, half of the way by then."""


class ProgressReporter:
    """Sends progress notifications for one wait; they always increase, as the protocol asks."""

    def __init__(self, ctx: Call, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ctx, self._clock = ctx, clock
        self._last_sent: float | None = None
        self._highest = -1.0

    async def report(self, run: Run, elapsed: float) -> None:
        """Tell of a look at the run, unless one was told of less than a second ago."""
        now = self._clock()
        if self._last_sent is not None and now - self._last_sent < SECONDS_BETWEEN:
            return
        done, total = counted(run)
        progress = done + elapsed / (elapsed + HALF_WAY_SECONDS) * (done < total)
        if progress > self._highest:
            self._last_sent, self._highest = now, progress
            await self._ctx.report_progress(progress, total, message(run, elapsed))


def counted(run: Run) -> tuple[int, int]:
    """How many nodes are over, of how many."""
    if isinstance(run, ModelRun) or not run.nodes:
        return 0, 1
    return sum(is_node_over(node.status) for node in run.nodes), len(run.nodes)


def message(run: Run, elapsed: float) -> str:
    """'RUNNING, 12 s: flux_2_pro (1 of 3 nodes done)'."""
    done, total = counted(run)
    text = f"{run.status}, {elapsed:.0f} s"
    if isinstance(run, ModelRun):
        return f"{text}: {run.node_type}"
    running = [node.node_type for node in run.nodes if node.status is NodeStatus.RUNNING]
    return f"{text}: {', '.join(running) or 'waiting'} ({done} of {total} nodes done)"
