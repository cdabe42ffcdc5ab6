"""Runs of workflows: started, watched, listed, canceled (magica-contract 2.3)."""

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated

from anyio import to_thread
from fastapi import Query, Request
from pydantic import Field, JsonValue

from magica_mcp.graph.lifecycle import RunStatus, is_over
from magica_mcp.local.routes import bodies
from magica_mcp.local.routes.caller import Asking, Caller, Paged, Paging, cursor_after
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.local.routes.waiting import WaitSeconds, seen, until_any_is_over
from magica_mcp.models.runs import StartRun, WorkflowRun
from magica_mcp.models.wire import Ask, JsonObject


class StartBody(StartRun, defer_build=False):
    """A start as clients send it."""

    viewport: JsonObject | None = Field(
        default=None, exclude=True, description="Of the editor; it has no meaning for a run."
    )


RunId = Annotated[str, Field(min_length=1)]
InDetails = Annotated[bool, Query(alias="inDetails")]


class WantedRuns(Ask, defer_build=False):
    """The body of a batched read."""

    ids: Annotated[tuple[RunId, ...], Field(min_length=1)]


def start_run(caller: Asking, ask: StartBody) -> JsonValue:
    return {"runId": caller.magica.start_run(caller.account, ask)}


def show_run(caller: Asking, run_id: str, *, in_details: InDetails = True) -> JsonValue:
    run = caller.magica.workflow_run(caller.account, run_id)
    return caller.shapes.workflow_run(run, in_details=in_details)


def show_runs(caller: Asking, wanted: WantedRuns) -> JsonValue:
    runs = caller.magica.workflow_runs(caller.account, wanted.ids)
    return {"runs": [caller.shapes.workflow_run(run) for run in runs]}


async def show_run_once_over(
    request: Request,
    caller: Asking,
    run_id: str,
    *,
    in_details: InDetails = True,
    wait: WaitSeconds = 0,
) -> JsonValue:
    def look() -> WorkflowRun:
        return caller.magica.workflow_run(caller.account, run_id)

    run = await seen(look, magica=caller.magica, request=request, wait=wait)
    return caller.shapes.workflow_run(run, in_details=in_details)


async def show_runs_once_over(
    request: Request, caller: Asking, wanted: WantedRuns, wait: WaitSeconds = 0
) -> JsonValue:
    """Several runs by their ids; with `wait`, those that are over as soon as any is, else all."""

    def show(over: Collection[str]) -> JsonValue:
        ids = tuple(run_id for run_id in wanted.ids if run_id in over)
        return show_runs(caller, WantedRuns(ids=ids or wanted.ids))

    def look() -> tuple[Collection[str], JsonValue]:
        """All that are known, and the answer where there is nothing to wait for."""
        known = caller.magica.statuses(caller.account, wanted.ids)
        over = {run_id for run_id, status in known.items() if is_over(status)}
        return known, show(over) if over or not known else None

    if not wait:
        return await to_thread.run_sync(show, ())
    known, answer = await to_thread.run_sync(look)
    if answer is None:
        over = await until_any_is_over(known, magica=caller.magica, request=request, wait=wait)
        answer = await to_thread.run_sync(show, over)
    return answer


def list_runs(
    caller: Asking,
    paging: Paged,
    workflow_id: Annotated[str | None, Query(alias="workflowId")] = None,
    status: RunStatus | None = None,
    search: str | None = None,
) -> JsonValue:
    return listed_runs(caller, paging=paging, workflow_id=workflow_id, status=status, search=search)


def listed_runs(
    caller: Caller,
    *,
    paging: Paging,
    workflow_id: str | None,
    status: RunStatus | None,
    search: str | None,
) -> JsonValue:
    found = caller.magica.list_runs(
        caller.account,
        workflow_id=workflow_id,
        status=status,
        search=search,
        page=paging.page,
        page_size=paging.size,
        after=paging.after,
    )
    last = found.items[-1].run_id if found.items else None
    return found.wire() | {
        "items": [caller.shapes.run_row(run) for run in found.items],
        "nextCursor": cursor_after(paging, last=last) if found.has_more else None,
    }


def cancel_run(caller: Asking, run_id: str) -> JsonValue:
    return caller.shapes.workflow_run(caller.magica.cancel_run(caller.account, run_id))


def delete_run(caller: Asking, run_id: str) -> JsonValue:
    """Cancels the run, as POST …/cancel does; its record stays."""
    return cancel_run(caller, run_id)


ENDPOINTS = tuple(
    replace(endpoint, is_about_runs=True)
    for endpoint in (
        Endpoint(
            "POST",
            "/v1/runs",
            start_run,
            status=202,
            shows=bodies.RunStarted,
            fails=(403, 404, 422),
        ),
        Endpoint("GET", "/v1/runs", list_runs, attested=False, shows=bodies.RunPage),
        Endpoint(
            "POST", "/v1/runs/batch", show_runs, shows=bodies.RunBatch, locally=show_runs_once_over
        ),
        Endpoint(
            "GET",
            "/v1/runs/{run_id}",
            show_run,
            shows=bodies.Run,
            fails=(404,),
            locally=show_run_once_over,
        ),
        Endpoint(
            "POST",
            "/v1/runs/{run_id}/cancel",
            cancel_run,
            attested=False,
            shows=bodies.Run,
            fails=(404,),
        ),
        Endpoint(
            "DELETE",
            "/v1/runs/{run_id}",
            delete_run,
            attested=False,
            shows=bodies.Run,
            fails=(404,),
        ),
    )
)
