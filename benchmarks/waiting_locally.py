"""Waiting against real local Magica: how soon, with how many requests, how heavy.

A bare tool of the SDK that awaits an event, and our server, each with a thousand calls, are
processes of their own; local Magica is in the process that asks. Used by `benchmarks.waiting`.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import anyio
import httpx
from mcp import Client
from mcp.server.mcpserver import MCPServer

from benchmarks.local_magica import NODE_TYPE, Gate, Hosting, Served

IDLE_SECONDS = 10.0
SEEN_SECONDS = 45.0
"""Within so long each of a thousand runs was seen, so that all that is held of it is counted."""
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
    ended_at: float = 0.0
    """The same for the end of all waits at once; else each run tells its own."""
    requests: int = 0


# Sides ------------------------------------------------------------------------------------------


async def bare(calls: int) -> Weight:
    """The floor: a tool of the bare SDK that awaits an event."""
    server, event = MCPServer("bare", log_level="WARNING"), anyio.Event()

    @server.tool(name="wait")
    async def bare_wait(runId: str) -> str:  # noqa: N803 - named as in the tool it stands for
        """Wait for it."""
        await event.wait()
        return runId

    async with Client(server) as client, anyio.create_task_group() as waits:
        await client.list_tools()
        answered: dict[str, float] = {}

        async def wait(run_id: str) -> None:
            await client.call_tool("wait", {"runId": run_id})
            answered[run_id] = time.time()

        before = _resident()
        for number in range(calls):
            waits.start_soon(wait, f"run{number}")
        await _settled()
        held, idle, ended_at = _resident(), await _idle_cpu(), time.time()
        event.set()
    return Weight(held, (held - before) / calls, idle, answered, ended_at)


async def ours(calls: int) -> Weight:
    """Our server, with as many waits for runs; says when all of them wait."""
    served = Served(**json.loads(sys.stdin.readline()))
    answered: dict[str, float] = {}
    async with _assistant(served) as (client, requests):

        async def wait(run_id: str) -> None:
            said = await client.call_tool("get_run_status", {"runId": run_id})
            answer = said.structured_content
            answered[run_id] = time.time()
            assert answer is not None
            assert answer["status"] == "COMPLETED", answer

        await client.call_tool("get_run_status", {"runId": served.runs[calls], "waitSeconds": 0})
        before = _resident()
        async with anyio.create_task_group() as waits:
            for run_id in served.runs[:calls]:
                waits.start_soon(wait, run_id)
            await _settled()
            await anyio.sleep(SEEN_SECONDS)
            held, idle = _resident(), await _idle_cpu()
            print("all wait", flush=True)
    return Weight(held, (held - before) / calls, idle, answered, requests=len(requests))


@asynccontextmanager
async def _assistant(served: Served) -> AsyncIterator[tuple[Client, list[str]]]:
    """A client of our server, and the paths that the server asks local Magica for."""
    from magica_mcp.api.client import MagicaClient  # noqa: PLC0415 - no weight of the bare side
    from magica_mcp.api.watcher import RunWatcher  # noqa: PLC0415
    from magica_mcp.cli.main import collect_rarely  # noqa: PLC0415
    from magica_mcp.media.register import Register  # noqa: PLC0415
    from magica_mcp.memory import Memory  # noqa: PLC0415
    from magica_mcp.server.app import create_server  # noqa: PLC0415
    from magica_mcp.server.saver import Saver  # noqa: PLC0415
    from magica_mcp.server.uploads import Uploads  # noqa: PLC0415
    from magica_mcp.server.waits import Waits  # noqa: PLC0415
    from magica_mcp.server.workspace import Workspace  # noqa: PLC0415
    from magica_mcp.spend.budgets import Limits  # noqa: PLC0415
    from magica_mcp.spend.journal import Journal  # noqa: PLC0415

    collect_rarely()
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


# What is measured -------------------------------------------------------------------------------


def bare_weight(calls: int) -> tuple[Weight, list[float]]:
    """The weight, and for each call the seconds from the one event that all await."""
    weight = _weight_in(_started("bare", calls))
    return weight, [at - weight.ended_at for at in weight.answered_at.values()]


def our_weight(calls: int, *, paced: bool) -> tuple[Weight, list[float]]:
    """The weight, and for each run the seconds from its end to the answer.

    The runs end as `paced`, or else as fast as local Magica can end them.
    """
    with tempfile.TemporaryDirectory() as home:
        gate = Gate(seconds=1 / ENDS_A_SECOND, in_turn=True) if paced else Gate(seconds=0)
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
