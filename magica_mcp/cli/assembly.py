"""Builds a workspace from the environment and closes it; hosted or local is decided here."""

import hashlib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import anyio
import httpx
from mcp.server.mcpserver import MCPServer

from magica_mcp import __version__
from magica_mcp.api.client import MagicaClient
from magica_mcp.api.watcher import RunWatcher
from magica_mcp.config import Settings, read_settings
from magica_mcp.errors import ConfigurationError
from magica_mcp.memory import Memory
from magica_mcp.server.app import create_server
from magica_mcp.server.workspace import OpenWorkspace, Workspace
from magica_mcp.spend.journal import Journal

LOCAL_ORIGIN = "http://127.0.0.1"
"""Stands for local Magica until the transport knows where it listens."""


@asynccontextmanager
async def open_server(environment: Mapping[str, str]) -> AsyncIterator[MCPServer[OpenWorkspace]]:
    """The server that the environment asks for; where that is wrong, every call says so."""
    settings = _settings_or_problem(environment)
    if isinstance(settings, ConfigurationError):
        yield create_server(_refusing(settings))
        return
    async with open_workspace(settings) as workspace:
        yield create_server(
            lambda: workspace, toolsets=settings.toolsets, read_only=settings.read_only
        )


def _settings_or_problem(environment: Mapping[str, str]) -> Settings | ConfigurationError:
    try:
        return read_settings(environment)
    except ConfigurationError as error:
        return error


def _refusing(problem: ConfigurationError) -> OpenWorkspace:
    def refuse() -> Workspace:
        raise problem

    return refuse


@asynccontextmanager
async def open_workspace(settings: Settings) -> AsyncIterator[Workspace]:
    """The workspace of the account that the settings name."""
    async with http_client(settings) as http:
        client = MagicaClient(http)
        yield Workspace(
            client=client,
            watcher=RunWatcher(client, sleep=anyio.sleep, clock=time.monotonic),
            journal=Journal(settings.home / "journal.sqlite"),
            memory=Memory(settings.home / "memory.sqlite"),
            account=account_of(settings),
            long_poll_seconds=settings.long_poll_seconds,
        )


def http_client(settings: Settings) -> httpx.AsyncClient:
    """The one connection to Magica: hosted with a key, this machine's without."""
    headers = {"User-Agent": f"magica-mcp/{__version__}"}
    if settings.api_key is not None:
        headers["Authorization"] = f"Bearer {settings.api_key.get_secret_value()}"
        return httpx.AsyncClient(base_url=f"{settings.base_url}/", headers=headers)
    from magica_mcp.cli.background import LocalTransport  # noqa: PLC0415 - not needed with a key

    return httpx.AsyncClient(
        base_url=f"{LOCAL_ORIGIN}/api/",
        headers=headers,
        transport=LocalTransport(settings.home),
    )


def account_of(settings: Settings) -> str:
    """A fingerprint of the account: tells accounts apart, reveals nothing."""
    if settings.api_key is None:
        return f"local:{settings.home}"
    secret = f"{settings.base_url}\0{settings.api_key.get_secret_value()}"
    return f"hosted:{hashlib.sha256(secret.encode()).hexdigest()[:16]}"
