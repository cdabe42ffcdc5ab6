"""One look at one or several runs, and what becomes of it in their watches."""

from collections.abc import Callable, Sequence
from typing import Protocol

import anyio

from magica_mcp.api.quota import Quota
from magica_mcp.api.runs import KnownRun
from magica_mcp.api.watches import Watch
from magica_mcp.errors import (
    ApiError,
    MagicaError,
    RateLimitedError,
    ServerFailedError,
    UnauthorizedError,
    UnreachableError,
    UnreadableAnswerError,
)
from magica_mcp.graph.lifecycle import RunStatus, is_over
from magica_mcp.models.runs import Run, WorkflowRun

PASSING = (UnreachableError, ServerFailedError, RateLimitedError, UnreadableAnswerError)
"""Failures that a later look may not meet; any other is final."""

MOST_COMPLETED = 5
"""Of so many runs that ended at once, what was left out is asked for right away."""
LONGEST_COMPLETION = 5.0
"""Seconds that this may take for one of them."""

LONGEST_RETRY = 30.0
"""Seconds between looks while they fail; Magica may ask for more."""


def lacks_result(run: WorkflowRun) -> bool:
    """Whether it is over, but not told whole: among many, Magica may leave the response out.

    That is how magica-contract 2.3 has it.
    """
    return run.status is RunStatus.COMPLETED and run.response is None


def _elsewhere(failure: MagicaError) -> bool:
    return isinstance(failure, ApiError) and failure.is_elsewhere


class ShowsRuns(Protocol):
    """What watching needs of the client."""

    @property
    def longest_wait(self) -> float | None: ...
    @property
    def was_understood(self) -> bool: ...
    def quota(self) -> Quota | None: ...
    def known_run(self, run_id: str) -> KnownRun | None: ...
    def category_of(self, names: Sequence[str]) -> str: ...
    async def find_run(self, run_id: str, *, wait: float = 0) -> Run: ...
    async def get_runs(self, ids: Sequence[str], *, wait: float = 0) -> tuple[WorkflowRun, ...]: ...


class Looker:
    """Looks at runs through a client, and writes down what it saw; no failure leaves it."""

    def __init__(self, client: ShowsRuns, *, clock: Callable[[], float]) -> None:
        self.client, self.clock = client, clock

    async def look(
        self, watches: Sequence[Watch], *, wait: float = 0, seconds: float
    ) -> Sequence[Watch]:
        """One request for all of them, of at most so many seconds; returns those that were seen."""
        try:
            with anyio.fail_after(seconds):
                return await self._look(watches, wait=wait)
        except TimeoutError:
            late = UnreachableError(
                "Magica did not say in time how the run is. It goes on: look again later."
            )
            self._miss(watches, late)
        except MagicaError as failure:
            if self._may_pass(failure):
                self._miss(watches, failure)
            else:
                self._give_up(watches, failure)
        return ()

    def _may_pass(self, failure: MagicaError) -> bool:
        """Whether a later look may succeed: what is no Magica may be for a while."""
        if _elsewhere(failure):
            return self.client.was_understood
        return isinstance(failure, PASSING)

    async def _look(self, watches: Sequence[Watch], *, wait: float) -> Sequence[Watch]:
        if len(watches) == 1:
            run = await self.client.find_run(watches[0].run_id, wait=wait)
            watches[0].saw(run, at=self.clock())
            return watches
        ids = [watch.run_id for watch in watches]
        found = {run.run_id: run for run in await self.client.get_runs(ids, wait=wait)}
        is_of_ends = wait > 0 and any(is_over(run.status) for run in found.values())
        whole = {run_id: run for run_id, run in found.items() if not lacks_result(run)}
        for watch in watches:
            if watch.run_id in whole:
                watch.saw(whole[watch.run_id], at=self.clock())
            elif watch.run_id in found or not is_of_ends:
                self._single_out(watch)
        cut_short = found.keys() - whole.keys()
        without = [watch for watch in watches if watch.run_id in cut_short]
        for watch in without[:MOST_COMPLETED]:
            await self.look([watch], seconds=LONGEST_COMPLETION)
        return [watch for watch in watches if watch.run_id in whole]

    def _miss(self, watches: Sequence[Watch], failure: MagicaError) -> None:
        asked = failure.retry_after if isinstance(failure, RateLimitedError) else None
        for watch in watches:
            pause = min(2.0**watch.failures, LONGEST_RETRY)
            watch.missed(failure, due=self.clock() + max(pause, asked or 0.0))

    def _give_up(self, watches: Sequence[Watch], failure: MagicaError) -> None:
        """What refuses many runs at once may be about one of them: ask for each alone."""
        for watch in watches:
            if len(watches) == 1 or isinstance(failure, UnauthorizedError) or _elsewhere(failure):
                watch.lose(failure)
            else:
                self._single_out(watch)

    def _single_out(self, watch: Watch) -> None:
        """Ask for this run alone from now on, and soon."""
        watch.asks_alone, watch.due = True, self.clock()
        watch.wake()
