"""Ways to wait for a run of simulated hosted Magica: ours, and two that are common elsewhere."""

from collections.abc import Awaitable, Callable

import anyio

from benchmarks.simulation.hosted import EPOCH, Hosted, HostedRun
from magica_mcp.api.client import MagicaClient
from magica_mcp.api.watcher import RunWatcher
from magica_mcp.graph.lifecycle import is_over
from magica_mcp.memory import Usual, usual_of
from magica_mcp.models.runs import StartModelRun, StartRun

Start = Callable[[str | None], Awaitable[HostedRun]]
Wait = Callable[[HostedRun], Awaitable[None]]

WINDOW = 720.0
"""Seconds of one wait, after which the next one begins."""


class Ours:
    """The client and the watcher of this project, as they are."""

    name = "ours"

    def __init__(self, hosted: Hosted, *, learned: list[float], window: float = WINDOW) -> None:
        self._hosted, self._learned, self._window = hosted, learned, window
        self.client = MagicaClient(
            hosted.http(),
            clock=anyio.current_time,
            now=lambda: EPOCH + anyio.current_time(),
        )
        self.watcher = RunWatcher(
            self.client,
            sleep=anyio.sleep,
            clock=anyio.current_time,
            now=lambda: EPOCH + anyio.current_time(),
            usual=self._usual,
        )

    async def start(self, node_type: str | None = None) -> HostedRun:
        if node_type is None:
            started = await self.client.start_run(StartRun(workflow_id="w1"))
        else:
            started = await self.client.start_model_run(node_type, StartModelRun(input={}))
        return self._hosted.runs[started.run_id]

    async def wait(self, run: HostedRun) -> None:
        while not is_over((await self.watcher.wait(run.run_id, seconds=self._window)).status):
            pass
        self._learned.append(run.ends - run.began)

    async def _usual(self, name: str) -> Usual | None:
        del name
        return usual_of(self._learned[-50:])


class Polling:
    """Every run for itself: a request, a pause, a request; after a 429 the pause is as asked."""

    def __init__(self, hosted: Hosted, *, name: str, growth: float, longest: float) -> None:
        self.name = name
        self._hosted, self._growth, self._longest = hosted, growth, longest

    async def start(self, node_type: str | None = None) -> HostedRun:
        path = "v1/runs" if node_type is None else f"v1/nodes/{node_type}/run"
        answer = await self._hosted.ask("POST", path)
        while answer.status_code == 429:
            await anyio.sleep(float(answer.headers["retry-after"]))
            answer = await self._hosted.ask("POST", path)
        return self._hosted.runs[answer.json()["runId"]]

    async def wait(self, run: HostedRun) -> None:
        kind = "v1/runs" if run.node_type is None else "v1/nodes/runs"
        pause = 3.0 if self._growth == 1 else 1.0
        while True:
            await anyio.sleep(pause)
            answer = await self._hosted.ask("GET", f"{kind}/{run.run_id}")
            if answer.status_code == 429:
                await anyio.sleep(float(answer.headers["retry-after"]))
            elif answer.json()["status"] == "COMPLETED":
                return
            pause = min(pause * self._growth, self._longest)


def fixed(hosted: Hosted) -> Polling:
    """Every three seconds."""
    return Polling(hosted, name="every 3 s", growth=1, longest=3)


def backoff(hosted: Hosted) -> Polling:
    """After 1, 2, 4, … seconds, up to a minute."""
    return Polling(hosted, name="backoff", growth=2, longest=60)


Strategy = Ours | Polling
