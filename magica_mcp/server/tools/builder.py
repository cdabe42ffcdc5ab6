"""The builder: a workflow made node by node and edge by edge, each step checked."""

from typing import Annotated

from mcp.types import CallToolResult
from pydantic import Field

from magica_mcp.errors import InvalidInputError
from magica_mcp.models.building import (
    AddNode,
    ConnectNodes,
    CreateWorkflow,
    DisconnectNodes,
    NewRequestField,
    Position,
)
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.node_kinds import defaults_of_fields, inputs_of_node, inputs_of_type
from magica_mcp.server.render import building as text
from magica_mcp.server.resolving import own_workflow
from magica_mcp.server.tool import reply
from magica_mcp.server.tools.workflows import Category, OwnWorkflow
from magica_mcp.server.workspace import Call, workspace_of

NodeId = Annotated[str, Field(description="Node id.")]


async def create_workflow(
    ctx: Call,
    name: Annotated[str, Field(description="Name.", min_length=1)],
    requestFields: Annotated[
        list[JsonObject],
        Field(description="Open inputs: [{name, type, value?}]; type text, image, number …"),
    ] = [],  # noqa: B006 - never changed; pydantic copies it
    description: Annotated[str, Field(description="What it is for.")] = "",
) -> CallToolResult:
    """Make a new workflow with a Request and a Response node; returns their ids.

    Then list_node_types, add_node, connect_nodes, and start_run.
    """
    workspace = workspace_of(ctx)
    given = await defaults_of_fields(workspace, requestFields)
    fields = tuple(NewRequestField.model_validate(field) for field in given)
    ask = CreateWorkflow(name=name, description=description or None, request_fields=fields or None)
    made = await workspace.client.create_workflow(ask)
    return reply(text.created(made), made.wire())


async def list_node_types(
    ctx: Call,
    category: Annotated[Category, Field(description="Leave out for all.")] = "",
    search: Annotated[str, Field(description="Part of a name or id.")] = "",
) -> CallToolResult:
    """Node types with their input and output handles and types, for add_node. Free."""
    rows = await workspace_of(ctx).client.node_types(category=category or None)
    wanted = search.strip().lower()
    chosen = [row for row in rows if wanted in f"{row.node_type} {row.name}".lower()]
    asked = " ".join(part for part in (category, search) if part)
    return reply(
        text.node_types(chosen, asked=asked), {"nodeTypes": [row.wire() for row in chosen]}
    )


async def add_node(
    ctx: Call,
    workflowId: OwnWorkflow,
    nodeType: Annotated[str, Field(description="From list_node_types.")],
    inputs: Annotated[JsonObject | None, Field(description="Values to preset, by field.")] = None,
    mode: Annotated[str, Field(description="Sub-model, such as image-to-image.")] = "",
    column: Annotated[int | None, Field(description="Batch, from 1.", ge=1)] = None,
    row: Annotated[int | None, Field(description="Place in it, from 0.", ge=0)] = None,
    position: Annotated[JsonObject | None, Field(description="{x, y} instead.")] = None,
) -> CallToolResult:
    """Add a node to a workflow; returns its id and handles."""
    workspace = workspace_of(ctx)
    client = workspace.client
    chosen = await own_workflow(client, workflowId)
    ask = AddNode(
        node_type=nodeType,
        inputs=await inputs_of_type(workspace, nodeType, inputs) if inputs else None,
        mode=mode or None,
        column=column,
        row=row,
        position=Position.model_validate(position) if position else None,
    )
    node = await client.add_node(chosen.id, ask)
    return reply(text.added(node, workflow_id=chosen.id), {"workflowId": chosen.id, **node.wire()})


async def update_node(
    ctx: Call,
    workflowId: OwnWorkflow,
    nodeId: NodeId,
    inputs: Annotated[JsonObject, Field(description="New values, by field; null removes one.")],
) -> CallToolResult:
    """Set values of a node; its edges stay. On the Request node: the fields' defaults."""
    workspace = workspace_of(ctx)
    client = workspace.client
    chosen = await own_workflow(client, workflowId)
    found = await inputs_of_node(workspace, chosen.id, nodeId, inputs)
    await client.update_node(chosen.id, nodeId, found)
    names = ", ".join(inputs) or "nothing"
    facts: JsonObject = {"workflowId": chosen.id, "nodeId": nodeId, "inputsSet": list(inputs)}
    return reply(f"Set {names} of node {nodeId} in {chosen.name}.", facts)


async def delete_node(ctx: Call, workflowId: OwnWorkflow, nodeId: NodeId) -> CallToolResult:
    """Remove a node and its edges. The Request and the Response node stay."""
    client = workspace_of(ctx).client
    chosen = await own_workflow(client, workflowId)
    await client.delete_node(chosen.id, nodeId)
    facts: JsonObject = {"success": True, "workflowId": chosen.id, "nodeId": nodeId}
    return reply(f"Removed node {nodeId} and its edges from {chosen.name}.", facts)


async def connect_nodes(
    ctx: Call,
    workflowId: OwnWorkflow,
    sourceNodeId: NodeId,
    sourceHandle: Annotated[str, Field(description="out:…; of the Request node the field id.")],
    targetNodeId: NodeId,
    targetHandle: Annotated[str, Field(description="in:…; of the Response node result.")],
) -> CallToolResult:
    """Connect an output to an input. Types must fit, most inputs take one edge, no cycles."""
    client = workspace_of(ctx).client
    chosen = await own_workflow(client, workflowId)
    edge = await client.connect_nodes(
        chosen.id,
        ConnectNodes(
            source_node_id=sourceNodeId,
            source_handle=sourceHandle,
            target_node_id=targetNodeId,
            target_handle=targetHandle,
        ),
    )
    return reply(text.connected(edge), {"workflowId": chosen.id, **edge.wire()})


async def disconnect_nodes(
    ctx: Call,
    workflowId: OwnWorkflow,
    edgeId: Annotated[str, Field(description="Or source and target.")] = "",
    sourceNodeId: NodeId = "",
    targetNodeId: NodeId = "",
    sourceHandle: Annotated[str, Field(description="Where several edges join them.")] = "",
    targetHandle: Annotated[str, Field(description="Likewise.")] = "",
) -> CallToolResult:
    """Remove an edge, by its id or by the two nodes that it joins."""
    if not edgeId and not (sourceNodeId and targetNodeId):
        message = "Give edgeId, or sourceNodeId and targetNodeId. Nothing was changed."
        raise InvalidInputError(message)
    client = workspace_of(ctx).client
    chosen = await own_workflow(client, workflowId)
    ask = DisconnectNodes(
        edge_id=edgeId or None,
        source_node_id=sourceNodeId or None,
        target_node_id=targetNodeId or None,
        source_handle=sourceHandle or None,
        target_handle=targetHandle or None,
    )
    await client.disconnect_nodes(chosen.id, ask)
    what = f"edge {edgeId}" if edgeId else f"the edge from {sourceNodeId} to {targetNodeId}"
    facts: JsonObject = {"success": True, "workflowId": chosen.id, "edgeId": edgeId or None}
    return reply(f"Removed {what} from {chosen.name}.", facts)
