"""What the server holds, built at once: the visible tools, the resources, the prompts."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.tools import Tool
from mcp.types import (
    CallToolResult,
    Completion,
    CompletionArgument,
    InputRequiredResult,
    PromptReference,
    ResourceTemplateReference,
)
from mcp.types import Tool as ListedTool

from magica_mcp.config import Toolset
from magica_mcp.errors import or_list, shortened
from magica_mcp.server.boundary import answer_to, bound, refusal
from magica_mcp.server.fitting import fitted
from magica_mcp.server.profiles import profile_of_caller
from magica_mcp.server.prompts import prompts
from magica_mcp.server.resources import AddResource, completions, resources
from magica_mcp.server.tool import Effect, ToolSpec
from magica_mcp.server.tools import TOOLS
from magica_mcp.server.workspace import Workspace


@dataclass(frozen=True)
class Contents:
    """Tools by name; resources as functions that add themselves to a server."""

    tools: Mapping[str, Tool]
    resources: tuple[AddResource, ...]
    prompts: tuple[Prompt, ...]
    workspace: Callable[[], Workspace]

    def listed_tools(self) -> list[ListedTool]:
        """As `tools/list` answers them."""
        return [
            ListedTool(
                name=tool.name,
                title=tool.title,
                description=tool.description,
                input_schema=tool.parameters,
                annotations=tool.annotations,
            )
            for tool in self.tools.values()
        ]

    async def call(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any]
    ) -> CallToolResult | InputRequiredResult:
        """Run a tool by its name; its answer is made to fit."""
        tool = self.tools.get(name)
        if tool is None:
            return _unknown_tool(name, known=list(self.tools))
        answer: CallToolResult | InputRequiredResult
        try:
            answer = await tool.run(arguments, context, convert_result=True)
        except Exception as error:  # noqa: BLE001 - the outermost loop of a call
            answer = answer_to(name, error)
        if isinstance(answer, InputRequiredResult):
            return answer
        longest = profile_of_caller(context).longest_answer
        return fitted(answer, tool=name, longest=longest)

    async def complete(
        self, ref: PromptReference | ResourceTemplateReference, argument: CompletionArgument
    ) -> Completion | None:
        """Ids and names that begin with, or contain, what was typed."""
        return await completions(ref, argument, workspace=self.workspace)


def _unknown_tool(name: str, *, known: list[str]) -> CallToolResult:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f" Did you mean {or_list(close)}?" if close else " See the list of tools."
    text = f"There is no tool '{shortened(name)}' here.{hint} Nothing was done."
    return refusal(text, {"code": "NOT_FOUND"})


def shown(
    tools: Sequence[ToolSpec], *, toolsets: Sequence[Toolset], read_only: bool
) -> tuple[ToolSpec, ...]:
    """The tools that the settings leave visible."""
    return tuple(
        tool
        for tool in tools
        if tool.group in toolsets and not (read_only and tool.effect is not Effect.READS)
    )


def contents(
    toolsets: Sequence[Toolset], *, read_only: bool, workspace: Callable[[], Workspace]
) -> Contents:
    """Everything that the settings leave visible."""
    tools = shown(TOOLS, toolsets=toolsets, read_only=read_only)
    return Contents(
        tools={spec.name: bound(spec) for spec in tools},
        resources=resources(workspace),
        prompts=tuple(prompts()),
        workspace=workspace,
    )
