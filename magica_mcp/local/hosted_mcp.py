"""A stand-in for the hosted MCP server: stateless JSON-RPC 2.0 by POST (magica-contract 3.1).

What its tools do is in `local.hosted_tools`, a line of one table each.
"""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum

from fastapi import Request
from pydantic import JsonValue
from starlette.responses import JSONResponse, Response

from magica_mcp import __version__
from magica_mcp.errors import MagicaError
from magica_mcp.local.hosted_tools import TOOLS
from magica_mcp.local.routes.caller import Asking, Caller
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.models.wire import JsonObject

PROTOCOL = "2025-06-18"
INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32600, -32601, -32602
EVENT_STREAM = "text/event-stream"


class AnswerForm(StrEnum):
    """How answers come: the hosted server may send either (magica-contract 3.1)."""

    AS_ASKED = "as asked"
    """The first of the two that the Accept header names."""
    JSON = "json"
    EVENTS = "events"


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
        return {"result": failed(error)}
    text = json.dumps(found, ensure_ascii=False)
    return {"result": {"content": [_part(text)], "structuredContent": found, "isError": False}}


def failed(error: MagicaError) -> JsonObject:
    """What a tool answers that could not do what it was asked."""
    told: JsonObject = {"error": str(error), "code": error.code}
    return {"content": [_part(str(error))], "structuredContent": told, "isError": True}


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
