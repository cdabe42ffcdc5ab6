"""The tools of the hosted MCP server whose REST paths are only inferred (magica-contract 3.3).

Each takes the arguments as they came and answers as the REST endpoint of local Magica does.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import JsonValue, ValidationError

from magica_mcp.errors import InvalidInputError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.routes import building, library
from magica_mcp.local.routes.caller import LARGEST_PAGE, Caller, Paging, read_cursor
from magica_mcp.local.routes.runs import listed_runs
from magica_mcp.models.building import DisconnectNodes, UpdateNode
from magica_mcp.models.media import UploadFile
from magica_mcp.models.wire import Ask, JsonObject

Tool = Callable[[Caller, JsonObject], JsonValue]
Asked = TypeVar("Asked", bound=Ask)


def get_workflow(caller: Caller, arguments: JsonObject) -> JsonValue:
    return caller.magica.workflow(caller.account, _workflow_id(arguments)).wire()


def delete_workflow(caller: Caller, arguments: JsonObject) -> JsonValue:
    return building.delete_workflow(caller, _workflow_id(arguments))


def list_node_types(caller: Caller, arguments: JsonObject) -> JsonValue:
    return building.listed_node_types(caller, category=_optional(arguments, "category"))


def update_node(caller: Caller, arguments: JsonObject) -> JsonValue:
    node_id = _text(arguments, "nodeId")
    inputs = _asked(UpdateNode, arguments, but=("workflowId", "id", "nodeId")).inputs
    return building.updated_node(caller, _workflow_id(arguments), node_id, inputs)


def delete_node(caller: Caller, arguments: JsonObject) -> JsonValue:
    return building.delete_node(caller, _workflow_id(arguments), _text(arguments, "nodeId"))


def disconnect_nodes(caller: Caller, arguments: JsonObject) -> JsonValue:
    ask = _asked(DisconnectNodes, arguments, but=("workflowId", "id"))
    return building.disconnected(caller, _workflow_id(arguments), ask)


def list_runs(caller: Caller, arguments: JsonObject) -> JsonValue:
    status = _optional(arguments, "status")
    return listed_runs(
        caller,
        paging=_paging(arguments),
        workflow_id=_optional(arguments, "workflowId"),
        status=RunStatus.read(status) if status else None,
        search=_optional(arguments, "search"),
    )


def cancel_run(caller: Caller, arguments: JsonObject) -> JsonValue:
    run = caller.magica.cancel_run(caller.account, _text(arguments, "runId", "id"))
    return caller.shapes.workflow_run(run)


def upload_file(caller: Caller, arguments: JsonObject) -> JsonValue:
    return library.uploaded(caller, _asked(UploadFile, arguments))


def get_generations(caller: Caller, arguments: JsonObject) -> JsonValue:
    return library.listed_media(
        caller,
        media_type=_optional(arguments, "type"),
        cursor=_optional(arguments, "cursor"),
        limit=_size(arguments, "limit"),
    )


TOOLS: Mapping[str, Tool] = {
    "get_workflow": get_workflow,
    "delete_workflow": delete_workflow,
    "list_node_types": list_node_types,
    "update_node": update_node,
    "delete_node": delete_node,
    "disconnect_nodes": disconnect_nodes,
    "list_runs": list_runs,
    "cancel_run": cancel_run,
    "upload_file": upload_file,
    "get_generations": get_generations,
}


# Arguments ------------------------------------------------------------------------------------


def _workflow_id(arguments: JsonObject) -> str:
    return _text(arguments, "workflowId", "id")


def _text(arguments: JsonObject, *names: str) -> str:
    found = next((arguments[name] for name in names if arguments.get(name)), None)
    if not isinstance(found, str):
        raise InvalidInputError(f"'{names[0]}' is required and must be text.")
    return found


def _optional(arguments: JsonObject, name: str) -> str | None:
    return _text(arguments, name) if arguments.get(name) is not None else None


def _asked(kind: type[Asked], arguments: JsonObject, *, but: tuple[str, ...] = ()) -> Asked:
    """The arguments, `but` some, as what the REST endpoint takes in its body."""
    try:
        return kind.model_validate(
            {name: value for name, value in arguments.items() if name not in but}
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        said = first["msg"].removeprefix("Value error, ")
        raise InvalidInputError(f"Invalid request: {place or 'in all'}: {said}.") from error


def _paging(arguments: JsonObject) -> Paging:
    cursor = _optional(arguments, "cursor")
    if cursor:
        return read_cursor(cursor)
    page, size = arguments.get("page", 1), _size(arguments, "pageSize", "limit")
    if not isinstance(page, int) or page < 1:
        raise InvalidInputError("'page' counts from 1.")
    return Paging(page=page, size=size)


def _size(arguments: JsonObject, *names: str) -> int:
    """How many rows a page has: the first of several names that is given, else 20."""
    size = next((arguments[name] for name in names if arguments.get(name) is not None), 20)
    if not isinstance(size, int) or not 1 <= size <= LARGEST_PAGE:
        raise InvalidInputError(f"'{names[0]}' is between 1 and {LARGEST_PAGE}.")
    return size
