"""Overhead and throughput of local Magica's engine against DBOS alone doing empty steps.

Each side is a process of its own, since DBOS keeps one instance per process; the sides take turns,
so that both meet the same moments of a busy machine. `dbos` is DBOS as it comes, `tuned` the same
with the database settings that local Magica gives it (WAL, synchronous NORMAL).

usage: python -m benchmarks.engine [ROUNDS]
"""

import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig

from magica_mcp.local.engine.engine import THREADS
from magica_mcp.local.magica import open_magica
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from magica_mcp.local.store.database import tune
from magica_mcp.models.runs import StartModelRun, StartRun
from magica_mcp.models.workflows import WireEdge, WireNode, Workflow

SIDES = ("dbos", "tuned", "magica")
SINGLES, DIAMONDS, STEPS = 30, 200, 5
SECONDS = 600

Measure = Callable[[int], float]
"""The seconds that this many runs take: one after another, or started at once."""


# The sides --------------------------------------------------------------------------------------


@contextmanager
def bare_dbos(  # noqa: C901 - five small functions in one scope, as DBOS wants them
    home: Path, *, is_tuned: bool
) -> Iterator[tuple[Measure, Measure]]:
    @DBOS.step()
    def step() -> None:
        return None

    @DBOS.workflow()
    def one_step() -> None:
        step()

    @DBOS.workflow()
    def five_steps() -> None:
        for _ in range(STEPS):
            step()

    def singles(count: int) -> float:
        began = time.perf_counter()
        for _ in range(count):
            DBOS.start_workflow(one_step).get_result()
        return time.perf_counter() - began

    def at_once(count: int) -> float:
        began = time.perf_counter()
        for handle in [DBOS.start_workflow(five_steps) for _ in range(count)]:
            handle.get_result()
        return time.perf_counter() - began

    DBOS(config=_config(home, is_tuned=is_tuned))
    DBOS.launch()
    try:
        yield singles, at_once
    finally:
        DBOS.destroy(destroy_registry=True)


def _config(home: Path, *, is_tuned: bool) -> DBOSConfig:
    url = f"sqlite:///{home / 'dbos.sqlite'}"
    config: DBOSConfig = {"name": "bare", "system_database_url": url, "log_level": "WARNING"}
    if not is_tuned:
        return config
    engine = sa.create_engine(url)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        tune(connection)

    return {**config, "system_database_engine": engine, "max_executor_threads": THREADS}


def instant(job: NodeJob) -> NodeResult:
    del job
    return NodeResult({"output": "x"})


def diamond() -> Workflow:
    """LLM nodes a → b and c → d → e."""
    fields = [{"fieldId": "prompt", "name": "Prompt", "type": "text", "value": "hi"}]
    edges = [
        ("ask", "prompt", "a", "in:prompt"),
        ("a", "out:output", "b", "in:prompt"),
        ("a", "out:output", "c", "in:prompt"),
        ("b", "out:output", "d", "in:prompt"),
        ("c", "out:output", "d", "in:system_prompt"),
        ("d", "out:output", "e", "in:prompt"),
        ("e", "out:output", "end", "result"),
    ]
    return Workflow(
        id="",
        name="Diamond",
        nodes=(
            WireNode.model_validate({"id": "ask", "type": "request", "data": {"fields": fields}}),
            *(WireNode(id=name, type="gpt_5_4") for name in "abcde"),
            WireNode(id="end", type="response"),
        ),
        edges=tuple(
            WireEdge(id=str(number), source=a, source_handle=b, target=c, target_handle=d)
            for number, (a, b, c, d) in enumerate(edges)
        ),
    )


@contextmanager
def local_magica(home: Path) -> Iterator[tuple[Measure, Measure]]:
    with open_magica(home, run_node=instant) as magica:
        account = magica.create_account("Benchmark", microcredits=10**12).account
        kept = magica.save_workflow(account, diamond())
        single = StartModelRun.model_validate({"input": {"prompt": "hi"}})

        def singles(count: int) -> float:
            began = time.perf_counter()
            for _ in range(count):
                run_id = magica.start_model_run(account, "gpt_5_4", single)
                assert magica.wait_for_run(account, run_id, seconds=SECONDS)
            return time.perf_counter() - began

        def at_once(count: int) -> float:
            began = time.perf_counter()
            ask = StartRun(workflow_id=kept.id)
            for run_id in [magica.start_run(account, ask) for _ in range(count)]:
                assert magica.wait_for_run(account, run_id, seconds=SECONDS)
            return time.perf_counter() - began

        yield singles, at_once


@contextmanager
def opened(side: str, home: Path) -> Iterator[tuple[Measure, Measure]]:
    with (
        local_magica(home)
        if side == "magica"
        else bare_dbos(home, is_tuned=side == "tuned") as measures
    ):
        yield measures


def be(side: str, home: str) -> None:
    """Measure what each line of the input asks for."""
    with opened(side, Path(home)) as (singles, at_once):
        for line in sys.stdin:
            name, count = line.split()
            seconds = (singles if name == "singles" else at_once)(int(count))
            said = {"seconds": seconds, "megabytes": _megabytes()}
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()


def _megabytes() -> float:
    """What the process holds in memory now; where the system does not tell, the most it held."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# The comparison ---------------------------------------------------------------------------------


def asked(process: "subprocess.Popen[str]", name: str, count: int) -> dict[str, float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{name} {count}\n")
    process.stdin.flush()
    said: dict[str, float] = json.loads(process.stdout.readline())
    return said


def compare(rounds: int) -> None:
    """Print medians, and the medians of the ratios of neighbouring measurements."""
    with tempfile.TemporaryDirectory() as folder:
        processes = {side: _started(side, Path(folder) / side) for side in SIDES}
        for process in processes.values():
            asked(process, "singles", 5)
        one = [_round(processes, "singles", SINGLES) for _ in range(rounds)]
        many = [_round(processes, "at_once", DIAMONDS) for _ in range(rounds)]
        for process in processes.values():
            assert process.stdin is not None
            process.stdin.close()
            process.wait()
    print(f"a run of one node, start to COMPLETED ({rounds} rounds of {SINGLES})")
    _tell(one, scale=1000 / SINGLES, unit="ms")
    print(f"{DIAMONDS} runs of a diamond of {STEPS} nodes, started at once ({rounds} rounds)")
    _tell(many, scale=1, unit="s")
    held = [each["magica"]["megabytes"] for each in many]
    print(f"memory of local Magica after each round: {', '.join(f'{m:.0f} MB' for m in held)}")


def _started(side: str, home: Path) -> "subprocess.Popen[str]":
    home.mkdir()
    return subprocess.Popen(
        [sys.executable, __file__, "--side", side, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


Round = dict[str, dict[str, float]]


def _round(processes: dict[str, "subprocess.Popen[str]"], name: str, count: int) -> Round:
    return {side: asked(process, name, count) for side, process in processes.items()}


def _tell(rounds: list[Round], *, scale: float, unit: str) -> None:
    for side in SIDES:
        median = statistics.median(each[side]["seconds"] for each in rounds) * scale
        print(f"  {side:8} {median:8.2f} {unit}")
    for bare in ("dbos", "tuned"):
        ratios = [each["magica"]["seconds"] / each[bare]["seconds"] for each in rounds]
        ratio = statistics.median(ratios)
        print(f"  magica / {bare}: {ratio:.2f} of the time, {1 / ratio:.2f} of the throughput")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--side"]:
        be(*sys.argv[2:])
    else:
        compare(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
