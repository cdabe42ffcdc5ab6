"""The account's tools: what is there to spend, and what things cost."""

from typing import Annotated

from mcp.types import CallToolResult
from pydantic import Field

from magica_mcp.models.credits import NodeToPrice, Pricing
from magica_mcp.models.inputs import checked
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.render import account as text
from magica_mcp.server.resolving import ChosenModel, resolve_model
from magica_mcp.server.tool import reply
from magica_mcp.server.workspace import Call, Workspace, workspace_of


async def get_balance(ctx: Call) -> CallToolResult:
    """How many credits the account has left. Free."""
    balance = await workspace_of(ctx).client.balance()
    return reply(text.balance(balance), balance.wire())


async def get_pricing(
    ctx: Call,
    modelId: Annotated[str, Field(description="Model, sub-model or node type id.")],
    sampleInput: Annotated[
        JsonObject | None, Field(description="The input you would run; gives the exact cost.")
    ] = None,
) -> CallToolResult:
    """What a model costs, exactly when sampleInput is given. Free; execute_tool charges."""
    workspace = workspace_of(ctx)
    model = await resolve_model(workspace.client, modelId)
    pricing = await _priced(workspace, model, sampleInput)
    return reply(text.pricing(pricing, model=model, sample=sampleInput), pricing.wire())


async def _priced(workspace: Workspace, model: ChosenModel, sample: JsonObject | None) -> Pricing:
    pricing = await workspace.client.model_pricing(model.id)
    if sample is None:
        return pricing
    schema = await workspace.client.model_schema(model.id)
    exact = await workspace.client.estimate_nodes(
        [
            NodeToPrice(
                type=model.node_type,
                data=checked(schema, sample),
                sub_model_id=model.sub_model_id,
            )
        ]
    )
    return pricing.model_copy(update={"estimated_cost": exact.total})
