"""Local Magica without a terminal: found when it runs, started when it does not, then spoken to."""

import os
import signal
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx

from magica_mcp import __version__
from magica_mcp.cli.handshake import (
    ANSWER_SECONDS,
    Verdict,
    ask_to_end,
    bearer,
    is_older,
    meet,
    verdict_on,
)
from magica_mcp.cli.launch import (
    background_command,
    last_words,
    launch,
    let_go,
    require_local_extra,
)
from magica_mcp.errors import LocalMagicaError
from magica_mcp.local.instance import (
    Instance,
    InstanceCard,
    read_instance,
    serving_lock,
    starting_lock,
)

START_SECONDS = 55
"""Just below the minute that the least patient clients give a call."""
LOOK_EVERY_SECONDS = 0.1
END_SECONDS = 30
NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout)

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class LocalTransport(httpx.AsyncBaseTransport):
    """Sends every request to the local Magica of a home, which it finds or starts first.

    Host and port of a request are replaced, and the token of the home is added: whatever base
    URL a client has, only its path counts.

    Raises:
        LocalMagicaError: none could be found, started or trusted.
        NotInstalledError: none runs, and this installation cannot start one.
    """

    def __init__(
        self,
        home: Path,
        *,
        settings: str = "",
        command: Sequence[str] | None = None,
        sleep: Sleep = anyio.sleep,
        clock: Clock = time.monotonic,
    ) -> None:
        self._home = home.absolute()
        self._command = tuple(command or background_command(self._home))
        self._settings, self._sleep, self._clock = settings, sleep, clock
        self._inner = loopback_transport()
        self._client = httpx.AsyncClient(transport=self._inner, timeout=ANSWER_SECONDS)
        self._finding = anyio.Lock()
        self._found: Instance | None = None
        self._is_borrowed = False
        self._child: subprocess.Popen[bytes] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        instance = await self.instance()
        try:
            return await self._inner.handle_async_request(addressed(request, to=instance))
        except NEVER_CONNECTED:
            self._forget(instance)
        instance = await self.instance()
        return await self._inner.handle_async_request(addressed(request, to=instance))

    async def aclose(self) -> None:
        """Let go of the connections; the process itself goes on."""
        let_go(self._child)
        await self._client.aclose()

    async def instance(self) -> Instance:
        """The running instance, found or started; the same one as long as its note stays."""
        async with self._finding:
            noted = read_instance(self._home)
            if self._found is None or self._is_borrowed or noted != self._found:
                self._found = await self._find() or await self._start_or_find()
            return self._found

    def _forget(self, instance: Instance) -> None:
        if self._found == instance:
            self._found = None

    async def _find(self) -> Instance | None:
        """A running instance that will do; an idle one of older or other kind is asked to end."""
        noted = read_instance(self._home)
        card = await meet(noted, client=self._client) if noted else None
        if noted is None or card is None:
            return None
        verdict = verdict_on(card, version=__version__, settings=self._settings)
        if verdict is Verdict.REPLACE:
            if await ask_to_end(noted, client=self._client):
                return None
            card = card.model_copy(update={"unfinished_runs": 1})  # busy since it was asked
            verdict = verdict_on(card, version=__version__, settings=self._settings)
        if verdict is Verdict.REFUSE:
            raise LocalMagicaError(refusal(card, home=self._home))
        self._is_borrowed = verdict is Verdict.BORROW
        if not self._is_borrowed:  # once it was as we want it, others may want it otherwise
            self._settings = ""
        return noted

    async def _start_or_find(self) -> Instance:
        """Start an instance, unless somebody else does so just now."""
        require_local_extra()
        deadline = self._clock() + START_SECONDS
        async with self._starting(deadline):
            return await self._find() or await self._start(deadline)

    async def _start(self, deadline: float) -> Instance:
        let_go(self._child)
        self._settings = ""  # whatever it says of itself, it is as we started it
        child = self._child = launch(self._command, home=self._home)
        while True:
            ended = child.poll() is not None
            found = await self._find()
            if found:
                return found
            if ended:
                raise LocalMagicaError(f"Local Magica did not start: {last_words(self._home)}")
            await self._wait(deadline)

    @asynccontextmanager
    async def _starting(self, deadline: float) -> AsyncIterator[None]:
        """Be the only one who starts a process for this home."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - only the local extra has it

        lock = FileLock(starting_lock(self._home))
        while not lock.is_locked:
            try:
                lock.acquire(blocking=False)
            except Timeout:
                await self._wait(deadline)
        try:
            yield
        finally:
            lock.release()

    async def _wait(self, deadline: float) -> None:
        if self._clock() >= deadline:
            raise LocalMagicaError(
                f"Local Magica did not answer within {START_SECONDS} s: {last_words(self._home)}"
            )
        await self._sleep(LOOK_EVERY_SECONDS)


def loopback_transport() -> httpx.AsyncHTTPTransport:
    """HTTP on this machine; without the authorities of TLS, which take 3 MB and 0.1 s to load."""
    return httpx.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


def addressed(request: httpx.Request, *, to: Instance) -> httpx.Request:
    """The same request, to this instance and with its token."""
    url = request.url.copy_with(scheme="http", host=to.host, port=to.port)
    headers = request.headers.copy()
    headers["Host"] = url.netloc.decode("ascii")
    headers.update(bearer(to))
    return httpx.Request(
        request.method, url, headers=headers, stream=request.stream, extensions=request.extensions
    )


def refusal(card: InstanceCard, *, home: Path) -> str:
    running = f"Local Magica {card.version} runs for {home}"
    if is_older(card.version, than=__version__):
        return (
            f"{running}, is too old for this version ({__version__}), and {card.unfinished_runs} "
            "of its runs are not finished. Wait for them or cancel them, then try again."
        )
    return (
        f"{running} and is newer than this version ({__version__}). Update magica-mcp here, or "
        "end that process and try again."
    )


async def stop_local(home: Path, *, sleep: Sleep = anyio.sleep) -> None:
    """End the local Magica of this home, if one runs; unfinished runs go on at the next start.

    Raises:
        LocalMagicaError: it is still there after the time that ending may take.
    """
    if not serving_lock(home).exists():
        return
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
        for _ in range(round(END_SECONDS / LOOK_EVERY_SECONDS)):
            if is_unserved(home):
                return
            await _end(home, client=client)
            await sleep(LOOK_EVERY_SECONDS)
    raise LocalMagicaError(f"Local Magica does not end: {last_words(home)}")


async def _end(home: Path, *, client: httpx.AsyncClient) -> None:
    noted = read_instance(home)
    card = await meet(noted, client=client) if noted else None
    if noted and card and not await ask_to_end(noted, client=client):
        os.kill(card.pid, signal.SIGTERM)


def is_unserved(home: Path) -> bool:
    """Whether no process serves this home."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only the local extra has it

    lock = FileLock(serving_lock(home))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    lock.release()
    return True
