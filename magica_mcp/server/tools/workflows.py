"""Saved workflows and templates: found, read, renamed, deleted."""

from typing import Annotated, Literal

from mcp.types import CallToolResult
from pydantic import Field

from magica_mcp.errors import InvalidInputError
from magica_mcp.models.building import UpdateWorkflow
from magica_mcp.server.graphs import read_graph
from magica_mcp.server.render import workflows as text
from magica_mcp.server.resolving import own_workflow, readable_workflow
from magica_mcp.server.tool import reply
from magica_mcp.server.workspace import Call, workspace_of

Category = Literal["", "image", "video", "audio", "utility", "llm"]
OwnWorkflow = Annotated[str, Field(description="Id or exact name of an own workflow.")]


async def list_workflows(
    ctx: Call,
    search: Annotated[str, Field(description="Words of the name.")] = "",
    page: Annotated[int, Field(description="From 1.", ge=1)] = 1,
    pageSize: Annotated[int, Field(description="Rows, at most 100.", ge=1, le=100)] = 20,
) -> CallToolResult:
    """Your own workflows: id, name, last change. Free. Templates: list_system_workflows."""
    client = workspace_of(ctx).client
    found = await client.list_workflows(search=search or None, page=page, page_size=pageSize)
    return reply(text.listing(found, search=search), found.wire())


async def list_system_workflows(
    ctx: Call, category: Annotated[Category, Field(description="Leave out for all.")] = ""
) -> CallToolResult:
    """Magica's ready-made templates, one model each; start_run runs them by slug or name. Free."""
    rows = await workspace_of(ctx).client.list_system_workflows()
    chosen = [row for row in rows if not category or row.category == category]
    return reply(text.templates(chosen, category=category), {"items": [r.wire() for r in chosen]})


async def get_workflow(
    ctx: Call, workflowId: Annotated[str, Field(description="Id, name or template slug.")]
) -> CallToolResult:
    """One workflow as a graph: a drawing, its nodes, edges and handles. Free."""
    client = workspace_of(ctx).client
    workflow = await readable_workflow(client, workflowId)
    drawing, problems = await read_graph(client, workflow)
    answer = text.graph(workflow, drawing=drawing, problems=problems)
    return reply(answer, {**workflow.wire(), "problems": list(problems)})


async def update_workflow(
    ctx: Call,
    workflowId: OwnWorkflow,
    name: Annotated[str, Field(description="New name.")] = "",
    description: Annotated[str, Field(description="New description.")] = "",
) -> CallToolResult:
    """Rename or describe a workflow. For its nodes and edges: add_node, connect_nodes and so on."""
    changes = {"name": name or None, "description": description or None}
    changed = [key for key, value in changes.items() if value is not None]
    if not changed:
        message = "Give a new name, a new description, or both. Nothing was changed."
        raise InvalidInputError(message)
    client = workspace_of(ctx).client
    chosen = await own_workflow(client, workflowId)
    await client.update_workflow(chosen.id, UpdateWorkflow.model_validate(changes))
    shown = name or chosen.name
    answer = text.updated(shown, chosen.id, changed=changed)
    return reply(answer, {"id": chosen.id, "name": shown, "changed": list(changed)})


async def delete_workflow(ctx: Call, workflowId: OwnWorkflow) -> CallToolResult:
    """Delete a workflow for good. Ask the person first. Its runs stay."""
    client = workspace_of(ctx).client
    chosen = await own_workflow(client, workflowId, exactly=True)
    workflow = await client.get_workflow(chosen.id)
    await client.delete_workflow(chosen.id)
    return reply(text.deleted(workflow), {"success": True, "deleted": workflow.wire()})
