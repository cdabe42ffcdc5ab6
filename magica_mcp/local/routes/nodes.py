"""Runs of single models, and what nodes would cost (magica-contract 2.4, 2.6)."""

from typing import Annotated

from fastapi import Request
from pydantic import Field, JsonValue

from magica_mcp.errors import GoneError, NotFoundError
from magica_mcp.local.routes import bodies
from magica_mcp.local.routes.caller import Asking, Paged, cursor_after
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.local.routes.waiting import WaitSeconds, seen
from magica_mcp.models.credits import NodeToPrice
from magica_mcp.models.runs import ModelRun, StartModelRun
from magica_mcp.models.wire import Ask

MOST_ESTIMATES = 100


class StartModelBody(StartModelRun, defer_build=False):
    """A start as clients send it."""


class NodesToPrice(Ask, defer_build=False):
    """The body of an estimate."""

    nodes: Annotated[tuple[NodeToPrice, ...], Field(max_length=MOST_ESTIMATES)]


def start_model_run(caller: Asking, node_type: str, ask: StartModelBody) -> JsonValue:
    _require_offered(caller, node_type)
    return {"runId": caller.magica.start_model_run(caller.account, node_type, ask)}


def _require_offered(caller: Asking, node_type: str) -> None:
    """Raises `NotFoundError`, and `GoneError` for a model that the account could once run."""
    try:
        caller.magica.catalog.resolve(node_type)
    except NotFoundError as error:
        if caller.magica.list_model_runs(caller.account, node_type=node_type, page_size=1).items:
            message = (
                f"The model '{node_type}' is retired: you have runs of it, and it is not offered "
                "any more. Search lists what is."
            )
            raise GoneError(message) from error
        raise


def list_model_runs(caller: Asking, paging: Paged) -> JsonValue:
    """Also those that made no file, or none yet, which the media library cannot show."""
    found = caller.magica.list_model_runs(caller.account, page=paging.page, page_size=paging.size)
    return found.wire() | {
        "items": [caller.shapes.model_run(run) for run in found.items],
        "nextCursor": cursor_after(paging) if found.has_more else None,
    }


def show_model_run(caller: Asking, run_id: str) -> JsonValue:
    return caller.shapes.model_run(caller.magica.model_run(caller.account, run_id))


async def show_model_run_once_over(
    request: Request, caller: Asking, run_id: str, wait: WaitSeconds = 0
) -> JsonValue:
    def look() -> ModelRun:
        return caller.magica.model_run(caller.account, run_id)

    run = await seen(look, magica=caller.magica, request=request, wait=wait)
    return caller.shapes.model_run(run)


def estimate_nodes(caller: Asking, wanted: NodesToPrice) -> JsonValue:
    estimate = caller.magica.estimate(wanted.nodes)
    return {"estimates": [each.wire() for each in estimate.estimates]}


ENDPOINTS = (
    Endpoint(
        "POST",
        "/v1/nodes/{node_type}/run",
        start_model_run,
        status=202,
        shows=bodies.RunStarted,
        fails=(403, 404, 410, 422),
        is_about_runs=True,
    ),
    Endpoint("GET", "/v1/nodes/runs", list_model_runs, attested=False, shows=bodies.ModelRunPage),
    Endpoint(
        "GET",
        "/v1/nodes/runs/{run_id}",
        show_model_run,
        shows=bodies.ModelRunBody,
        fails=(404,),
        locally=show_model_run_once_over,
        is_about_runs=True,
    ),
    Endpoint(
        "POST", "/v1/nodes/estimate-credits", estimate_nodes, shows=bodies.Prices, fails=(404,)
    ),
)
