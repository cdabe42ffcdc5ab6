"""What kinds of values the inputs of a workflow's node take, as far as Magica tells."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydantic import JsonValue

from magica_mcp.errors import MagicaError
from magica_mcp.graph.ports import bare, kind_of_field
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import request_fields
from magica_mcp.server.media_inputs import Kinds, MediaInputs
from magica_mcp.server.workspace import Workspace

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient


async def inputs_of_type(workspace: Workspace, node_type: str, given: JsonObject) -> JsonObject:
    """Inputs for a new node of this type, the media files among them by their URLs."""
    if not _may_hold_files(given.values()):
        return given
    kinds = await _of_type(workspace.client, node_type)
    return await MediaInputs(workspace).found(given, kinds)


async def inputs_of_node(
    workspace: Workspace, workflow_id: str, node_id: str, given: JsonObject
) -> JsonObject:
    """Inputs for a node that is there likewise; of the Request node, its fields."""
    if not _may_hold_files(given.values()):
        return given
    kinds = await _of_node(workspace.client, workflow_id, node_id)
    return await MediaInputs(workspace).found(given, kinds)


async def defaults_of_fields(workspace: Workspace, fields: list[JsonObject]) -> list[JsonObject]:
    """Fields of a new Request node, the media files among their defaults by their URLs."""
    media = MediaInputs(workspace)
    found = []
    for field in fields:
        kinds = {"value": kind_of_field(str(field.get("type", "")))}
        found.append(await media.found(field, kinds))
    return found


async def _of_type(client: "MagicaClient", node_type: str) -> Kinds:
    """By the names of its inputs, bare or not; nothing where Magica does not tell its types."""
    try:
        rows = await client.node_types()
    except MagicaError:
        return {}
    return {
        name: kind_of_field(port.type)
        for row in rows
        if row.node_type == node_type
        for port in row.inputs
        for name in (port.handle, bare(port.handle))
    }


async def _of_node(client: "MagicaClient", workflow_id: str, node_id: str) -> Kinds:
    try:
        workflow = await client.get_workflow(workflow_id)
    except MagicaError:
        return {}
    fields = {
        name: kind_of_field(field.type)
        for field in request_fields(workflow)
        if field.node_id == node_id
        for name in (field.field_id, field.name)
    }
    node = next((node for node in workflow.nodes if node.id == node_id), None)
    return fields if fields or node is None else await _of_type(client, node.type)


def _may_hold_files(values: Iterable[JsonValue]) -> bool:
    """Whether any text is no URL already, so that it is worth asking what it stands for."""
    texts = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return any(
        isinstance(text, str) and not text.lower().startswith(("https://", "http://"))
        for text in texts
    )
