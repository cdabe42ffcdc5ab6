"""Several processes share one queue on PostgreSQL; one is killed, another finishes its runs.

Run as a program, this file is one of the processes.
"""

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from magica_mcp.graph.lifecycle import NodeStatus
from magica_mcp.local.magica import open_magica
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from magica_mcp.local.store.store import open_store
from magica_mcp.local.store.tables import balances, ledger, node_runs, runs
from magica_mcp.models.runs import StartRun
from tests.local.engine.workshop import workflow
from tests.local.postgres import needs_postgres, new_database

pytestmark = needs_postgres

RUNS = 8
"""More than one process takes at once."""
SECONDS = 60.0


# One of the processes -----------------------------------------------------------------------------


def be(name: str, folder: str, url: str) -> None:
    """Start what each line of the input asks for; the second nodes of 'stuck' never end.

    The others begin nothing before it is stuck, so that it gets its share.
    """
    shared = Path(folder)

    def work(job: NodeJob) -> NodeResult:
        if name != "stuck":
            _wait_for(shared / "stuck.txt", text=":b")
        with (shared / f"{name}.txt").open("a", encoding="utf-8") as begun:
            begun.write(f"{job.run_id}:{job.node_id}\n")
        if name == "stuck" and job.node_id == "b":
            threading.Event().wait(SECONDS)
        picture = job.bench.media.name_for(job.run_id, job.node_id, 0, extension="png")
        reference = job.bench.media.write(picture, b"picture")
        return NodeResult({"output": job.node_id, "picture": reference})

    home = shared / name
    with open_magica(
        home, database_url=url, media_folder=shared / "media", run_node=work
    ) as magica:
        account = magica.default_account()
        tell({"token": magica.token})
        for line in sys.stdin:
            if line.strip() == "start":
                new = workflow("ask → a", "a → b", "b → end").model_copy(update={"id": ""})
                kept = magica.save_workflow(account, new)
                tell({"runId": magica.start_run(account, StartRun(workflow_id=kept.id))})
            else:
                is_over = magica.wait_for_run(account, line.strip(), seconds=SECONDS)
                tell(
                    {"isOver": is_over, "status": magica.workflow_run(account, line.strip()).status}
                )


def tell(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


class Machine:
    def __init__(self, name: str, folder: Path, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, name, str(folder), url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )

    def said(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def ask(self, line: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.said()


@contextmanager
def machine(name: str, folder: Path, url: str) -> Iterator[Machine]:
    started = Machine(name, folder, url)
    try:
        yield started
    finally:
        with started.process as process:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(SECONDS)


# The database -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with new_database() as made:
        yield made


# The story ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Story:
    """One process was killed while nodes of its runs were at work; the other went on."""

    tokens: tuple[str, str]
    ends: list[dict[str, Any]]
    begun: dict[str, list[str]]
    ended: frozenset[str]
    """The nodes that were over before one was killed."""
    nodes: list[Any]
    entries: list[Any]
    balance: int
    pictures: int


@pytest.fixture(scope="module")
def story(url: str, tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("machines")
    with machine("stuck", folder, url) as first, machine("other", folder, url) as second:
        tokens = (first.said()["token"], second.said()["token"])
        ids = [first.ask("start")["runId"] for _ in range(RUNS)]
        _wait_for(folder / "other.txt", text=":b")
        ended = _ended(url)
        first.process.kill()
        ends = [second.ask(run_id) for run_id in ids]
    begun = {
        name: (folder / f"{name}.txt").read_text(encoding="utf-8").split()
        for name in ("stuck", "other")
    }
    with open_store(url) as store, store.engine.connect() as connection:
        of_story = sa.select(node_runs).where(node_runs.c.run_id.in_(ids))
        entries = list(connection.execute(sa.select(ledger).where(ledger.c.run_id.in_(ids))))
        account = sa.select(runs.c.account_id).where(runs.c.id == ids[0]).scalar_subquery()
        balance = sa.select(balances.c.microcredits).where(balances.c.account_id == account)
        total = sa.select(sa.func.sum(ledger.c.microcredits)).where(ledger.c.account_id == account)
        off = connection.execute(balance).scalar_one() - connection.execute(total).scalar_one()
        nodes = list(connection.execute(of_story))
    pictures = len(list((folder / "media").glob("*.png")))
    return Story(tokens, ends, begun, ended, nodes, entries, int(off), pictures)


def _ended(url: str) -> frozenset[str]:
    query = sa.select(node_runs).where(node_runs.c.status == NodeStatus.COMPLETED.value)
    with open_store(url) as store, store.engine.connect() as connection:
        return frozenset(f"{row.run_id}:{row.node_id}" for row in connection.execute(query))


def _wait_for(file: Path, *, text: str) -> None:
    pause = threading.Event()
    for _ in range(round(SECONDS / 0.05)):
        if file.exists() and text in file.read_text(encoding="utf-8"):
            return
        pause.wait(0.05)
    raise TimeoutError(file)


def _cut_short(story: Story) -> set[str]:
    """The nodes that the killed process had no end of."""
    return {node for node in story.begun["stuck"] if node.endswith(":b")}


def test_processes_that_start_together_share_one_token(story: Story) -> None:
    assert story.tokens[0] == story.tokens[1]


def test_the_other_process_finishes_every_run(story: Story) -> None:
    assert story.ends == [{"isOver": True, "status": "COMPLETED"}] * RUNS


def test_what_one_process_was_asked_for_is_spread_over_all(story: Story) -> None:
    stuck, other = ({node.partition(":")[0] for node in begun} for begun in story.begun.values())

    assert min(len(stuck), len(other - stuck)) > 0


def test_no_node_that_had_ended_is_begun_again(story: Story) -> None:
    ended = story.ended & set(story.begun["stuck"])

    assert ended
    assert ended & set(story.begun["other"]) == set()


def test_each_node_is_begun_once_by_the_other_and_so_is_what_was_cut_short(story: Story) -> None:
    assert set(Counter(story.begun["other"]).values()) == {1}
    assert _cut_short(story) <= set(story.begun["other"])


def test_each_node_is_charged_once(story: Story) -> None:
    charges = [entry for entry in story.entries if entry.entry == "charge"]

    assert len(charges) == len({(each.run_id, each.node_id) for each in charges}) == 2 * RUNS


def test_nothing_stays_reserved(story: Story) -> None:
    held = [each for each in story.entries if each.entry in {"reserve", "release"}]

    assert sum(each.microcredits for each in held) == 0


def test_the_balance_is_the_sum_of_the_ledger(story: Story) -> None:
    assert story.balance == 0


def test_both_leave_their_files_in_the_shared_folder(story: Story) -> None:
    assert story.pictures == 2 * RUNS


if __name__ == "__main__":
    be(*sys.argv[1:])
