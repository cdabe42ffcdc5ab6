"""Local Magica on a port of this machine, with runs that end when told."""

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from magica_mcp.models.workflows import Workflow

NODE_TYPE = "gpt_5_4"


@dataclass(frozen=True)
class Served:
    """Where local Magica is, whose account it is, and which runs to wait for."""

    url: str
    key: str
    runs: list[str]


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
        from magica_mcp.local.serving import SWITCH_SECONDS  # noqa: PLC0415
        from magica_mcp.models.runs import StartRun  # noqa: PLC0415

        def run_node(job: NodeJob) -> NodeResult:
            del job
            self._gate.pass_through()
            return NodeResult({"output": "done"})

        sys.setswitchinterval(SWITCH_SECONDS)
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
