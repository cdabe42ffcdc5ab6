"""Runs the MCP server: over stdio, or over HTTP on this machine."""

import os
import signal
import socket
from collections.abc import Callable, Mapping

import anyio
from mcp.server.mcpserver import MCPServer
from starlette.applications import Starlette

from magica_mcp.cli.assembly import open_server
from magica_mcp.errors import ConfigurationError
from magica_mcp.server.workspace import Lifetime

HOST = "127.0.0.1"
PATHS: Mapping[str, str] = {"http": "/mcp", "sse": "/sse"}
"""Where each transport is found; one server offers both."""


def serve_stdio() -> None:
    """Serve the client at the other end of stdin and stdout until it hangs up."""
    # A thread that reads stdin cannot be interrupted; runs and journal bear a sudden end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    anyio.run(_stdio, dict(os.environ))


async def _stdio(environment: Mapping[str, str]) -> None:
    async with open_server(environment) as server:
        await server.run_stdio_async()


def serve_http(*, port: int, announce: Callable[[str], None]) -> None:
    """Serve Streamable HTTP and HTTP+SSE on loopback until told to stop.

    `announce` gets the origin, such as `http://127.0.0.1:8000`, once it is open.

    Raises:
        ConfigurationError: the port is taken.
    """
    with open_port(port) as listener:
        anyio.run(_http, dict(os.environ), listener, announce)


def open_port(port: int) -> socket.socket:
    """A listening socket on loopback; 0 means any free port."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        message = f"Port {port} is taken by another program. Choose another with --port."
        raise ConfigurationError(message) from error


async def _http(
    environment: Mapping[str, str], listener: socket.socket, announce: Callable[[str], None]
) -> None:
    import uvicorn  # noqa: PLC0415 - stdio does not need it

    async with open_server(environment) as server:
        config = uvicorn.Config(
            both_transports(server), log_config=None, timeout_graceful_shutdown=3
        )
        announce(f"http://{HOST}:{listener.getsockname()[1]}")
        await uvicorn.Server(config).serve(sockets=[listener])


def both_transports(server: MCPServer[Lifetime]) -> Starlette:
    """One app with Streamable HTTP at /mcp and HTTP+SSE at /sse, for names of this machine only."""
    app = server.streamable_http_app(host=HOST)
    app.router.routes.extend(
        route
        for route in server.sse_app(host=HOST).routes
        if getattr(route, "path", "") in {"/sse", "/messages"}
    )
    return app
