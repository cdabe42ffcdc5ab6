"""One side of a transfer, in a process of its own: the sender, plain httpx, or our saving."""

import json
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import httpx

from magica_mcp.api.client import MagicaClient
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.media.register import Register
from magica_mcp.models.runs import ModelRun
from magica_mcp.server.saver import Saver

Transfer = Callable[[httpx.AsyncClient, str, Path], Awaitable[Path]]


def serve(file: Path) -> None:
    """Send the file to everybody who asks, by the system itself: nobody's bottleneck."""
    size = file.stat().st_size
    head = f"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: {size}\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            visitor, _ = listener.accept()
            with visitor, file.open("rb") as content:
                visitor.recv(65_536)
                visitor.sendall(head.encode())
                visitor.sendfile(content)


async def plain(http: httpx.AsyncClient, url: str, folder: Path) -> Path:
    path = folder / "plain.mp4"
    with path.open("wb") as file:
        async with http.stream("GET", url) as answer:
            async for chunk in answer.aiter_bytes():
                file.write(chunk)
    return path


async def saving(http: httpx.AsyncClient, url: str, folder: Path) -> Path:
    run = ModelRun(
        run_id=url, node_type="film", status=RunStatus.COMPLETED, output={"video_url": url}
    )
    async with anyio.create_task_group() as saves:
        saver = Saver(
            MagicaClient(http),
            Register(folder / f"{time.monotonic_ns()}.sqlite"),
            root=folder,
            account="benchmark",
            saves=saves,
        )
        found = await saver.seen(run, wish="saved.mp4", estimate=None, seconds=600)
    assert found is not None
    assert found.files, found.problem
    return found.files[0].path


def memory_now(field: str) -> float:
    """Megabytes as the system counts them: VmRSS now, VmHWM at most since that was reset."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1_000


def forget_most() -> None:
    """Let VmHWM begin anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def measured(transfer: Transfer, port: int, folder: Path) -> None:
    """Print what a transfer takes."""
    origin = f"http://127.0.0.1:{port}/"

    async def transferred() -> tuple[Path, float, float]:
        async with httpx.AsyncClient(base_url=origin, timeout=60) as http:
            idle = memory_now("VmRSS")
            forget_most()
            began = time.perf_counter()
            path = await transfer(http, f"{origin}large.mp4", folder)
            return path, time.perf_counter() - began, memory_now("VmHWM") - idle

    path, seconds, megabytes = anyio.run(transferred)
    print(json.dumps({"seconds": seconds, "megabytes": megabytes}))
    for left in folder.glob(f"{path.stem}*"):
        left.unlink()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(Path(sys.argv[2]))
    else:
        side = {"plain": plain, "saving": saving}[sys.argv[1]]
        measured(side, int(sys.argv[2]), Path(sys.argv[3]))
