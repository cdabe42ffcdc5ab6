"""Tells the client how runs are getting on: at most once a second, at least every ten."""

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

import anyio

from magica_mcp.graph.lifecycle import NodeStatus, is_node_over, is_over
from magica_mcp.models.runs import ModelRun, Run, WorkflowRun
from magica_mcp.server.ticker import Ticker
from magica_mcp.server.workspace import Call

SECONDS_BETWEEN = 1.0
LONGEST_SILENCE = 8.0
HALF_WAY_SECONDS = 30.0
"""Within a node, progress creeps towards the next whole number, half of the way by then."""

SecondsToGo = Callable[[str], float | None]
"""How long a run is expected to go on, by its id; None: that is not known."""


class ProgressReporter:
    """The notifications of one wait, for so many runs; they always increase.

    They are sent as long as the `with` block lasts: for what is reported, and of themselves where
    there is no news for long.
    """

    __slots__ = (
        "_began",
        "_count",
        "_ctx",
        "_highest",
        "_last_sent",
        "_runs",
        "_telling",
        "_ticker",
        "_to_go",
    )

    def __init__(self, ctx: Call, *, count: int, ticker: Ticker, to_go: SecondsToGo) -> None:
        self._ctx, self._count, self._ticker, self._to_go = ctx, count, ticker, to_go
        self._began = self._last_sent = ticker.clock()
        self._highest = -1.0
        self._runs: tuple[Run, ...] = ()
        self._telling: anyio.CancelScope | None = None

    def __enter__(self) -> Self:
        self._ticker.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ticker.remove(self)
        if self._telling is not None:
            self._telling.cancel()

    async def report(self, run: Run, elapsed: float) -> None:
        """Tell of a look at a run, unless something was told less than a second ago."""
        del elapsed
        others = [each for each in self._runs if each.run_id != run.run_id]
        earlier = next((each for each in self._runs if each.run_id == run.run_id), None)
        self._runs = (*others, with_known_nodes(run, earlier))
        if self._highest < 0 or self._ticker.clock() - self._last_sent >= SECONDS_BETWEEN:
            await self.tell()

    def is_due(self, now: float) -> bool:
        """Whether nothing was told for so long that something has to be."""
        return now - self._last_sent >= LONGEST_SILENCE

    async def tell(self) -> None:
        """Send a notification; a client that is gone, or slow to take it, is no trouble."""
        if self._telling is not None:
            return
        now = self._ticker.clock()
        elapsed = now - self._began
        progress, total = self._progress(elapsed)
        if progress <= self._highest:
            return
        self._last_sent, self._highest = now, progress
        with anyio.CancelScope() as self._telling:
            with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                await self._ctx.report_progress(progress, total, self._message(elapsed))
        self._telling = None

    def _progress(self, elapsed: float) -> tuple[float, int]:
        """Whole nodes that are over and a part that creeps with time; and of how many in all."""
        counts = [counted(run) for run in self._runs]
        unseen = self._count - len(counts)
        done = sum(part for part, _ in counts)
        total = sum(part for _, part in counts) + unseen
        return done + creep(elapsed) * (done < total), total

    def _message(self, elapsed: float) -> str:
        running = [run for run in self._runs if not is_over(run.status)]
        waiting = len(running) + self._count - len(self._runs)
        if len(running) == waiting == 1:
            return message(running[0], elapsed, to_go=self._to_go(running[0].run_id))
        ends = [end for run in running if (end := self._to_go(run.run_id)) is not None]
        nodes = ", ".join(dict.fromkeys(name for run in running for name in names_running(run)))
        text = f"{waiting} {'run' if waiting == 1 else 'runs'} going on, {elapsed:.0f} s"
        text += f", the next about {min(ends):.0f} s to go" if ends else ""
        return f"{text}: {nodes}" if nodes else text


def with_known_nodes(run: Run, earlier: Run | None) -> Run:
    """The run with the nodes that it had before, where it was seen among many and has none now."""
    if not isinstance(run, WorkflowRun) or run.nodes or not isinstance(earlier, WorkflowRun):
        return run
    return run.model_copy(update={"nodes": earlier.nodes})


def names_running(run: Run) -> list[str]:
    """What of a run is at work."""
    if isinstance(run, ModelRun):
        return [run.node_type]
    return [node.node_type for node in run.nodes if node.status is NodeStatus.RUNNING]


def creep(elapsed: float) -> float:
    """A part of one that grows with the seconds and never becomes one."""
    return elapsed / (elapsed + HALF_WAY_SECONDS)


def counted(run: Run) -> tuple[int, int]:
    """How many nodes are over, of how many; never all of them while the run goes on."""
    if isinstance(run, ModelRun) or not run.nodes:
        return int(is_over(run.status)), 1
    done, total = sum(is_node_over(node.status) for node in run.nodes), len(run.nodes)
    return done if is_over(run.status) else min(done, total - 1), total


def message(run: Run, elapsed: float, *, to_go: float | None) -> str:
    """'RUNNING, 12 s, about 30 s to go: flux_2_pro (1 of 3 nodes done)'."""
    done, total = counted(run)
    rest = f", about {to_go:.0f} s to go" if to_go is not None and to_go >= 1 else ""
    text = f"{run.status}, {elapsed:.0f} s{rest}"
    running = ", ".join(names_running(run)) or "waiting"
    if isinstance(run, ModelRun):
        return f"{text}: {running}"
    return f"{text}: {running} ({done} of {total} nodes done)"
