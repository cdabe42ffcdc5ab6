"""Many local Magicas on one PostgreSQL: start of a run, throughput of one and of two, take-over.

The sides are processes with nodes that only take a nap: what is measured is the way to them. The
same on SQLite is the other side of one run, and of a process that has nothing to do.
MAGICA_TEST_POSTGRES_URL names a server whose user may create databases.

usage: python -m benchmarks.machines
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa

from magica_mcp.local.magica import LocalMagica, open_magica
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from magica_mcp.models.runs import StartModelRun

SERVER = os.environ.get("MAGICA_TEST_POSTGRES_URL", "")
SINGLES, BURST, NAP, LEFT, IDLE = 20, 64, 0.5, 4, 5.0
SECONDS = 300.0


# One of the processes -----------------------------------------------------------------------------


def be(folder: str, url: str, nap: str) -> None:
    """Do what each line asks for, and answer with the seconds that it took, or with ids."""

    def work(_job: NodeJob) -> NodeResult:
        time.sleep(float(nap))
        return NodeResult({"output": "done"})

    home = Path(folder)
    with open_magica(home, database_url=url or None, run_node=work) as magica:
        say("open")
        for line in sys.stdin:
            what, *given = line.split()
            say(" ".join(ACTS[what](magica, given)))


def start(magica: LocalMagica, given: list[str]) -> list[str]:
    """So many runs; answers their ids."""
    ask = StartModelRun(input={"prompt": "hi"})
    account = magica.default_account()
    return [magica.start_model_run(account, "gpt_5_4", ask) for _ in range(int(given[0]))]


def finish(magica: LocalMagica, given: list[str]) -> list[str]:
    """Wait for runs; answers the seconds until the last was over."""
    began = time.perf_counter()
    for run_id in given:
        magica.wait_for_run(magica.default_account(), run_id, seconds=SECONDS)
    return [str(time.perf_counter() - began)]


def single(magica: LocalMagica, given: list[str]) -> list[str]:
    """One run from its start to its end, in seconds; so many times."""
    found = []
    for _ in range(int(given[0])):
        began = time.perf_counter()
        finish(magica, start(magica, ["1"]))
        found.append(str(time.perf_counter() - began))
    return found


def used(_magica: LocalMagica, _given: list[str]) -> list[str]:
    """The seconds of processor that this process has used."""
    return [str(time.process_time())]


ACTS = {"start": start, "finish": finish, "single": single, "used": used}


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


# Who asks them ------------------------------------------------------------------------------------


class Machine:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def said(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()

    def ask(self, line: str) -> list[str]:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.said()


@contextmanager
def machine(folder: Path, url: str, *, nap: float = 0.0) -> Iterator[Machine]:
    command = [sys.executable, "-m", "benchmarks.machines", str(folder), url, str(nap)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        found = Machine(process)
        assert found.said() == ["open"]
        yield found
        assert process.stdin is not None
        process.stdin.close()


@contextmanager
def database() -> Iterator[str]:
    name = f"magica_{uuid.uuid4().hex}"
    server = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield sa.make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        server.dispose()


def one_run(folder: Path, url: str) -> float:
    with machine(folder, url) as alone:
        alone.ask("single 3")
        return statistics.median(map(float, alone.ask(f"single {SINGLES}")))


def burst(folder: Path, *, machines: int) -> float:
    """The seconds that a burst takes, all of it asked of the first."""
    with ExitStack() as opened:
        url = opened.enter_context(database())
        first, *_others = [
            opened.enter_context(machine(folder, url, nap=NAP)) for _ in range(machines)
        ]
        began = time.perf_counter()
        ids = first.ask(f"start {BURST}")
        first.ask(f"finish {' '.join(ids)}")
        return time.perf_counter() - began


def take_over(folder: Path) -> float:
    """The seconds from the end of one process until the other has done all that it left."""
    with database() as url, machine(folder, url, nap=SECONDS) as first:
        ids = first.ask(f"start {LEFT}")
        time.sleep(2)
        with machine(folder, url) as second:
            began = time.perf_counter()
            first.process.kill()
            second.ask(f"finish {' '.join(ids)}")
            return time.perf_counter() - began


def idle(folder: Path, url: str) -> float:
    """The part of a core that a process uses which has nothing to do."""
    with machine(folder, url) as alone:
        before = float(alone.ask("used")[0])
        time.sleep(IDLE)
        return (float(alone.ask("used")[0]) - before) / IDLE


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with database() as url:
            ours, theirs = one_run(folder / "sqlite", ""), one_run(folder / "shared", url)
            print(f"one run: {ours * 1000:.0f} ms on SQLite, {theirs * 1000:.0f} ms on PostgreSQL")
            at_rest = idle(folder / "sqlite", ""), idle(folder / "shared", url)
            print(f"at rest: {at_rest[0]:.1%} of a core on SQLite, {at_rest[1]:.1%} with a queue")
        one, two = burst(folder / "burst", machines=1), burst(folder / "burst", machines=2)
        print(f"{BURST} runs that wait {NAP} s: {one:.1f} s by one, {two:.1f} s by two machines")
        print(f"after a kill the other has done all that was left in {take_over(folder):.1f} s")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        be(*sys.argv[1:])
    elif SERVER:
        main()
    else:
        sys.exit(
            "MAGICA_TEST_POSTGRES_URL is not set. Name a server whose user may make databases."
        )
