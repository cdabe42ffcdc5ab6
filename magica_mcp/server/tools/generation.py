"""Direct generation: models found and read, one run each."""

from collections.abc import Sequence
from typing import Annotated

from mcp.server.mcpserver import Elicit, ElicitationResult, Resolve
from mcp.types import CallToolResult
from pydantic import Field, JsonValue

from magica_mcp.errors import MagicaError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.approving import ApprovalToken, Permit, ask_about, paid
from magica_mcp.server.batching import Batch, Started, batch_of, run_batch
from magica_mcp.server.bills import Bill, bill_of_batch, bill_of_job
from magica_mcp.server.boundary import facts_of
from magica_mcp.server.consent import Answer, Consent, answer_of
from magica_mcp.server.generating import BATCH, ModelJob, job_of
from magica_mcp.server.render import catalog
from magica_mcp.server.render import runs as text
from magica_mcp.server.repeating import Repeat, again_of
from magica_mcp.server.resolving import resolve_model
from magica_mcp.server.saver import SaveLater
from magica_mcp.server.spending import Gate, Outcome, spend
from magica_mcp.server.tool import reply
from magica_mcp.server.workspace import Call, Workspace, workspace_of
from magica_mcp.spend.journal import Again


async def search_tools(
    ctx: Call, query: Annotated[str, Field(description="image, text-to-speech, lipsync, …")] = ""
) -> CallToolResult:
    """Find models by what they do or by name, grouped by category with roles. Free."""
    found = await workspace_of(ctx).client.search_models(query or None)
    facts = {key: value for key, value in found.wire().items() if value is not None}
    return reply(catalog.search(found, query=query), facts)


async def get_model_schema(
    ctx: Call, modelId: Annotated[str, Field(description="Model, sub-model or node type id.")]
) -> CallToolResult:
    """What a model takes: fields, types, ranges, choices. Free; call it before execute_tool."""
    client = workspace_of(ctx).client
    model = await resolve_model(client, modelId)
    schema = await client.model_schema(model.id)
    return reply(catalog.schema(schema), catalog.schema_facts(schema))


async def _asked(
    ctx: Call,
    tool_name: str,
    input: JsonObject,  # noqa: A002 - the tool's argument
    saveTo: str,
) -> ModelJob | Batch:
    """What a call asks for, checked and priced before anybody is asked and anything is paid."""
    workspace = workspace_of(ctx)
    is_batch = tool_name == BATCH
    asked = await (batch_of(workspace, input) if is_batch else job_of(workspace, tool_name, input))
    await workspace.saver.require_place(saveTo)
    return asked


def _bill(workspace: Workspace, asked: ModelJob | Batch, again: Again) -> Bill:
    if isinstance(asked, Batch):
        return bill_of_batch(workspace, asked, again=bool(again))
    return bill_of_job(workspace, asked, again=again)


async def _agreed(
    ctx: Call, asked: Annotated[ModelJob | Batch, Resolve(_asked)], again: Repeat, approval: str
) -> Elicit[Consent] | Answer:
    bill = _bill(workspace_of(ctx), asked, again_of(again))
    return await ask_about(ctx, bill, approval=approval.strip())


async def execute_tool(
    ctx: Call,
    asked: Annotated[ModelJob | Batch, Resolve(_asked)],
    agreed: Annotated[ElicitationResult[Consent], Resolve(_agreed)],
    tool_name: Annotated[
        str, Field(description="generate, batch_execute, or a utility such as merge_videos.")
    ],
    input: Annotated[  # noqa: A002 - the argument's name on hosted Magica
        JsonObject,
        Field(
            description="generate: modelId flat among its fields. batch_execute: {items: […]}. "
            "Media: a path, URL, run:<runId> or library id."
        ),
    ],
    saveTo: SaveLater = "",
    again: Repeat = False,
    approval: ApprovalToken = "",
) -> CallToolResult:
    """Run one model once: image, video, audio, text, utility. Returns a run id at once.

    Then get_run_status. For a saved workflow or template use start_run. Costs credits
    (get_pricing is free); a wrong input is refused before anything is charged.
    """
    del tool_name, input  # `asked` is what they mean
    workspace, permit = workspace_of(ctx), Permit(approval.strip(), answer_of(agreed))

    async def start(bill: Bill, gate: Gate) -> CallToolResult:
        if isinstance(asked, ModelJob):
            outcome = await spend(workspace, bill.orders[0], again=bill.again, gate=gate)
            return await _started(workspace, asked, outcome, save_to=saveTo)
        batch = await run_batch(workspace, asked, bill.orders, again=bool(bill.again), gate=gate)
        return await _batch_answer(workspace, batch, save_to=saveTo)

    return await paid(workspace, _bill(workspace, asked, again_of(again)), permit, start=start)


async def _started(
    workspace: Workspace, job: ModelJob, outcome: Outcome, *, save_to: str
) -> CallToolResult:
    answer = text.started(
        outcome.run_id,
        what=job.name,
        status=outcome.status_or(RunStatus.QUEUED),
        estimate=job.estimate,
        words=outcome.words,
    )
    promise = await workspace.saver.promise([outcome.run_id], save_to)
    return reply("\n".join([answer, *promise]), _started_facts(job, outcome))


def _started_facts(job: ModelJob, outcome: Outcome) -> JsonObject:
    return {
        "runId": outcome.run_id,
        "status": outcome.status_or(RunStatus.QUEUED),
        "alreadyStarted": not outcome.is_new,
        "nodeType": job.model.node_type,
        "subModelId": job.model.sub_model_id,
        "runType": "model",
        "estimate": {"microcredits": job.estimate},
    }


async def _batch_answer(
    workspace: Workspace, results: Sequence[Started | MagicaError], *, save_to: str
) -> CallToolResult:
    facts = [
        {"runId": None, "error": str(result), **facts_of(result)}
        if isinstance(result, MagicaError)
        else {**_started_facts(*result), "note": result[1].words}
        for result in results
    ]
    begun = [str(result["runId"]) for result in facts if result["runId"]]
    promise = await workspace.saver.promise(begun, save_to)
    answer = "\n".join([text.batch_started(facts), *promise])
    return reply(answer, {"results": list[JsonValue](facts)})
