"""The server that the environment asks for; hosted or local is decided here.

What a call needs is imported and opened by the first call: a client waits for the server to start.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
from anyio.abc import TaskGroup
from mcp.server.mcpserver import MCPServer
from pydantic import SecretStr

from magica_mcp.config import Settings, read_settings
from magica_mcp.errors import ConfigurationError
from magica_mcp.server.app import create_server
from magica_mcp.server.workspace import Lifetime, OpenWorkspace, Workspace


@asynccontextmanager
async def open_server(environment: Mapping[str, str]) -> AsyncIterator[MCPServer[Lifetime]]:
    """The server; where its settings are wrong, every call says so."""
    settings = _settings_or_problem(environment)
    if isinstance(settings, ConfigurationError):
        yield create_server(_refusing(settings))
        return
    async with AsyncExitStack() as opened, anyio.create_task_group() as saves:
        opening = _opening(settings, opened, saves=saves)
        try:
            yield create_server(opening, toolsets=settings.toolsets, read_only=settings.read_only)
        finally:
            saves.cancel_scope.cancel()  # what was to be saved is remembered


def _settings_or_problem(environment: Mapping[str, str]) -> Settings | ConfigurationError:
    try:
        return read_settings(environment)
    except ConfigurationError as error:
        return error


def _refusing(problem: ConfigurationError) -> OpenWorkspace:
    def refuse(_key: str | None) -> Workspace:
        raise problem

    return refuse


def _opening(settings: Settings, opened: AsyncExitStack, *, saves: TaskGroup) -> OpenWorkspace:
    """A workspace for each key, opened by whoever asks first and closed with the server."""
    kept: dict[str | None, Workspace] = {}

    def workspace(key: str | None) -> Workspace:
        if key not in kept:
            from magica_mcp.cli.connection import new_workspace  # noqa: PLC0415 - see the head

            made, http = new_workspace(with_key(settings, key), saves=saves)
            opened.push_async_callback(http.aclose)
            opened.callback(made.journal.close)
            kept[key] = made
        return kept[key]

    return workspace


def with_key(settings: Settings, key: str | None) -> Settings:
    """The settings of whoever sent this key; without one, the server's own."""
    if key is None:
        return settings
    return settings.model_copy(update={"api_key": SecretStr(key)})
