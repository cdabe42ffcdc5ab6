"""How long the process of local Magica lives: from its first answer to a signal or to idleness."""

import contextlib
import signal
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator

import anyio
import anyio.to_thread
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import HANDLED_SIGNALS

LAST_SECONDS = 3
"""How long open requests may go on once the end has been asked for."""

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class Activity:
    """Passes requests on, and remembers when the last one was open."""

    def __init__(self, app: ASGIApp, *, clock: Clock = time.monotonic) -> None:
        self._app, self._clock = app, clock
        self._open = 0
        self._last = clock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._open += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open -= 1
            self.touch()

    def touch(self) -> None:
        self._last = self._clock()

    def quiet_seconds(self) -> float:
        return 0 if self._open else self._clock() - self._last


async def until_idle(
    activity: Activity, *, seconds: float, is_busy: Callable[[], bool], sleep: Sleep = anyio.sleep
) -> None:
    """Return once nothing has been asked for this long and no work is left."""
    while True:
        left = seconds - activity.quiet_seconds()
        if left > 0:
            await sleep(left)
        elif await anyio.to_thread.run_sync(is_busy):
            activity.touch()
        else:
            return


class Server(uvicorn.Server):
    """Tells when it answers, and ends quietly: what encloses it has its own closing to do."""

    def __init__(
        self, app: ASGIApp, *, on_start: Callable[[], None], on_end: Callable[[], None]
    ) -> None:
        self._activity = Activity(app)
        super().__init__(
            uvicorn.Config(
                self._activity,
                lifespan="off",
                ws="none",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=LAST_SECONDS,
            )
        )
        self._on_start, self._on_end = on_start, on_end

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._on_start()

    async def serve_until_idle(
        self, listening: socket.socket, idle_minutes: float | None, is_busy: Callable[[], bool]
    ) -> None:
        """Serve until told to end; with a limit, also until nothing was needed for that long."""

        async def end_when_idle(minutes: float) -> None:
            await until_idle(self._activity, seconds=minutes * 60, is_busy=is_busy)
            self.end()

        async with anyio.create_task_group() as tasks:
            if idle_minutes is not None:
                tasks.start_soon(end_when_idle, idle_minutes)
            await self.serve(sockets=[listening])
            tasks.cancel_scope.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_end()
        await super().shutdown(sockets=sockets)

    def end(self) -> None:
        """Finish the open requests, then return from `serve_until_idle`."""
        self._on_end()
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Unlike the inherited one, a signal is not raised again at the end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
