"""Operations whose REST path or answer is only inferred, each with a hosted tool as second way.

Which of the two answered is remembered. No paid operation is in the table: the paths of those are
documented, and a start never changes its way (magica-contract 2.0, 3.1).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from magica_mcp.api.failures import AttemptFailedError, unreadable
from magica_mcp.api.reading import json_of
from magica_mcp.api.retry import Effect
from magica_mcp.api.subject import Subject
from magica_mcp.api.toolcalls import ToolAnswer, tool_answer, tool_call
from magica_mcp.api.transport import Call, Transport, segment
from magica_mcp.errors import (
    ApiError,
    NotFoundError,
    UnreadableAnswerError,
)
from magica_mcp.models.wire import JsonObject

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Operation:
    """A REST call; arguments named in the path go there, the others into query or body.

    `tool` is the hosted tool that takes the same arguments, where it is called otherwise.
    """

    method: str
    path: str
    effect: Effect = Effect.NONE
    inside: str | None = None
    """The key under which an answer may wrap what was asked for."""
    tool: str | None = None
    seconds: float | None = None
    """For the whole exchange, where that is more than usual."""

    def call(self, arguments: JsonObject, *, subject: Subject | None) -> Call:
        """The request for these arguments."""
        named = set(re.findall(r"{(\w+)}", self.path))
        path = self.path.format(**{key: segment(str(arguments[key])) for key in named})
        others = {key: value for key, value in arguments.items() if key not in named}
        if self.method == "GET":
            return Call("GET", path, self.effect, query=others, subject=subject)
        body = None if self.method == "DELETE" and not others else others
        return Call(
            self.method, path, self.effect, body=body, subject=subject, seconds=self.seconds
        )

    def unwrapped(self, value: Any) -> Any:
        """The answer without its wrapping, if it has one."""
        is_wrapped = isinstance(value, dict) and isinstance(value.get(self.inside), dict)
        return value[self.inside] if is_wrapped else value


UPLOAD_SECONDS = 600.0

_WORKFLOW = "v1/workflows/{workflowId}"
_NODE = f"{_WORKFLOW}/nodes/{{nodeId}}"

OPERATIONS: Mapping[str, Operation] = {
    "get_workflow": Operation("GET", _WORKFLOW, inside="workflow"),
    "delete_workflow": Operation("DELETE", _WORKFLOW, Effect.CHANGE),
    "list_node_types": Operation("GET", "v1/node-types"),
    "update_node": Operation("PATCH", _NODE, Effect.CHANGE),
    "delete_node": Operation("DELETE", _NODE, Effect.CHANGE),
    "disconnect_nodes": Operation("DELETE", f"{_WORKFLOW}/edges/{{edgeId}}", Effect.CHANGE),
    "disconnect_ends": Operation(
        "DELETE", f"{_WORKFLOW}/edges", Effect.CHANGE, tool="disconnect_nodes"
    ),
    "list_runs": Operation("GET", "v1/runs"),
    "cancel_run": Operation("POST", "v1/runs/{runId}/cancel", Effect.CHANGE, inside="run"),
    "get_generations": Operation("GET", "v1/media-library"),
    "upload_file": Operation("POST", "v1/files", Effect.CHANGE, seconds=UPLOAD_SECONDS),
}
"""By the name of the hosted tool, which takes the same arguments, unless `tool` names another."""


NO_SECOND_WAY = frozenset({404, 405})
"""What the address of the hosted MCP server answers where there is none."""

ABOUT_THIS_CALL = frozenset({408, 409, 413, 429})
"""What it may answer to one call while it is there for others."""


class Way(Enum):
    """How an operation is reached."""

    REST = "rest"
    TOOL = "tool"


class Operations:
    """Finds out, once per operation, which way Magica answers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._ways: dict[str, Way] = {}

    async def ask(
        self,
        name: str,
        arguments: JsonObject,
        read: Callable[[Any], Answer],
        *,
        subject: Subject | None = None,
    ) -> Answer:
        """Do it the way that is known to work, or REST first and then the hosted tool.

        Raises:
            ApiError: neither way did it.
        """
        operation = OPERATIONS[name]
        if self._ways.get(name) is Way.TOOL:
            answer = await self._call_tool(name, arguments)
            return _read(answer, operation, read, subject=subject)
        try:
            found = await self._transport.ask(
                operation.call(arguments, subject=subject),
                lambda reply: read(operation.unwrapped(json_of(reply))),
            )
        except ApiError as first:
            if self._ways.get(name) is Way.REST or not _may_be_absent(first, operation):
                raise
            return await self._second_way(name, arguments, read, subject=subject, first=first)
        self._ways[name] = Way.REST
        return found

    async def _second_way(
        self,
        name: str,
        arguments: JsonObject,
        read: Callable[[Any], Answer],
        *,
        subject: Subject | None,
        first: ApiError,
    ) -> Answer:
        """Ask the tool; where there is none, the first answer was the answer."""
        try:
            answer = await self._call_tool(name, arguments)
        except ApiError as error:
            if error.status in NO_SECOND_WAY:
                self._ways[name] = Way.REST
            if _is_refusal(error, OPERATIONS[name]):
                raise first from error
            raise
        if answer.is_absent:
            self._ways[name] = Way.REST
            raise first
        found = _read(answer, OPERATIONS[name], read, subject=subject)
        self._ways[name] = Way.TOOL
        return found

    async def _call_tool(self, name: str, arguments: JsonObject) -> ToolAnswer:
        operation = OPERATIONS[name]
        tool = operation.tool or name
        call = tool_call(tool, arguments, effect=operation.effect, seconds=operation.seconds)
        return await self._transport.ask(call, partial(tool_answer, name=tool))


def _may_be_absent(error: ApiError, operation: Operation) -> bool:
    """Whether the path itself may be missing: a 404 may also mean the thing asked for.

    A site that answers every path with a web page looks unreadable; only reads go on after that.
    """
    if isinstance(error, UnreadableAnswerError):
        return operation.effect is Effect.NONE
    return isinstance(error, NotFoundError) or error.status == 405


def _is_refusal(error: ApiError, operation: Operation) -> bool:
    """Whether the hosted MCP server is not for us at all, rather than out of order for now.

    An unreadable answer to a change is none: the change may have been made.
    """
    if isinstance(error, UnreadableAnswerError):
        return operation.effect is Effect.NONE
    status = error.status or 0
    return 300 <= status < 500 and status not in ABOUT_THIS_CALL


def _read(
    answer: ToolAnswer,
    operation: Operation,
    read: Callable[[Any], Answer],
    *,
    subject: Subject | None,
) -> Answer:
    try:
        if answer.complaint is not None:
            raise answer.failure(effect=operation.effect, subject=subject)
        return read(operation.unwrapped(answer.content))
    except UnreadableAnswerError as error:
        raise unreadable(error, effect=operation.effect).error from error
    except AttemptFailedError as failed:
        raise failed.error from None
