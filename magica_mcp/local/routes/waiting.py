"""Waiting for the end of a run within a request: `?wait=SECONDS`, a local extension.

No thread is held, so any number of requests may wait; the end of the client ends its wait.
"""

from collections.abc import Callable, Collection
from typing import Annotated, TypeVar

import anyio
from anyio import to_thread
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
    look: Callable[[], SomeRun], *, magica: LocalMagica, request: Request, wait: float
) -> SomeRun:
    """What `look` sees: at once, or once the run is over or the time is."""
    run = await to_thread.run_sync(look)
    if not wait or is_over(run.status):
        return run
    await until_any_is_over([run.run_id], magica=magica, request=request, wait=wait)
    return await to_thread.run_sync(look)


async def until_any_is_over(
    run_ids: Collection[str], *, magica: LocalMagica, request: Request, wait: float
) -> Collection[str]:
    """Those of some runs that are over, once any is; none when the time is up."""
    over: Collection[str] = ()
    async with anyio.create_task_group() as tasks:

        async def end_with_the_client() -> None:
            await _gone(request)
            tasks.cancel_scope.cancel()

        tasks.start_soon(end_with_the_client)
        over = await magica.wait_for_any(run_ids, seconds=wait)
        tasks.cancel_scope.cancel()
    return over


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
