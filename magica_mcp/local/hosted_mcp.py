"""A stand-in for the hosted MCP server: the documented tools whose REST paths are only inferred.

Stateless JSON-RPC 2.0 by POST (magica-contract 3.1); every tool is a line of one table.
"""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum

from fastapi import Request
from pydantic import JsonValue
from starlette.responses import JSONResponse, Response

from magica_mcp import __version__
from magica_mcp.errors import InvalidInputError, MagicaError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.routes.caller import Asking, Caller, Paging, read_cursor
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.local.routes.runs import listed_runs
from magica_mcp.models.wire import JsonObject

PROTOCOL = "2025-06-18"
INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32600, -32601, -32602
EVENT_STREAM = "text/event-stream"

Tool = Callable[[Caller, JsonObject], JsonValue]


class AnswerForm(StrEnum):
    """How answers come: the hosted server may send either (magica-contract 3.1)."""

    AS_ASKED = "as asked"
    """The first of the two that the Accept header names."""
    JSON = "json"
    EVENTS = "events"


def get_workflow(caller: Caller, arguments: JsonObject) -> JsonValue:
    return caller.magica.workflow(caller.account, _text(arguments, "workflowId", "id")).wire()


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


TOOLS: Mapping[str, Tool] = {
    "get_workflow": get_workflow,
    "list_runs": list_runs,
    "cancel_run": cancel_run,
}


def _text(arguments: JsonObject, *names: str) -> str:
    found = next((arguments[name] for name in names if arguments.get(name)), None)
    if not isinstance(found, str):
        raise InvalidInputError(f"'{names[0]}' is required and must be text.")
    return found


def _optional(arguments: JsonObject, name: str) -> str | None:
    return _text(arguments, name) if arguments.get(name) is not None else None


def _paging(arguments: JsonObject) -> Paging:
    cursor = _optional(arguments, "cursor")
    if cursor:
        return read_cursor(cursor)
    page, size = arguments.get("page", 1), arguments.get("pageSize", arguments.get("limit", 20))
    if not (isinstance(page, int) and isinstance(size, int) and page >= 1 and 1 <= size <= 100):
        raise InvalidInputError("'page' counts from 1, and 'pageSize' is between 1 and 100.")
    return Paging(page=page, size=size)


# JSON-RPC -------------------------------------------------------------------------------------


def initialized(_caller: Caller, _params: JsonObject) -> JsonObject:
    server: JsonObject = {"name": "magica", "version": __version__}
    return {
        "result": {
            "protocolVersion": PROTOCOL,
            "capabilities": {"tools": {}},
            "serverInfo": server,
        }
    }


def pong(_caller: Caller, _params: JsonObject) -> JsonObject:
    return {"result": {}}


def listed_tools(_caller: Caller, _params: JsonObject) -> JsonObject:
    return {"result": {"tools": [{"name": name, "inputSchema": _ANYTHING} for name in TOOLS]}}


def called_tool(caller: Caller, params: JsonObject) -> JsonObject:
    name, arguments = params.get("name"), params.get("arguments") or {}
    tool = TOOLS.get(name) if isinstance(name, str) else None
    if tool is None or not isinstance(arguments, dict):
        return refusal(INVALID_PARAMS, f"Unknown tool: {name}")
    try:
        found = tool(caller, arguments)
    except MagicaError as error:
        return {"result": {"content": [_part(str(error))], "isError": True}}
    text = json.dumps(found, ensure_ascii=False)
    return {"result": {"content": [_part(text)], "structuredContent": found, "isError": False}}


METHODS: Mapping[str, Callable[[Caller, JsonObject], JsonObject]] = {
    "initialize": initialized,
    "ping": pong,
    "tools/list": listed_tools,
    "tools/call": called_tool,
}

_ANYTHING: JsonObject = {"type": "object"}


def _part(text: str) -> JsonValue:
    return {"type": "text", "text": text}


def refusal(code: int, text: str) -> JsonObject:
    return {"error": {"code": code, "message": text}}


def outcome_of(caller: Caller, message: JsonObject) -> JsonObject:
    """The `result` or the `error` of one request."""
    method, params = message.get("method"), message.get("params") or {}
    if message.get("jsonrpc") != "2.0" or not isinstance(params, dict):
        return refusal(INVALID_REQUEST, "Not a JSON-RPC 2.0 request.")
    answer = METHODS.get(method) if isinstance(method, str) else None
    if answer is None:
        return refusal(METHOD_NOT_FOUND, f"Method not found: {method}")
    return answer(caller, params)


def wants_events(accept: str, *, form: AnswerForm) -> bool:
    """Whether the answer is to be an event stream rather than plain JSON."""
    if form is not AnswerForm.AS_ASKED:
        return form is AnswerForm.EVENTS
    offered = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    known = [part for part in offered if part in {EVENT_STREAM, "application/json"}]
    return known[:1] == [EVENT_STREAM]


def mcp_endpoint(form: AnswerForm) -> Endpoint:
    def answer(request: Request, caller: Asking, message: JsonObject) -> Response:
        if "id" not in message:
            return Response(status_code=202)
        reply = {"jsonrpc": "2.0", "id": message["id"], **outcome_of(caller, message)}
        if wants_events(request.headers.get("accept", ""), form=form):
            event = f"event: message\ndata: {json.dumps(reply)}\n\n"
            return Response(event, media_type=EVENT_STREAM)
        return JSONResponse(reply)

    return Endpoint("POST", "/mcp", answer)
