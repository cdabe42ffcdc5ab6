"""One set of runs, and a process that is killed 25 times while it works on them.

On PostgreSQL as well, where each process is another, which the later ones must miss first; it is
killed less often there, since that takes longer. Run as a program, this file forks the processes
that are killed: what is slow to import is imported once. Set MAGICA_TEST_KILLS to kill more often.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from magica_mcp.graph.lifecycle import NodeStatus, RunStatus, is_over
from magica_mcp.local.instance import local_folder
from magica_mcp.local.magica import LocalMagica, open_magica
from magica_mcp.local.media import name_in
from magica_mcp.local.nodes.job import NodeJob, NodeResult, RunNode
from magica_mcp.local.store.database import open_database
from magica_mcp.local.store.store import open_store
from magica_mcp.local.store.tables import balances, files, ledger, node_runs, runs
from magica_mcp.models.runs import StartRun
from tests.local.engine.workshop import workflow
from tests.local.postgres import SERVER, new_database

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has neither fork nor SIGKILL")

RUNS = 20
KILLS = int(os.environ.get("MAGICA_TEST_KILLS", "25"))
KILLS_ON_POSTGRESQL = max(KILLS // 3, 1)
OPENING, OPEN = (0.0, 0.5), (0.0, 0.3)
"""Seconds after which a process is killed: by turns since it began to open, and since it is open.
"""

WORK = (0.02, 0.2)
SECONDS = 60.0
GRAPH = ("ask → a", "a → b", "a → c", "b → d", "d → end")


# The process that is killed -------------------------------------------------------------------


def working(home: Path) -> RunNode:
    """Nodes that note that they were begun, take a moment, and leave a file."""

    def work(job: NodeJob) -> NodeResult:
        with (home / "begun.txt").open("a", encoding="utf-8") as begun:
            begun.write(f"{job.run_id}:{job.node_id}\n")
        threading.Event().wait(random.uniform(*WORK))
        name = job.bench.media.name_for(job.run_id, job.node_id, 0, extension="png")
        reference = job.bench.media.write(name, job.run_id.encode())
        return NodeResult({"output": job.node_id, "picture": reference})

    return work


def live(home: Path, hook: str, url: str, *, to_the_end: bool) -> None:
    with open_magica(home, database_url=url, run_node=working(home), webhook_scale=0.01) as magica:
        start_some(magica, hook, most=RUNS if to_the_end else 2)
        (home / f"{os.getpid()}.open").touch()
        while not to_the_end or magica.unfinished_runs() or magica.webhooks.due_soon():
            threading.Event().wait(0.02)


def start_some(magica: LocalMagica, hook: str, *, most: int) -> None:
    """Of the runs that were not started yet."""
    account = magica.default_account()
    kept = [each.id for each in magica.list_workflows(account).items]
    if not kept:
        new = workflow(*GRAPH).model_copy(update={"id": ""})
        kept = [magica.save_workflow(account, new).id]
    ask = StartRun(workflow_id=kept[0], webhook={"url": hook})
    missing = RUNS - (magica.list_runs(account).total or 0)
    for _ in range(min(most, missing)):
        magica.start_run(account, ask)


def fork_on_demand(home: Path, hook: str, url: str) -> None:
    """For each line a process; its id is answered at once, and its end once it has ended."""
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            live(home, hook, url, to_the_end=line.strip() == "to the end")
            os._exit(0)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()
        os.waitpid(process, 0)
        sys.stdout.write("ended\n")
        sys.stdout.flush()


# Who kills it ---------------------------------------------------------------------------------


Told = tuple[str, str, str]
"""The run, the event, and the node where it is about one."""


class Receiver:
    """Is told of everything, and remembers how often."""

    def __init__(self) -> None:
        self.told: Counter[Told] = Counter()
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._answering())
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def receive(self, told: dict[str, Any]) -> None:
        with self.lock:
            self.told[told["runId"], told["type"], told["data"].get("nodeId", "")] += 1

    def _answering(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                receiver.receive(json.loads(self.rfile.read(length)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - inherited name
                """Tests are quiet."""

        return Answering


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join()


@dataclass(frozen=True)
class Story:
    """What is left when all is over, and what was finished before each kill."""

    home: Path
    rows: dict[str, list[Any]]
    """Every row of every table, by the name of the table."""
    begun_again: frozenset[str]
    """Nodes that were begun after a kill before which they had ended."""
    lives_that_worked: int
    """How many of the killed processes got as far as beginning a node."""
    told: Counter[Told]


TABLES = (runs, node_runs, ledger, balances, files)


def rows_of(url: str) -> dict[str, list[Any]]:
    with open_database(url) as engine, engine.connect() as connection:
        return {table.name: list(connection.execute(sa.select(table))) for table in TABLES}


def begun(home: Path) -> list[str]:
    noted = home / "begun.txt"
    return noted.read_text(encoding="utf-8").split() if noted.exists() else []


def finished(url: str) -> frozenset[str]:
    done = {NodeStatus.COMPLETED.value, NodeStatus.FAILED.value}
    rows = rows_of(url)["node_runs"]
    return frozenset(f"{row.run_id}:{row.node_id}" for row in rows if row.status in done)


@contextmanager
def forks(home: Path, hook: str, url: str) -> Iterator["subprocess.Popen[str]"]:
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, __file__, str(home), hook, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def one_life(process: "subprocess.Popen[str]", how: str, kill: Callable[[int], None]) -> None:
    """One process, until `kill` has been done with it or it ends."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{how}\n")
    process.stdin.flush()
    kill(int(process.stdout.readline()))
    assert process.stdout.readline() == "ended\n"


def killing(home: Path, *, seconds: float, once_open: bool) -> Callable[[int], None]:
    def kill(living: int) -> None:
        pause = threading.Event()
        for _ in range(round(SECONDS / 0.01) if once_open else 0):
            if (home / f"{living}.open").exists():
                break
            pause.wait(0.01)
        pause.wait(seconds)
        os.kill(living, signal.SIGKILL)

    return kill


def sparing(_living: int) -> None:
    """Let a process live to its end."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"] if SERVER else ["sqlite"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return local_folder(tmp_path_factory.mktemp(request.param) / "home").parent


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    if home.parent.name.startswith("sqlite"):
        yield f"sqlite:///{home / 'local' / 'magica.sqlite'}"
        return
    with new_database() as made:
        yield made


@pytest.fixture(scope="module")
def kills(url: str) -> int:
    return KILLS if url.startswith("sqlite") else KILLS_ON_POSTGRESQL


@pytest.fixture(scope="module")
def story(home: Path, url: str, kills: int) -> Story:
    moments = random.Random(0)
    again: set[str] = set()
    lives = 0
    with receiving() as receiver, forks(home, receiver.url, url) as process:
        for number in range(kills):
            before, known = finished(url), len(begun(home))
            once_open = number % 2 == 1
            seconds = moments.uniform(*(OPEN if once_open else OPENING))
            one_life(process, "until killed", killing(home, seconds=seconds, once_open=once_open))
            lives += len(begun(home)) > known
            again |= before & set(begun(home)[known:])
        before, known = finished(url), len(begun(home))
        with open_store(url) as store, store.writing() as tx:
            tx.messages.release_all()  # instead of the minute for which others leave them alone
        one_life(process, "to the end", sparing)
        again |= before & set(begun(home)[known:])
        return Story(home, rows_of(url), frozenset(again), lives, receiver.told)


# What is claimed ------------------------------------------------------------------------------


def test_many_of_the_killed_processes_were_at_work(story: Story, kills: int) -> None:
    assert story.lives_that_worked >= kills // 5


def test_every_run_that_was_started_is_over(story: Story) -> None:
    statuses = [RunStatus(row.status) for row in story.rows["runs"]]

    assert (len(statuses), all(map(is_over, statuses))) == (RUNS, True)


def test_no_node_that_had_ended_is_begun_again(story: Story) -> None:
    assert story.begun_again == frozenset()


def test_nothing_stays_reserved(story: Story) -> None:
    held = Counter[str]()
    for row in story.rows["ledger"]:
        if row.entry in {"reserve", "release"}:
            held[f"{row.run_id}:{row.node_id}"] += row.microcredits

    assert set(held.values()) == {0}


def test_each_completed_node_is_charged_once_and_no_other(story: Story) -> None:
    charged = Counter(
        f"{row.run_id}:{row.node_id}" for row in story.rows["ledger"] if row.entry == "charge"
    )
    completed = {
        f"{row.run_id}:{row.node_id}": 1
        for row in story.rows["node_runs"]
        if row.status == NodeStatus.COMPLETED.value
    }

    assert charged == completed


def test_the_balance_is_the_sum_of_the_ledger(story: Story) -> None:
    (balance,) = story.rows["balances"]

    assert balance.microcredits == sum(row.microcredits for row in story.rows["ledger"])


def test_every_file_that_is_referred_to_exists(story: Story) -> None:
    outputs = [row.output for row in story.rows["node_runs"] if row.output]
    names = {name_in(output["picture"]) for output in outputs}
    names |= {row.name for row in story.rows["files"]}

    assert names <= {path.name for path in (story.home / "local" / "media").iterdir()}


def test_whatever_happened_to_runs_and_nodes_is_told_at_least_once(story: Story) -> None:
    begun = {(row.id, "run.started", "") for row in story.rows["runs"]}
    ended = {(row.id, f"run.{row.status.lower()}", "") for row in story.rows["runs"]}
    nodes = {
        (row.run_id, f"node.{row.status.lower()}", row.node_id)
        for row in story.rows["node_runs"]
        if row.status in {NodeStatus.COMPLETED, NodeStatus.FAILED}
    }

    assert story.told.keys() == begun | ended | nodes


if __name__ == "__main__":
    fork_on_demand(Path(sys.argv[1]), *sys.argv[2:])
