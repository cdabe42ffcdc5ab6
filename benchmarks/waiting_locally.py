"""Waiting against real local Magica: how soon, with how many requests, how heavy.

A bare tool of the SDK that awaits an event, and our server, each with a thousand calls, are
processes of their own; local Magica is in the process that asks. Used by `benchmarks.waiting`.
"""

import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import httpx
from mcp import Client
from mcp.server.mcpserver import MCPServer

if TYPE_CHECKING:
    from magica_mcp.models.workflows import Workflow

IDLE_SECONDS = 10.0
NODE_TYPE = "gpt_5_4"
ENDS_A_SECOND = 30
"""How fast the runs end that are waited for: below what local Magica can do at most."""


@dataclass(frozen=True)
class Weight:
    """What a server process with so many calls waiting holds and uses."""

    kilobytes: float
    """In all."""
    kilobytes_a_call: float
    idle_cpu: float
    """The share of one core while nothing happens."""
    answered_at: dict[str, float]
    """By run, in seconds since 1970."""
    requests: int = 0


@dataclass(frozen=True)
class Served:
    """Where local Magica is, whose account it is, and which runs to wait for."""

    url: str
    key: str
    runs: list[str]


# Sides ------------------------------------------------------------------------------------------


async def bare(calls: int) -> Weight:
    """The floor: a tool of the bare SDK that awaits an event."""
    server, event = MCPServer("bare", log_level="WARNING"), anyio.Event()

    @server.tool()
    async def wait(runId: str) -> str:  # noqa: N803 - named as in the tool it stands for
        """Wait for it."""
        await event.wait()
        return runId

    async with Client(server) as client, anyio.create_task_group() as waits:
        await client.list_tools()
        before = _resident()
        for number in range(calls):
            waits.start_soon(client.call_tool, "wait", {"runId": str(number)})
        await _settled()
        held, idle = _resident(), await _idle_cpu()
        event.set()
    return Weight(held, (held - before) / calls, idle, {})


async def ours(calls: int) -> Weight:
    """Our server, with as many waits for runs; says when all of them wait."""
    served = Served(**json.loads(sys.stdin.readline()))
    answered: dict[str, float] = {}
    async with _assistant(served) as (client, requests):

        async def wait(run_id: str) -> None:
            given = {"runId": run_id, "waitSeconds": 600}
            answer = (await client.call_tool("get_run_status", given)).structured_content
            answered[run_id] = time.time()
            assert answer is not None
            assert answer["status"] == "COMPLETED", answer

        await client.call_tool("get_run_status", {"runId": served.runs[calls], "waitSeconds": 0})
        before = _resident()
        async with anyio.create_task_group() as waits:
            for run_id in served.runs[:calls]:
                waits.start_soon(wait, run_id)
            await _settled()
            held, idle = _resident(), await _idle_cpu()
            print("all wait", flush=True)
    return Weight(held, (held - before) / calls, idle, answered, len(requests))


@asynccontextmanager
async def _assistant(served: Served) -> AsyncIterator[tuple[Client, list[str]]]:
    """A client of our server, and the paths that the server asks local Magica for."""
    from magica_mcp.api.client import MagicaClient  # noqa: PLC0415 - no weight of the bare side
    from magica_mcp.api.watcher import RunWatcher  # noqa: PLC0415
    from magica_mcp.media.register import Register  # noqa: PLC0415
    from magica_mcp.memory import Memory  # noqa: PLC0415
    from magica_mcp.server.app import create_server  # noqa: PLC0415
    from magica_mcp.server.saver import Saver  # noqa: PLC0415
    from magica_mcp.server.uploads import Uploads  # noqa: PLC0415
    from magica_mcp.server.waits import Waits  # noqa: PLC0415
    from magica_mcp.server.workspace import Workspace  # noqa: PLC0415
    from magica_mcp.spend.budgets import Limits  # noqa: PLC0415
    from magica_mcp.spend.journal import Journal  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with speaking(served) as (http, requests), anyio.create_task_group() as saves:
            client, memory = MagicaClient(http), Memory(home / "memory.sqlite")
            workspace = Workspace(
                client=client,
                watcher=RunWatcher(client, sleep=anyio.sleep, clock=time.monotonic),
                waits=Waits(memory),
                journal=Journal(home / "journal.sqlite"),
                memory=memory,
                saver=Saver(
                    client,
                    Register(home / "results.sqlite"),
                    root=home / "results",
                    account="benchmark",
                    saves=saves,
                ),
                uploads=Uploads(client, memory, account="benchmark", folders=[home]),
                account="benchmark",
                long_poll_seconds=720,
                limits=Limits(),
            )
            async with Client(create_server(lambda _: workspace)) as connected:
                yield connected, requests


@asynccontextmanager
async def speaking(served: Served) -> AsyncIterator[tuple[httpx.AsyncClient, list[str]]]:
    """A connection to local Magica, and the paths that were asked for."""
    from magica_mcp.cli.background import loopback_transport  # noqa: PLC0415 - as above

    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path)

    headers = {"Authorization": f"Bearer {served.key}"}
    hooks = {"request": [note]}
    async with httpx.AsyncClient(
        base_url=served.url, headers=headers, event_hooks=hooks, transport=loopback_transport()
    ) as http:
        yield http, asked


async def _settled() -> None:
    """Until next to nothing has used the processor for a second."""
    used = -1.0
    while (now := time.process_time()) - used > 0.1:
        used = now
        await anyio.sleep(1)


async def _idle_cpu() -> float:
    began, used = time.perf_counter(), time.process_time()
    await anyio.sleep(IDLE_SECONDS)
    return (time.process_time() - used) / (time.perf_counter() - began)


def _resident() -> float:
    """Kilobytes that this process holds now; where the system does not tell, the most it held."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        pages = int(statm.read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# Local Magica -----------------------------------------------------------------------------------


class Gate:
    """Holds every node until it is opened; then each takes its time, alone if `in_turn`."""

    def __init__(self, *, seconds: float, in_turn: bool = False) -> None:
        self._opened, self._seconds = threading.Event(), seconds
        self._turn = threading.Lock() if in_turn else nullcontext()

    def open(self) -> None:
        self._opened.set()

    def pass_through(self) -> None:
        self._opened.wait()
        with self._turn:
            time.sleep(self._seconds)


class Hosting:
    """Local Magica on a port of this machine, with one account and one workflow."""

    def __init__(self, home: Path, gate: Gate) -> None:
        self._home, self._gate = home, gate

    @contextmanager
    def served(self, *, workflow_runs: int) -> Iterator[Served]:
        """Served by a thread, with so many runs under way."""
        import uvicorn  # noqa: PLC0415 - no weight of the sides

        from magica_mcp.local.app import create_app  # noqa: PLC0415
        from magica_mcp.local.magica import open_magica  # noqa: PLC0415
        from magica_mcp.local.nodes.job import NodeJob, NodeResult  # noqa: PLC0415
        from magica_mcp.models.runs import StartRun  # noqa: PLC0415

        def run_node(job: NodeJob) -> NodeResult:
            del job
            self._gate.pass_through()
            return NodeResult({"output": "done"})

        with open_magica(self._home, run_node=run_node) as magica, socket.socket() as listening:
            self.magica = magica
            self.account = magica.create_account("Benchmark", microcredits=10**12)
            kept = magica.save_workflow(self.account.account, _workflow())
            ask = StartRun(workflow_id=kept.id)
            runs = [magica.start_run(self.account.account, ask) for _ in range(workflow_runs)]
            listening.bind(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(create_app(magica), log_level="warning"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            try:
                port = listening.getsockname()[1]
                yield Served(f"http://127.0.0.1:{port}/api/", self.account.key, runs)
            finally:
                magica.stop_waiting()
                server.should_exit = True
                thread.join()

    def ended_at(self, run_id: str) -> float:
        """Seconds since 1970."""
        runs = self.magica.workflow_runs(self.account.account, [run_id])
        run = runs[0] if runs else self.magica.model_run(self.account.account, run_id)
        assert run.finished_at is not None
        return datetime.fromisoformat(run.finished_at).timestamp()


def _workflow() -> "Workflow":
    from magica_mcp.models.workflows import WireEdge, WireNode, Workflow  # noqa: PLC0415

    fields = [{"fieldId": "prompt", "name": "Prompt", "type": "text", "value": "hi"}]
    edges = (("ask", "prompt", "llm", "in:prompt"), ("llm", "out:output", "end", "result"))
    return Workflow(
        id="",
        name="One",
        nodes=(
            WireNode.model_validate({"id": "ask", "type": "request", "data": {"fields": fields}}),
            WireNode(id="llm", type=NODE_TYPE),
            WireNode(id="end", type="response"),
        ),
        edges=tuple(
            WireEdge(id=str(number), source=a, source_handle=b, target=c, target_handle=d)
            for number, (a, b, c, d) in enumerate(edges)
        ),
    )


# What is measured -------------------------------------------------------------------------------


def bare_weight(calls: int) -> Weight:
    return _weight_in(_started("bare", calls))


def our_weight(calls: int) -> tuple[Weight, list[float]]:
    """The weight, and for each run the seconds from its end to the answer."""
    with tempfile.TemporaryDirectory() as home:
        gate = Gate(seconds=1 / ENDS_A_SECOND, in_turn=True)
        hosting = Hosting(Path(home), gate)
        try:
            with hosting.served(workflow_runs=calls + 1) as served:
                side = _started("ours", calls)
                assert side.stdin is not None
                assert side.stdout is not None
                side.stdin.write(json.dumps(asdict(served)) + "\n")
                side.stdin.flush()
                assert side.stdout.readline() == "all wait\n"
                gate.open()
                weight = _weight_in(side)
                lags = [at - hosting.ended_at(run) for run, at in weight.answered_at.items()]
        finally:
            gate.open()
    return weight, lags


def notice(runs: int, *, seconds: float) -> tuple[list[float], float]:
    """Seconds until each of some short runs was noticed, and the requests of each wait."""
    with tempfile.TemporaryDirectory() as home:
        gate = Gate(seconds=seconds)
        gate.open()
        hosting = Hosting(Path(home), gate)
        with hosting.served(workflow_runs=0) as served:
            return anyio.run(_noticed, hosting, served, runs)


async def _noticed(hosting: Hosting, served: Served, runs: int) -> tuple[list[float], float]:
    from magica_mcp.api.client import MagicaClient  # noqa: PLC0415
    from magica_mcp.api.watcher import RunWatcher  # noqa: PLC0415
    from magica_mcp.models.runs import StartModelRun  # noqa: PLC0415

    lags: list[float] = []
    async with speaking(served) as (http, requests):
        client = MagicaClient(http)
        watcher = RunWatcher(client, sleep=anyio.sleep, clock=time.monotonic)
        for _ in range(runs):
            ask = StartModelRun.model_validate({"input": {"prompt": "hi"}})
            started = await client.start_model_run(NODE_TYPE, ask)
            await watcher.wait(started.run_id, seconds=60)
            lags.append(time.time() - hosting.ended_at(started.run_id))
    return lags, (len(requests) - runs) / runs


def _started(side: str, calls: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.waiting_locally", side, str(calls)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _weight_in(side: "subprocess.Popen[str]") -> Weight:
    said, _ = side.communicate()
    assert side.returncode == 0
    return Weight(**json.loads(said))


def percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[max(0, round(len(ordered) * percent / 100) - 1)]


if __name__ == "__main__":
    measure = {"bare": bare, "ours": ours}[sys.argv[1]]
    print(json.dumps(asdict(anyio.run(measure, int(sys.argv[2])))))
