"""Runs of workflows: found by name, filled in, started."""

from typing import Annotated, Literal

from mcp.server.mcpserver import Elicit, ElicitationResult, Resolve
from mcp.types import CallToolResult
from pydantic import Field, JsonValue

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.models.runs import charge_of
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.approving import ApprovalToken, Permit, ask_about, paid
from magica_mcp.server.bills import Bill, bill_of_launch
from magica_mcp.server.consent import Answer, Consent, answer_of
from magica_mcp.server.launching import Launch, launch_of
from magica_mcp.server.render import discovery
from magica_mcp.server.render import runs as text
from magica_mcp.server.repeating import Repeat, again_of
from magica_mcp.server.resolving import ChosenWorkflow, resolve_workflow
from magica_mcp.server.saver import SaveLater
from magica_mcp.server.settling import settle
from magica_mcp.server.spending import Gate, Outcome, spend
from magica_mcp.server.tool import reply
from magica_mcp.server.workspace import Call, workspace_of


async def _launch(ctx: Call, workflowId: str, values: JsonObject | None, saveTo: str) -> Launch:
    """What a call asks for, checked and priced before anybody is asked and anything is paid."""
    launch = await launch_of(workspace_of(ctx), workflowId, values or {})
    await workspace_of(ctx).saver.require_place(saveTo)
    return launch


async def _agreed(
    ctx: Call, launch: Annotated[Launch, Resolve(_launch)], again: Repeat, approval: str
) -> Elicit[Consent] | Answer:
    bill = bill_of_launch(workspace_of(ctx), launch, again=again_of(again))
    return await ask_about(ctx, bill, approval=approval.strip())


async def start_run(
    ctx: Call,
    launch: Annotated[Launch, Resolve(_launch)],
    agreed: Annotated[ElicitationResult[Consent], Resolve(_agreed)],
    workflowId: Annotated[str, Field(description="Id or name; own workflows, then templates.")],
    values: Annotated[
        JsonObject | None, Field(description="{nodeId: {fieldId: value}}; leave out to see them.")
    ] = None,
    saveTo: SaveLater = "",
    again: Repeat = False,
    approval: ApprovalToken = "",
) -> CallToolResult:
    """Start a workflow or template. The first call, without values, lists its fields: free.

    Call again with values to start: costs credits and returns a run id at once; then call
    get_run_status. For a single image, video or text without a workflow use execute_tool.
    """
    del workflowId, values  # `launch` is what they mean
    workspace, permit = workspace_of(ctx), Permit(approval.strip(), answer_of(agreed))
    understood = launch.understood
    if understood is None:
        return _discovery(launch)

    async def start(bill: Bill, gate: Gate) -> CallToolResult:
        outcome = await spend(workspace, bill.orders[0], again=bill.again, gate=gate)
        promise = await workspace.saver.promise([outcome.run_id], saveTo)
        return _started(launch, (*understood.notes, *promise), outcome)

    bill = bill_of_launch(workspace, launch, again=again_of(again))
    return await paid(workspace, bill, permit, start=start)


def _workflow_facts(chosen: ChosenWorkflow) -> JsonObject:
    return {"id": chosen.id, "name": chosen.name}


def _others(chosen: ChosenWorkflow) -> list[JsonValue]:
    """What else the name fits, so that a program sees it too."""
    others = chosen.resolution.others if chosen.resolution else ()
    return [
        {"id": found.candidate.slug or found.candidate.id, "name": found.candidate.name}
        for found in others
    ]


def _discovery(launch: Launch) -> CallToolResult:
    chosen, fields, estimate = launch.chosen, launch.fields, launch.estimate
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


def _started(launch: Launch, notes: tuple[str, ...], outcome: Outcome) -> CallToolResult:
    status = outcome.status_or(RunStatus.RUNNING)
    answer = text.started(
        outcome.run_id,
        what=launch.chosen.name,
        status=status,
        estimate=launch.estimate,
        words=outcome.words,
    )
    facts: JsonObject = {
        "started": True,
        "runId": outcome.run_id,
        "status": status,
        "alreadyStarted": not outcome.is_new,
        "response": None,
        "nodes": [],
        "workflow": _workflow_facts(launch.chosen),
        "estimate": {"microcredits": launch.estimate},
        "notes": list(notes),
    }
    return reply("\n".join([answer, *notes]), facts)


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
