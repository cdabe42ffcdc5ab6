"""A large file on its way in, against plain httpx doing nothing but streaming it to a disk.

Both sides send the same file over loopback from one process to another. The plain side writes
what comes; ours also looks what the file is, takes its SHA-256, keeps it under its name and lists
it. Memory is the most that a process held, above what it held before (Linux tells it, others do
not). Used by `benchmarks.transfers`.
"""

import os
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
from mcp import Client, StdioServerParameters

from magica_mcp.cli.background import stop_local
from magica_mcp.local.instance import read_instance

MEGABYTE = 1_000_000
PCM = (1, 2, 44_100, 176_400, 4, 16)
"""Two channels of 16 bits, 44,100 times a second."""


async def compare_uploads(folder: Path, *, megabytes: int, rounds: int) -> None:
    """Print medians, and the median of the ratios of neighbouring rounds."""
    sounds = [large_sound(folder, megabytes, seed=number) for number in range(rounds)]
    size = sounds[0].stat().st_size / MEGABYTE
    plain: list[float] = []
    ours: list[float] = []
    with plain_receiver(folder) as url:
        async with our_server(folder) as (client, watch):
            watch.start()
            for sound in sounds:
                plain.append(await plain_upload(url, sound))
                ours.append(await upload(client, sound))
            memory = watch.most()
    ratio = statistics.median(alone / full for alone, full in zip(plain, ours, strict=True))
    print(f"uploading a file of {size:,.0f} MB, {rounds} rounds")
    for name, seconds in (("plain httpx to disk", plain), ("upload_file", ours)):
        print(f"{name:22}{size / statistics.median(seconds):7.0f} MB/s (median)")
    for process, more in memory.items():
        print(f"{process:22}{more:7.1f} MB above idle at most")
    print(f"{'ratio':22}{ratio:7.2f}      (median of pairs)")


async def upload(client: Client, sound: Path) -> float:
    began = time.perf_counter()
    answer = await client.call_tool("upload_file", {"path": str(sound)})
    assert not answer.is_error, answer.content
    return time.perf_counter() - began


async def plain_upload(url: str, file: Path) -> float:
    async def chunks() -> AsyncIterator[bytes]:
        async with await anyio.open_file(file, "rb") as opened:
            while chunk := await opened.read(MEGABYTE):
                yield chunk

    length = {"Content-Length": str((await anyio.Path(file).stat()).st_size)}
    async with httpx.AsyncClient(timeout=600) as http:
        began = time.perf_counter()
        (await http.post(url, content=chunks(), headers=length)).raise_for_status()
        return time.perf_counter() - began


def large_sound(folder: Path, megabytes: int, *, seed: int) -> Path:
    """A WAV file of silence after its first bytes: a hole on the disk, where it can have one."""
    path, size = folder / f"sound-{megabytes}-{seed}.wav", megabytes * MEGABYTE
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, *PCM)
    path.write_bytes(head + struct.pack("<4sI", b"data", size) + seed.to_bytes(4))
    os.truncate(path, 44 + size)
    return path


# Our side -----------------------------------------------------------------------------------------


class Watch:
    """The most that some processes held from the start on, in megabytes above what they held."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids, self._idle = pids, dict[str, float]()

    def start(self) -> None:
        for name, pid in self._pids.items():
            Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
            self._idle[name] = _held(pid, "VmRSS")

    def most(self) -> dict[str, float]:
        return {
            name: _held(pid, "VmHWM") - self._idle[name]
            for name, pid in self._pids.items()
            if name in self._idle
        }


def _held(pid: int, what: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


@asynccontextmanager
async def our_server(folder: Path) -> AsyncIterator[tuple[Client, Watch]]:
    """A client of `magica-mcp` over stdio, which starts local Magica; warm, and its processes."""
    home = folder / "home"
    ours = {"MAGICA_HOME": str(home), "MAGICA_INPUT_DIRS": str(folder)}
    inherited = {name: value for name, value in os.environ.items() if "MAGICA_" not in name}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "magica_mcp"], env={**inherited, **ours}
    )
    try:
        async with Client(server) as client:
            await upload(client, large_sound(folder, 1, seed=0))
            yield client, Watch(_pids(home))
    finally:
        await stop_local(home)


def _pids(home: Path) -> dict[str, int]:
    """Of our two processes, where the system tells."""
    noted = read_instance(home)
    if noted is None or sys.platform != "linux":
        return {}
    tasks = Path("/proc/self/task").iterdir()
    children = [pid for task in tasks for pid in (task / "children").read_text().split()]
    commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_text() for pid in children}
    client = next(pid for pid, command in commands.items() if "magica_mcp" in command)
    return {"magica-mcp": client, "local Magica": noted.pid}


# The plain side -----------------------------------------------------------------------------------


@contextmanager
def plain_receiver(folder: Path) -> Iterator[str]:
    """A process that writes what is sent to it, and its URL."""
    command = [sys.executable, "-m", "benchmarks.uploading", "receive", str(folder / "received")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def receive(path: str) -> None:
    """As a process: an ASGI application that does nothing else."""
    import socket  # noqa: PLC0415 - only this side needs it

    import uvicorn  # noqa: PLC0415

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        with Path(path).open("wb") as file:  # noqa: ASYNC230 - as plain as can be
            while True:
                message = await receive()
                file.write(message.get("body", b""))
                if not message.get("more_body"):
                    break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(f"http://127.0.0.1:{listening.getsockname()[1]}/", flush=True)
        config = uvicorn.Config(app, log_level="critical", lifespan="off")
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    receive(sys.argv[2])
