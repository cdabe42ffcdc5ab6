"""Local Magica on a port, behind a gate that holds back one paid request, or the answer to it."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum

import anyio
import httpx
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.server.faults import is_start


class Held(Enum):
    """What waits at the gate until it is opened."""

    REQUEST = "request"
    """It is never passed on: Magica does not hear of it."""
    ANSWER = "answer"
    """Magica has started the run, and whoever asked does not know."""


class Gate:
    """Passes everything on, but holds the first start; `reached` is set when it is held."""

    def __init__(self, app: ASGIApp, held: Held | None) -> None:
        self._app, self._next = app, held
        self.reached, self._opened = anyio.Event(), anyio.Event()

    def open(self) -> None:
        """Let go of what is held."""
        self._opened.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._next is None or not is_paid(scope):
            await self._app(scope, receive, send)
            return
        held, self._next = self._next, None
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        if held is Held.ANSWER:
            await self._app(scope, receive, keep)
        self.reached.set()
        await self._opened.wait()
        for message in answer or LOST:
            await send(message)


LOST: tuple[Message, ...] = (
    {"type": "http.response.start", "status": 502, "headers": []},
    {"type": "http.response.body", "body": b""},
)


def is_paid(scope: Scope) -> bool:
    address = f"http://127.0.0.1{scope['path']}"
    return scope["type"] == "http" and is_start(httpx.Request(scope["method"], address))


@asynccontextmanager
async def open_to_processes(gate: Gate) -> AsyncIterator[str]:
    """Serve on a free port of this machine; gives the base URL."""
    config = uvicorn.Config(
        gate, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: server.serve(sockets=[listener]))
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}/api"
            finally:
                gate.open()
                server.should_exit = True
