"""Direct generation: models found and read, one run each."""

from collections.abc import Sequence
from typing import Annotated

from mcp.types import CallToolResult
from pydantic import Field, JsonValue

from magica_mcp.errors import MagicaError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.batching import Started, run_batch
from magica_mcp.server.boundary import facts_of
from magica_mcp.server.generating import BATCH, ModelJob, job_of, order_of
from magica_mcp.server.render import catalog
from magica_mcp.server.render import runs as text
from magica_mcp.server.repeating import Repeat, again_of
from magica_mcp.server.resolving import resolve_model
from magica_mcp.server.spending import Outcome, spend
from magica_mcp.server.tool import reply
from magica_mcp.server.workspace import Call, Workspace, workspace_of


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


async def execute_tool(
    ctx: Call,
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
    saveTo: Annotated[str, Field(description="As in get_run_status, which saves it.")] = "",
    again: Repeat = False,
) -> CallToolResult:
    """Run one model once: image, video, audio, text, utility. Returns a run id at once.

    Then get_run_status. For a saved workflow or template use start_run. Costs credits
    (get_pricing is free); a wrong input is refused before anything is charged.
    """
    workspace, meant = workspace_of(ctx), again_of(again)
    await workspace.saver.require_place(saveTo)
    if tool_name == BATCH:
        results = await run_batch(workspace, input, again=bool(meant))
        return await _batch_answer(workspace, results, save_to=saveTo)
    job = await job_of(workspace, tool_name, input)
    outcome = await spend(workspace, order_of(workspace, job), again=meant)
    what = f"{job.model.name} ({job.model.id})"
    status = outcome.status_or(RunStatus.QUEUED)
    answer = text.started(
        outcome.run_id, what=what, status=status, estimate=job.estimate, words=outcome.words
    )
    promise = await workspace.saver.promise([outcome.run_id], saveTo)
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
