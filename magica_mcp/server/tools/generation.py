"""Direct generation: models found and read, one run each."""

from typing import Annotated

from mcp.types import CallToolResult
from pydantic import Field, JsonValue

from magica_mcp.errors import InvalidInputError, MagicaError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.boundary import facts_of
from magica_mcp.server.generating import BATCH, ModelJob, job_of, start
from magica_mcp.server.render import catalog
from magica_mcp.server.render import runs as text
from magica_mcp.server.resolving import resolve_model
from magica_mcp.server.tool import reply
from magica_mcp.server.workspace import Call, Workspace, workspace_of

LARGEST_BATCH = 10


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
) -> CallToolResult:
    """Run one model once: image, video, audio, text, utility. Returns a run id at once.

    Then get_run_status. For a saved workflow or template use start_run. Costs credits
    (get_pricing is free); a wrong input is refused before anything is charged.
    """
    workspace = workspace_of(ctx)
    await workspace.saver.require_place(saveTo)
    if tool_name == BATCH:
        return await _batch(workspace, input, save_to=saveTo)
    job = await job_of(workspace, tool_name, input)
    run_id = await start(workspace, job)
    what = f"{job.model.name} ({job.model.id})"
    answer = text.started(run_id, what=what, status=RunStatus.QUEUED, estimate=job.estimate)
    promise = await workspace.saver.promise([run_id], saveTo)
    return reply("\n".join([answer, *promise]), _started_facts(job, run_id))


def _started_facts(job: ModelJob, run_id: str) -> JsonObject:
    return {
        "runId": run_id,
        "status": RunStatus.QUEUED,
        "nodeType": job.model.node_type,
        "subModelId": job.model.sub_model_id,
        "runType": "model",
        "estimate": {"microcredits": job.estimate},
    }


async def _batch(workspace: Workspace, given: JsonObject, *, save_to: str) -> CallToolResult:
    items = given.get("items") or given.get("requests")
    if not isinstance(items, list) or not 0 < len(items) <= LARGEST_BATCH:
        message = (
            f"batch_execute needs input.items: 1 to {LARGEST_BATCH} objects such as "
            '{"modelId": "nano-banana-pro-text", "prompt": "…"}. Nothing was started.'
        )
        raise InvalidInputError(message)
    results = [await _batch_item(workspace, item) for item in items]
    begun = [str(result["runId"]) for result in results if result["runId"]]
    promise = await workspace.saver.promise(begun, save_to)
    answer = "\n".join([text.batch_started(results), *promise])
    return reply(answer, {"results": list[JsonValue](results)})


async def _batch_item(workspace: Workspace, item: JsonValue) -> JsonObject:
    """One item's run id, or why it was not started; the others go on."""
    try:
        if not isinstance(item, dict):
            message = "An item is an object with modelId and the model's own fields."
            raise InvalidInputError(message)
        inner = item.get("input")
        fields = inner if isinstance(inner, dict) else item
        tool_name = str(item.get("tool_name") or "generate")
        job = await job_of(
            workspace, tool_name, {k: v for k, v in fields.items() if k != "tool_name"}
        )
        return _started_facts(job, await start(workspace, job))
    except MagicaError as error:
        return {"runId": None, "error": str(error), **facts_of(error)}
