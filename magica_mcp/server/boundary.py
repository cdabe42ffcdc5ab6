"""Where the SDK's calls become ours and our errors become what the assistant reads."""

import logging
from collections.abc import Coroutine
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, TextContent
from pydantic import ValidationError

from magica_mcp.errors import (
    AmbiguousNameError,
    ApprovalRefusedError,
    MagicaError,
    NameNotFoundError,
    OverBudgetError,
)
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.arguments import first_problem, understood
from magica_mcp.server.schemas import hardened
from magica_mcp.server.tool import ToolSpec
from magica_mcp.server.workspace import workspace_of

logger = logging.getLogger(__name__)


class BoundTool(Tool):
    """A tool as the SDK runs it, with slips understood before."""

    def run(
        self,
        arguments: dict[str, Any],
        context: Context[Any, Any],
        convert_result: bool = False,  # noqa: FBT001, FBT002 - the SDK's signature
    ) -> Coroutine[Any, Any, Any]:
        """Run the tool; what it raises is for `answer_to`."""
        workspace_of(context)  # wrong settings are the answer, whatever was asked
        meant = understood(self.name, arguments, self.parameters)
        return super().run(meant, context, convert_result=convert_result)


def answer_to(tool: str, error: Exception) -> CallToolResult:
    """Whatever went wrong in a tool as an `isError` result, never a traceback."""
    return _told(tool, _raised(error))


def _raised(error: Exception) -> BaseException:
    """What was raised is what counts; the SDK wraps what a tool raises."""
    return error.__cause__ or error if isinstance(error, ToolError) else error


def _told(tool: str, error: BaseException) -> CallToolResult:
    """What the assistant reads of an error."""
    if isinstance(error, MagicaError):
        return refusal(str(error), facts_of(error))
    if isinstance(error, ValidationError):
        return refusal(first_problem(tool, error), {"code": "VALIDATION_ERROR"})
    logger.error("%s failed unexpectedly", tool, exc_info=error)
    return refusal(
        f"{tool} failed inside magica-mcp itself; this is a bug of ours. If it was a"
        " start, look at get_balance before you start again. The server's log says more.",
        {"code": "INTERNAL_ERROR"},
    )


def bound(spec: ToolSpec) -> Tool:
    """A tool of the registry as the SDK wants it."""
    tool = BoundTool.from_function(
        spec.function,
        title=spec.title,
        description=spec.description,
        annotations=spec.annotations,
        structured_output=False,
    )
    tool.parameters = hardened(tool.parameters)
    return tool


def refusal(text: str, facts: JsonObject) -> CallToolResult:
    """An answer that says what went wrong and what to do."""
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content={"error": text, **facts},
        is_error=True,
    )


def facts_of(error: MagicaError) -> JsonObject:
    """What a program may want to know of an error beyond its sentence."""
    facts: JsonObject = {"code": error.code}
    if isinstance(error, AmbiguousNameError):
        facts["candidates"] = list(error.candidates)
    if isinstance(error, NameNotFoundError):
        facts["nearest"] = list(error.close)
    if isinstance(error, OverBudgetError):
        facts |= {"left": error.left, "fits": error.fits, "renewsAt": error.renews_at}
    if isinstance(error, ApprovalRefusedError):
        facts["reason"] = error.reason
    return facts
