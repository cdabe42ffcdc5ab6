"""The MCP server, assembled from the registry."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.tools import Tool

from magica_mcp import __version__
from magica_mcp.config import TOOLSETS, Toolset
from magica_mcp.server.boundary import bound
from magica_mcp.server.tool import Effect, ToolSpec
from magica_mcp.server.tools import TOOLS
from magica_mcp.server.workspace import OpenWorkspace

INSTRUCTIONS = """\
Magica makes images, video, audio and text by running models and workflows; runs cost credits.
- One image or text: execute_tool {tool_name: "generate", input: {modelId, prompt, …}}.
- A saved workflow or a template: start_run with its name lists the fields (free); call it again \
with values to start.
- Both return a run id at once. get_run_status waits for the result. If it says that the run is \
still going on, call it again; never start the same thing twice.
- get_balance and get_pricing are free: look before you spend. Tell the person the price of \
anything expensive first."""


def shown(
    tools: Sequence[ToolSpec], *, toolsets: Sequence[Toolset], read_only: bool
) -> tuple[ToolSpec, ...]:
    """The tools that the settings leave visible."""
    return tuple(
        tool
        for tool in tools
        if tool.group in toolsets and not (read_only and tool.effect is not Effect.READS)
    )


def create_server(
    open_workspace: OpenWorkspace,
    *,
    toolsets: Sequence[Toolset] = TOOLSETS,
    read_only: bool = False,
) -> MCPServer[OpenWorkspace]:
    """A server for any transport. The workspace outlives every connection: its owner closes it."""

    @asynccontextmanager
    async def lifespan(_: MCPServer[OpenWorkspace]) -> AsyncIterator[OpenWorkspace]:
        yield open_workspace

    tools: list[Tool] = [
        bound(spec) for spec in shown(TOOLS, toolsets=toolsets, read_only=read_only)
    ]
    settings: dict[str, Any] = {"log_level": "WARNING", "lifespan": lifespan}
    return MCPServer(
        name="magica",
        title="Magica",
        version=__version__,
        instructions=INSTRUCTIONS,
        tools=tools,
        **settings,
    )
