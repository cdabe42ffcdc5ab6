"""Waits for a run: looks, tells what it saw, and looks again until it is over or time is up."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import anyio

from magica_mcp.api.schedule import delay_before
from magica_mcp.api.transport import Sleep
from magica_mcp.errors import (
    ApiError,
    RateLimitedError,
    ServerFailedError,
    UnreachableError,
    UnreadableAnswerError,
)
from magica_mcp.graph.lifecycle import is_over
from magica_mcp.models.runs import Run

OnChange = Callable[[Run, float], Awaitable[None]]

PASSING = (UnreachableError, ServerFailedError, RateLimitedError, UnreadableAnswerError)
"""Failures that a later look may not meet; any other ends the waiting."""

SHORTEST_LOOK = 5.0
"""Seconds that a look may take even where less is left of the window."""


class FindsRuns(Protocol):
    """What the watcher needs of the client."""

    async def find_run(self, run_id: str) -> Run: ...


class RunWatcher:
    """Looks at runs on a schedule; time is what `clock` and `sleep` say."""

    def __init__(self, client: FindsRuns, *, sleep: Sleep, clock: Callable[[], float]) -> None:
        self._client, self._sleep, self._clock = client, sleep, clock

    async def wait(self, run_id: str, *, seconds: float, on_change: OnChange) -> Run:
        """The run when it is over, or as it was last seen after `seconds`.

        `on_change` is told the run and the seconds waited, on every look.

        Raises:
            ApiError: no look succeeded in all that time, or one showed that none will.
        """
        started, look = self._clock(), 0
        run: Run | None = None
        trouble: ApiError | None = None
        while (left := seconds - (self._clock() - started)) > 0 or look == 0:
            await self._sleep(max(0.0, min(_pause(look, started, self._clock(), trouble), left)))
            elapsed = self._clock() - started
            look += 1
            try:
                run, trouble = await self._look(run_id, left=seconds - elapsed), None
            except PASSING as error:
                trouble = error
                continue
            await on_change(run, elapsed)
            if is_over(run.status):
                return run
        if run is None and trouble is not None:
            raise trouble
        assert run is not None
        return run

    async def _look(self, run_id: str, *, left: float) -> Run:
        try:
            with anyio.fail_after(max(left, SHORTEST_LOOK)):
                return await self._client.find_run(run_id)
        except TimeoutError as error:
            raise UnreachableError(
                f"Magica did not say in time how run '{run_id}' is. It goes on: look again later."
            ) from error


def _pause(look: int, started: float, now: float, trouble: ApiError | None) -> float:
    """Seconds until the next look, longer where Magica asked for it."""
    asked = trouble.retry_after if isinstance(trouble, RateLimitedError) else None
    return max(delay_before(look, elapsed=now - started), asked or 0.0)
