"""Runs of workflows: started, watched, listed, canceled (magica-contract 2.3)."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field, JsonValue, model_validator

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.routes.caller import Asking, Caller, Paged, Paging, cursor_after
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.models.runs import StartRun
from magica_mcp.models.wire import Ask


class StartBody(StartRun, defer_build=False):
    """A start as clients send it: the editor adds its viewport, which has no meaning for a run."""

    @model_validator(mode="before")
    @classmethod
    def _without_viewport(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {key: part for key, part in value.items() if key != "viewport"}


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
    )
    return found.wire() | {
        "items": [caller.shapes.run_row(run) for run in found.items],
        "nextCursor": cursor_after(paging) if found.has_more else None,
    }


def cancel_run(caller: Asking, run_id: str) -> JsonValue:
    return caller.shapes.workflow_run(caller.magica.cancel_run(caller.account, run_id))


ENDPOINTS = (
    Endpoint("POST", "/v1/runs", start_run, status=202),
    Endpoint("GET", "/v1/runs", list_runs, attested=False),
    Endpoint("POST", "/v1/runs/batch", show_runs),
    Endpoint("GET", "/v1/runs/{run_id}", show_run),
    Endpoint("POST", "/v1/runs/{run_id}/cancel", cancel_run, attested=False),
    Endpoint("DELETE", "/v1/runs/{run_id}", cancel_run, attested=False),
)
