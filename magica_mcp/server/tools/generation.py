"""Direct generation: one model, one call, one run."""

from collections.abc import Mapping
from typing import Annotated

from mcp.types import CallToolResult
from pydantic import Field, JsonValue

from magica_mcp.errors import InvalidInputError, NameNotFoundError, or_list
from magica_mcp.graph.lifecycle import RunStatus, is_over
from magica_mcp.models.credits import NodeToPrice
from magica_mcp.models.inputs import checked
from magica_mcp.models.runs import Run, StartModelRun
from magica_mcp.models.wire import JsonObject
from magica_mcp.server import profiles
from magica_mcp.server.progress import ProgressReporter
from magica_mcp.server.render import runs as text
from magica_mcp.server.resolving import ChosenModel, resolve_model
from magica_mcp.server.spending import kind_of, settle, spend
from magica_mcp.server.tool import reply
from magica_mcp.server.workspace import Call, Workspace, workspace_of

ROUTES: Mapping[str, str | None] = {"generate": None, "crop_image": "crop_image"}
"""Each `tool_name` and the model it runs; None: the model that the input names."""


async def execute_tool(
    ctx: Call,
    tool_name: Annotated[str, Field(description="generate, or a utility such as crop_image.")],
    input: Annotated[  # noqa: A002 - the argument's name on hosted Magica
        JsonObject, Field(description="generate: modelId flat among the model's own fields.")
    ],
) -> CallToolResult:
    """Run one model once: an image, a text, a crop. Returns a run id at once.

    Then call get_run_status with it. For a saved workflow or template use start_run.
    Costs credits; get_pricing is free. A wrong input is refused before anything is charged.
    """
    workspace = workspace_of(ctx)
    model, given = await _chosen(workspace, tool_name, input)
    complete = checked(await workspace.client.model_schema(model.id), given)
    estimate = await _estimate(workspace, model, complete)
    run_id = await _start(workspace, model, complete, estimate=estimate)
    answer = text.started(
        run_id, what=f"{model.name} ({model.id})", status=RunStatus.QUEUED, estimate=estimate
    )
    facts: JsonObject = {
        "runId": run_id,
        "status": RunStatus.QUEUED,
        "nodeType": model.node_type,
        "subModelId": model.sub_model_id,
        "runType": "model",
        "estimate": {"microcredits": estimate},
    }
    return reply(answer, facts)


async def _chosen(
    workspace: Workspace, tool_name: str, given: JsonObject
) -> tuple[ChosenModel, JsonObject]:
    if tool_name not in ROUTES:
        raise NameNotFoundError(
            "tool_name",
            tool_name,
            close=list(ROUTES),
            advice="A model's id goes into input.modelId. Nothing was charged.",
        )
    fields = {key: value for key, value in given.items() if key not in {"modelId", "model_id"}}
    model_id = ROUTES[tool_name] or given.get("modelId") or given.get("model_id")
    if not isinstance(model_id, str) or not model_id:
        message = (
            "generate needs input.modelId, such as nano-banana-pro-text, flat among the model's "
            "own fields. Nothing was charged."
        )
        raise InvalidInputError(message)
    return await resolve_model(workspace.client, model_id), fields


async def _estimate(workspace: Workspace, model: ChosenModel, complete: JsonObject) -> int:
    node = NodeToPrice(type=model.node_type, data=complete, sub_model_id=model.sub_model_id)
    return (await workspace.client.estimate_nodes([node])).total


async def _start(
    workspace: Workspace, model: ChosenModel, complete: JsonObject, *, estimate: int
) -> str:
    ask = StartModelRun(sub_model_id=model.sub_model_id, input=complete)
    started = await spend(
        workspace,
        lambda: workspace.client.start_model_run(model.node_type, ask),
        tool="execute_tool",
        what=model.id,
        arguments={"modelId": model.id, "input": complete},
        estimate=estimate,
    )
    return started.run_id


async def get_run_status(
    ctx: Call,
    runId: Annotated[str, Field(description="From start_run or execute_tool.")],
    runType: Annotated[str, Field(description="model or workflow; found out if left out.")] = "",
    waitSeconds: Annotated[
        float | None, Field(description="Wait at most so long; 0 only looks.", ge=0)
    ] = None,
) -> CallToolResult:
    """Wait for a run and return its result: files, text, each node's state. Free.

    Waits up to 12 minutes. If it is still running then, call again; never start it again.
    """
    if runType not in {"", "model", "workflow"}:
        message = f"runType is {or_list(['model', 'workflow'])}, or is left out."
        raise InvalidInputError(message)
    workspace = workspace_of(ctx)
    seconds = profiles.window(
        waitSeconds, setting=workspace.long_poll_seconds, profile=profiles.profile_of(ctx)
    )
    run = await workspace.watcher.wait(
        runId.strip(), seconds=seconds, on_change=ProgressReporter(ctx).report
    )
    return await _answer(workspace, run, waited=seconds)


async def _answer(workspace: Workspace, run: Run, *, waited: float) -> CallToolResult:
    facts = text.facts(run)
    if not is_over(run.status):
        usual = workspace.memory.usual_seconds(kind_of(run))
        next_call: JsonValue = {"tool": "get_run_status", "arguments": {"runId": run.run_id}}
        answer = text.still_running(run, waited=waited, usual_seconds=usual)
        return reply(answer, {**facts, "usualSeconds": usual, "next": next_call})
    estimate = await settle(workspace, run)
    return reply(text.status(run, estimate=estimate), {**facts, "estimate": estimate})
