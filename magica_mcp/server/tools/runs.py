"""Runs of workflows: found by name, filled in, started."""

from typing import TYPE_CHECKING, Annotated, Literal

from mcp.types import CallToolResult
from pydantic import Field, JsonValue

from magica_mcp import names
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.models.runs import charge_of
from magica_mcp.models.values import UnderstoodValues
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import RequestField, request_fields
from magica_mcp.server.launching import estimate_of, order_of_workflow
from magica_mcp.server.media_inputs import MediaInputs
from magica_mcp.server.render import discovery
from magica_mcp.server.render import runs as text
from magica_mcp.server.repeating import Repeat, again_of
from magica_mcp.server.resolving import ChosenWorkflow, resolve_workflow
from magica_mcp.server.settling import settle
from magica_mcp.server.spending import spend
from magica_mcp.server.tool import reply
from magica_mcp.server.values import values_for
from magica_mcp.server.workspace import Call, Workspace, workspace_of

if TYPE_CHECKING:
    from magica_mcp.spend.journal import Again


async def start_run(
    ctx: Call,
    workflowId: Annotated[str, Field(description="Id or name; own workflows, then templates.")],
    values: Annotated[
        JsonObject | None, Field(description="{nodeId: {fieldId: value}}; leave out to see them.")
    ] = None,
    again: Repeat = False,
) -> CallToolResult:
    """Start a workflow or template. The first call, without values, lists its fields: free.

    Call again with values to start: costs credits and returns a run id at once; then call
    get_run_status. For a single image, video or text without a workflow use execute_tool.
    """
    workspace = workspace_of(ctx)
    chosen = await resolve_workflow(workspace.client, workflowId)
    fields = request_fields(chosen.graph) if chosen.graph else ()
    if (fields or chosen.graph is None) and not values:
        return await _discovery(workspace, chosen, fields)
    if chosen.resolution is not None:
        names.require_certain(chosen.resolution)
    media = MediaInputs(workspace)
    understood = await values_for(chosen, fields, values or {}, media=media)
    return await _started(workspace, chosen, understood, again=again_of(again))


def _workflow_facts(chosen: ChosenWorkflow) -> JsonObject:
    return {"id": chosen.id, "name": chosen.name}


def _others(chosen: ChosenWorkflow) -> list[JsonValue]:
    """What else the name fits, so that a program sees it too."""
    others = chosen.resolution.others if chosen.resolution else ()
    return [
        {"id": found.candidate.slug or found.candidate.id, "name": found.candidate.name}
        for found in others
    ]


async def _discovery(
    workspace: Workspace, chosen: ChosenWorkflow, fields: tuple[RequestField, ...]
) -> CallToolResult:
    estimate = await estimate_of(workspace, chosen, {})
    facts: JsonObject = {
        "started": False,
        "workflow": _workflow_facts(chosen),
        "alsoFits": _others(chosen),
        "fields": [discovery.field_facts(field) for field in fields],
        "valuesTemplate": dict(discovery.values_template(fields)),
        "estimate": {"microcredits": estimate},
    }
    if not fields:
        return reply(discovery.unreadable(chosen), facts)
    return reply(discovery.fields_to_fill(chosen, fields, estimate=estimate), facts)


async def _started(
    workspace: Workspace, chosen: ChosenWorkflow, understood: UnderstoodValues, *, again: "Again"
) -> CallToolResult:
    estimate = await estimate_of(workspace, chosen, understood.values)
    order = order_of_workflow(workspace, chosen, understood.values, estimate=estimate)
    outcome = await spend(workspace, order, again=again)
    status = outcome.status_or(RunStatus.RUNNING)
    answer = text.started(
        outcome.run_id,
        what=chosen.name,
        status=status,
        estimate=estimate,
        words=outcome.words,
    )
    facts: JsonObject = {
        "started": True,
        "runId": outcome.run_id,
        "status": status,
        "alreadyStarted": not outcome.is_new,
        "response": None,
        "nodes": [],
        "workflow": _workflow_facts(chosen),
        "estimate": {"microcredits": estimate},
        "notes": list(understood.notes),
    }
    return reply("\n".join([answer, *understood.notes]), facts)


async def list_runs(
    ctx: Call,
    workflowId: Annotated[str, Field(description="Only of this workflow: id or name.")] = "",
    status: Annotated[
        Literal["", "QUEUED", "RUNNING", "COMPLETED", "FAILED", "CANCELED"],
        Field(description="Only in this state."),
    ] = "",
    search: Annotated[str, Field(description="Words of the workflow's name.")] = "",
    cursor: Annotated[str, Field(description="nextCursor of the page before.")] = "",
    page: Annotated[int, Field(description="From 1, instead of a cursor.", ge=1)] = 1,
    limit: Annotated[int, Field(description="Rows, at most 100.", ge=1, le=100)] = 20,
) -> CallToolResult:
    """Recent workflow runs, newest first. Free. For single models: get_generations."""
    client = workspace_of(ctx).client
    workflow = (await resolve_workflow(client, workflowId)).id if workflowId else None
    found = await client.list_runs(
        workflow_id=workflow,
        status=RunStatus(status) if status else None,
        search=search or None,
        page=page,
        page_size=limit,
        cursor=cursor or None,
    )
    return reply(text.listing(found), found.wire())


async def cancel_run(
    ctx: Call, runId: Annotated[str, Field(description="From start_run.")]
) -> CallToolResult:
    """Stop a workflow run; what it did not use of its price is refunded."""
    workspace = workspace_of(ctx)
    run = await workspace.client.cancel_run(runId.strip())
    estimate = await settle(workspace, run)
    charge = charge_of(run)
    refunded = estimate - charge if estimate is not None and charge is not None else None
    facts: JsonObject = {**text.facts(run), "refunded": refunded}
    return reply(text.canceled(run, refunded=refunded), facts)
