"""Waiting for the end of a run within a request: `?wait=SECONDS`, a local extension.

No thread is held, so any number of requests may wait; the end of the client ends its wait.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import anyio
import anyio.to_thread
from fastapi import Query, Request, Response

from magica_mcp.graph.lifecycle import is_over
from magica_mcp.local.magica import LocalMagica
from magica_mcp.models.runs import Run

LONGEST_WAIT = 720
"""Seconds."""
WAIT_HEADER = "X-Magica-Wait"

SomeRun = TypeVar("SomeRun", bound=Run)

WaitSeconds = Annotated[
    float,
    Query(
        alias="wait",
        ge=0,
        le=LONGEST_WAIT,
        allow_inf_nan=False,
        description="Answer once a run is over, at the latest after this many seconds.",
    ),
]


async def announce_wait(response: Response) -> None:
    """Tell the client for how many seconds it may let us wait."""
    response.headers[WAIT_HEADER] = str(LONGEST_WAIT)


async def seen(
    look: Callable[[], Sequence[SomeRun]], *, magica: LocalMagica, request: Request, wait: float
) -> Sequence[SomeRun]:
    """What `look` sees: at once, or once one of these runs is over or the time is."""
    runs = await anyio.to_thread.run_sync(look)
    if not wait or not runs or any(is_over(run.status) for run in runs):
        return runs
    async with anyio.create_task_group() as tasks:

        async def end_with_the_client() -> None:
            await _gone(request)
            tasks.cancel_scope.cancel()

        tasks.start_soon(end_with_the_client)
        await magica.wait_for_any([run.run_id for run in runs], seconds=wait)
        tasks.cancel_scope.cancel()
    return await anyio.to_thread.run_sync(look)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
