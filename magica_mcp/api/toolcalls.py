"""The hosted MCP server's tools as plain JSON-RPC: what to send, and what the answer says.

Pure (magica-contract 3.1): stateless, and the answer is JSON or a stream of SSE events.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from magica_mcp.api.failures import AttemptFailedError, failure
from magica_mcp.api.reading import Reply, json_of
from magica_mcp.api.retry import Effect
from magica_mcp.api.subject import Subject
from magica_mcp.api.transport import Call
from magica_mcp.api.wording import code_of, json_or_none
from magica_mcp.errors import UnreadableAnswerError
from magica_mcp.models.wire import JsonObject

REQUEST_ID = 1
METHOD_NOT_FOUND = -32601
INTERNAL_ERROR = -32603

STATUS_OF_CODE = {
    "NOT_FOUND": 404,
    "UNAUTHORIZED": 401,
    "INSUFFICIENT_CREDITS": 403,
    "CONFLICT": 409,
    "GONE": 410,
    "RATE_LIMITED": 429,
    "INTERNAL_SERVER_ERROR": 500,
}
"""The REST status that says the same as a tool's machine code; any other code is a refusal."""

_UNKNOWN = re.compile(
    r"not found|does not exist|no such|there is no|\b404\b|\bunknown (?!error)|^no \w+ ",
    re.IGNORECASE,
)
_PART_OF_A_NODE = re.compile(r"\b(input|field|port|handle)s?\b", re.IGNORECASE)
"""What makes a complaint about a part of a node rather than about the node itself."""
_NO_TOOL = (
    r"(unknown|no such) tool\b|tool not found|tool\W+{name}\W+(was not|not|is not) (found|known)"
)
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class ToolAnswer:
    """What a tool said: its content, or why it has none."""

    content: JsonValue = None
    """Its JSON, or its words where it has none."""
    complaint: str | None = None
    status: int = 400
    """The REST status closest to the complaint."""
    is_absent: bool = False
    """Whether there is no tool of this name."""

    def failure(self, *, effect: Effect, subject: Subject | None) -> AttemptFailedError:
        """The complaint as the error that the same complaint of REST would be."""
        body = json.dumps({"message": self.complaint}).encode()
        is_unknown = self.status == 404 and subject is not None and subject.is_looked_for
        status = 400 if self.status == 404 and not is_unknown else self.status
        return failure(status, body, {}, effect=effect, subject=subject)


def tool_call(
    name: str, arguments: JsonObject, *, effect: Effect, seconds: float | None = None
) -> Call:
    """The request that calls a tool; `seconds` as in `Call`."""
    params: JsonObject = {"name": name, "arguments": arguments}
    return Call(
        "POST",
        "mcp",
        effect,
        body={"jsonrpc": "2.0", "id": REQUEST_ID, "method": "tools/call", "params": params},
        accept="application/json, text/event-stream",
        seconds=seconds,
    )


def tool_answer(reply: Reply, *, name: str) -> ToolAnswer:
    """What the tool of this name answered.

    Raises:
        UnreadableAnswerError: it is no JSON-RPC answer to our request.
    """
    message = _message_in(reply)
    error = message.get("error")
    if isinstance(error, dict):
        return _refused(error, name=name)
    result = message.get("result")
    if not isinstance(result, dict):
        raise UnreadableAnswerError("The hosted tool answered with neither a result nor an error.")
    content = _content_of(result)
    if result.get("isError"):
        return _complained(result, content, name=name)
    return ToolAnswer(content=content)


def _message_in(reply: Reply) -> dict[str, Any]:
    if "event-stream" not in reply.content_type:
        messages = [json_of(reply)]
    else:
        messages = [json_or_none(event) for event in events_in(reply.body)]
    for message in messages:
        if isinstance(message, dict) and ("result" in message or "error" in message):
            return message
    raise UnreadableAnswerError("The hosted MCP server sent no answer to our request.")


def events_in(stream: bytes) -> list[bytes]:
    """The data of each event of an SSE stream; comments and other fields are passed over."""
    events: list[bytes] = []
    lines: list[bytes] = []
    for line in [*_LINE_END.split(stream), b""]:
        if line.startswith(b"data:"):
            lines.append(line[5:].removeprefix(b" "))
        elif not line and lines:
            events.append(b"\n".join(lines))
            lines = []
    return events


def _texts_of(result: dict[str, Any]) -> list[str]:
    parts = result.get("content")
    listed = parts if isinstance(parts, list) else []
    return [part["text"] for part in listed if isinstance(part, dict) and _has_text(part)]


def _has_text(part: dict[str, Any]) -> bool:
    return part.get("type") == "text" and isinstance(part.get("text"), str)


def _content_of(result: dict[str, Any]) -> JsonValue:
    """The structured content, or else the JSON in the first text part, or else its words."""
    structured: JsonValue = result.get("structuredContent")
    if structured is not None:
        return structured
    texts = _texts_of(result)
    content: JsonValue = json_or_none(texts[0].encode()) if texts else None
    return content if isinstance(content, dict | list) or not texts else texts[0]


def _complained(result: dict[str, Any], content: JsonValue, *, name: str) -> ToolAnswer:
    envelope = content if isinstance(content, dict) else {}
    text = envelope.get("message") or envelope.get("error") or " ".join(_texts_of(result))
    text = text if isinstance(text, str) else ""
    code = code_of(json.dumps(envelope).encode())
    return ToolAnswer(
        complaint=text,
        status=_status_of(text, code=code),
        is_absent=code is None and _is_about_tool(text, name),
    )


def _refused(error: dict[str, Any], *, name: str) -> ToolAnswer:
    text, code = str(error.get("message") or ""), error.get("code")
    status = 500 if code == INTERNAL_ERROR else _status_of(text, code=None)
    is_absent = code == METHOD_NOT_FOUND or _is_about_tool(text, name)
    return ToolAnswer(complaint=text, status=status, is_absent=is_absent)


def _status_of(text: str, *, code: str | None) -> int:
    if code is not None:
        return STATUS_OF_CODE.get(code, 400)
    return 404 if _UNKNOWN.search(text) and not _PART_OF_A_NODE.search(text) else 400


def _is_about_tool(text: str, name: str) -> bool:
    return re.search(_NO_TOOL.format(name=re.escape(name)), text, re.IGNORECASE) is not None
