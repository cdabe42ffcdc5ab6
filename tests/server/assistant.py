"""An assistant in-process: the SDK's client on our server, with no process between."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
from anyio.abc import TaskGroup
from mcp import Client
from mcp.types import CallToolResult, Implementation, TextContent

from magica_mcp.api.client import MagicaClient
from magica_mcp.api.transport import Sleep
from magica_mcp.api.watcher import RunWatcher
from magica_mcp.cli.connection import learned_in
from magica_mcp.media.register import Register
from magica_mcp.memory import Memory
from magica_mcp.server.app import create_server
from magica_mcp.server.previews import Previews
from magica_mcp.server.saver import Saver
from magica_mcp.server.uploads import Uploads
from magica_mcp.server.waits import Waits
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.budgets import Limits
from magica_mcp.spend.journal import Journal
from tests.patience import LONG_ENOUGH

NO_LIMITS = Limits()


@asynccontextmanager
async def assistant(
    http: httpx.AsyncClient,
    home: Path,
    *,
    sleep: Sleep = anyio.sleep,
    long_poll_seconds: float = LONG_ENOUGH,
    seconds: float = LONG_ENOUGH,
    limits: Limits = NO_LIMITS,
    saves_all: bool = False,
    name: str = "test",
    previews: Previews | None = None,
    journal: Journal | None = None,
    account: str = "test",
    connect: Callable[..., Client] = Client,
    now: Callable[[], float] = time.time,
) -> AsyncIterator[Client]:
    """A client of that name whose calls end at this Magica; all takes so many seconds at most.

    Each is like a process of its own; those with the same home share a journal file. Results are
    saved in `home / "results"`; uploads may read from `home`.
    """
    async with anyio.create_task_group() as saves:
        client = MagicaClient(http, sleep=sleep, clock=anyio.current_time, now=now)
        workspace = workspace_in(
            home,
            client,
            saves,
            sleep=sleep,
            account=account,
            saves_all=saves_all,
            journal=journal,
            now=now,
        )
        workspace = replace(
            workspace,
            long_poll_seconds=long_poll_seconds,
            limits=limits,
            previews=previews or workspace.previews,
        )
        with anyio.fail_after(seconds), closing(workspace.journal):
            server = create_server(lambda _key: workspace)
            async with connect(server, client_info=told_of(name)) as connected:
                yield connected
        saves.cancel_scope.cancel()


def workspace_in(
    home: Path,
    client: MagicaClient,
    saves: TaskGroup,
    *,
    sleep: Sleep = anyio.sleep,
    account: str = "test",
    saves_all: bool = False,
    journal: Journal | None = None,
    now: Callable[[], float] = time.time,
) -> Workspace:
    """All that a call works with, kept in one folder, without limits."""
    memory = Memory(home / "memory.sqlite")
    return Workspace(
        client=client,
        watcher=RunWatcher(
            client, sleep=sleep, clock=anyio.current_time, now=now, usual=learned_in(memory)
        ),
        waits=Waits(memory, clock=anyio.current_time),
        journal=journal or Journal(home / "journal.sqlite"),
        memory=memory,
        saver=Saver(
            client,
            Register(home / "results.sqlite"),
            root=home / "results",
            account=account,
            saves=saves,
            saves_all=saves_all,
        ),
        uploads=Uploads(client, memory, account=account, folders=[home]),
        account=account,
        long_poll_seconds=LONG_ENOUGH,
        limits=NO_LIMITS,
        previews=Previews(seconds=LONG_ENOUGH),
        sleep=sleep,
    )


def told_of(name: str) -> Implementation:
    """How a client of that name introduces itself."""
    return Implementation(name=name, version="1.0")


def text_of(answer: CallToolResult) -> str:
    """What the assistant reads."""
    assert isinstance(answer.content[0], TextContent)
    return answer.content[0].text


async def told(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What a tool answers, for programs."""
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, text_of(answer)
    assert answer.structured_content is not None
    return dict(answer.structured_content)
