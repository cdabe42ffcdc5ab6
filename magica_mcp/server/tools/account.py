"""The account's tools: what is there to spend, and what things cost."""

from typing import Annotated

from mcp.types import CallToolResult
from pydantic import Field

from magica_mcp.errors import InvalidInputError, NotFoundError
from magica_mcp.models.credits import NodeToPrice, Pricing
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import request_fields
from magica_mcp.server.media_inputs import MediaInputs
from magica_mcp.server.pricing import price_of_workflow, priceable
from magica_mcp.server.purse import purse_of
from magica_mcp.server.render import account as text
from magica_mcp.server.resolving import ChosenModel, resolve_model, resolve_workflow
from magica_mcp.server.tool import reply
from magica_mcp.server.values import values_for
from magica_mcp.server.workspace import Call, Workspace, workspace_of


async def get_balance(ctx: Call) -> CallToolResult:
    """How many credits the account has left, and what today came to. Free."""
    workspace = workspace_of(ctx)
    balance, purse = await workspace.client.balance(), await purse_of(workspace)
    return reply(text.balance(balance, purse), {**balance.wire(), **purse.facts()})


async def get_pricing(
    ctx: Call,
    modelId: Annotated[str, Field(description="Model, sub-model or node type id.")] = "",
    sampleInput: Annotated[
        JsonObject | None, Field(description="The input you would run; gives the exact cost.")
    ] = None,
    workflowId: Annotated[str, Field(description="Instead: a workflow, priced by node.")] = "",
    values: Annotated[JsonObject | None, Field(description="As for start_run.")] = None,
) -> CallToolResult:
    """What a model costs, exactly with sampleInput; or a whole workflow with its values. Free."""
    workspace = workspace_of(ctx)
    if bool(modelId) is bool(workflowId):
        message = "get_pricing needs modelId or workflowId, one of the two."
        raise InvalidInputError(message)
    if workflowId:
        return await _workflow_price(workspace, workflowId, values or {})
    model = await resolve_model(workspace.client, modelId)
    schema = await workspace.client.model_schema(model.id)
    media = MediaInputs(workspace, uploads=False)
    complete = await media.of_model(schema, priceable(schema, sampleInput or {}))
    pricing = await _priced(workspace, model, complete)
    purse = await purse_of(workspace)
    answer = text.pricing(pricing, model=model, schema=schema, sample=sampleInput, purse=purse)
    return reply(answer, {**pricing.wire(), **purse.facts_of(pricing.microcredits)})


async def _priced(workspace: Workspace, model: ChosenModel, complete: JsonObject) -> Pricing:
    """How the model is priced, and exactly what this input costs."""
    node = NodeToPrice(type=model.node_type, data=complete, sub_model_id=model.sub_model_id)
    pricing = await workspace.client.model_pricing(model.id)
    exact = await workspace.client.estimate_nodes([node])
    return pricing.model_copy(update={"estimated_cost": exact.total})


async def _workflow_price(
    workspace: Workspace, workflow_id: str, values: JsonObject
) -> CallToolResult:
    chosen = await resolve_workflow(workspace.client, workflow_id)
    if chosen.graph is None:
        message = f"The graph of {chosen.name} cannot be read here, so it cannot be priced."
        raise NotFoundError(message)
    fields = tuple(
        field.model_copy(update={"required": False}) for field in request_fields(chosen.graph)
    )  # a price needs no prompt
    media = MediaInputs(workspace, uploads=False)
    understood = await values_for(chosen, fields, values, media=media)
    price = await price_of_workflow(workspace.client, chosen.graph, values=understood.values)
    purse = await purse_of(workspace)
    facts: JsonObject = {
        "workflow": {"id": chosen.id, "name": chosen.name},
        **price.facts(),
        **purse.facts_of(price.total),
    }
    return reply(text.workflow_price(price, workflow=chosen, purse=purse), facts)
