"""Local Magica is killed in the middle of a run and opened again: the run goes on where it was.

Run as a program, this file is the process that is killed.
"""

import json
import os
import queue
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from magica_mcp.local.credits import Entry
from magica_mcp.local.store.node_runs import StoredNodeRun
from magica_mcp.local.store.store import Store, open_store
from magica_mcp.local.store.tables import ledger
from magica_mcp.models.runs import StartRun
from magica_mcp.models.workflows import WireEdge, WireNode, Workflow

SECONDS = 30
TOKENS = 12
GRANTED = 100_000_000

HELD = {"b", "c"}
"""Nodes whose first answer is held back, until the process is killed."""

EDGES = [("a", "b"), ("a", "c"), ("b", "d")]


def workflow() -> Workflow:
    """LLM nodes a → b → d and a → c; each says its name to the endpoint as its system prompt."""
    field = {"fieldId": "prompt", "name": "Prompt", "type": "text", "value": "hi"}
    nodes = [
        {"id": name, "type": "gpt_5_4", "data": {"inputs": {"system_prompt": name}}}
        for name in "abcd"
    ]
    edges = [("ask", "prompt", "a", "in:prompt"), ("d", "out:output", "end", "result")]
    edges += [(source, "out:output", target, "in:prompt") for source, target in EDGES]
    return Workflow(
        id="",
        name="Chain",
        nodes=tuple(
            WireNode.model_validate(node)
            for node in (
                {"id": "ask", "type": "request", "data": {"fields": [field]}},
                *nodes,
                {"id": "end", "type": "response"},
            )
        ),
        edges=tuple(
            WireEdge(id=str(number), source=a, source_handle=b, target=c, target_handle=d)
            for number, (a, b, c, d) in enumerate(edges)
        ),
    )


def main(home: str, llm_url: str, run_id: str) -> None:
    """Start a run, or go on with one, and tell how it ended."""
    from magica_mcp.local.magica import open_magica  # noqa: PLC0415 - only the process needs it
    from magica_mcp.local.nodes.job import LlmEndpoint  # noqa: PLC0415 - likewise

    # Whoever started the tests in the background may have had them ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with open_magica(Path(home), llm=LlmEndpoint(llm_url, "stand-in")) as magica:
        account = magica.default_account()
        if not run_id:
            kept = magica.save_workflow(account, workflow())
            run_id = magica.start_run(account, StartRun(workflow_id=kept.id))
        tell({"runId": run_id, "token": magica.token})
        magica.wait_for_run(account, run_id, seconds=SECONDS)
        run = magica.workflow_run(account, run_id)
        tell(
            {"status": run.status, "response": run.response, "unfinished": magica.unfinished_runs()}
        )


def tell(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


class Endpoint:
    """A chat completion endpoint that knows who calls, and holds some calls back."""

    def __init__(self) -> None:
        self.arrived: queue.Queue[str] = queue.Queue()
        self.calls: Counter[str] = Counter()
        self.killed = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._answering())
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1"

    def answer(self, asked: dict[str, Any]) -> bytes | None:
        """The prompt and one more letter; nothing to a process that is gone."""
        name, prompt = (message["content"] for message in asked["messages"])
        self.calls[name] += 1
        self.arrived.put(name)
        if name in HELD and not self.killed.is_set():
            self.killed.wait(SECONDS)
            return None
        message = {"role": "assistant", "content": prompt + name}
        usage = {"total_tokens": TOKENS}
        return json.dumps({"choices": [{"message": message}], "usage": usage}).encode()

    def _answering(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = endpoint.answer(json.loads(self.rfile.read(length)))
                if body is not None:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - inherited name
                """Tests are quiet."""

        return Answering


@contextmanager
def served_endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    thread = threading.Thread(target=endpoint.server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.killed.set()
        endpoint.server.shutdown()
        endpoint.server.server_close()
        thread.join()


def process(home: Path, endpoint: Endpoint, *, run_id: str = "") -> "subprocess.Popen[str]":
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, __file__, str(home), endpoint.url, run_id],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def said_by(started: "subprocess.Popen[str]") -> dict[str, Any]:
    assert started.stdout is not None
    said: dict[str, Any] = json.loads(started.stdout.readline())
    return said


@dataclass(frozen=True)
class Story:
    """What was seen of a process that was killed, and of the one after it."""

    home: Path
    run_id: str
    tokens: tuple[str, str]
    end: dict[str, Any]
    calls: Counter[str]

    @contextmanager
    def store(self) -> Iterator[Store]:
        with open_store(f"sqlite:///{self.home / 'local' / 'magica.sqlite'}") as store:
            yield store

    def nodes(self) -> dict[str, StoredNodeRun]:
        with self.store() as store, store.reading() as tx:
            return {node.node_id: node for node in tx.node_runs.of_runs([self.run_id])}


def kill(process: "subprocess.Popen[str]", home: Path) -> None:
    process.kill()
    process.wait(SECONDS)


def ask_to_end(process: "subprocess.Popen[str]", home: Path) -> None:
    """As Ctrl-C does; what a node waits for does not come, and is not waited for."""
    process.send_signal(signal.SIGINT)
    process.wait(SECONDS)


def kill_and_lose_what_dbos_kept(process: "subprocess.Popen[str]", home: Path) -> None:
    kill(process, home)
    for file in (home / "local").glob("dbos.sqlite*"):
        file.unlink()


def kill_and_let_dbos_think_all_is_over(process: "subprocess.Popen[str]", home: Path) -> None:
    """As when the work on a node ended without its end being stored."""
    kill(process, home)
    with closing(sqlite3.connect(home / "local" / "dbos.sqlite")) as connection, connection:
        connection.execute("UPDATE workflow_status SET status = 'ERROR'")


ENDS = [kill, ask_to_end, kill_and_lose_what_dbos_kept, kill_and_let_dbos_think_all_is_over]


@pytest.fixture(scope="module", params=ENDS)
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = tmp_path_factory.mktemp("crash") / "home"
    with served_endpoint() as endpoint:
        with process(home, endpoint) as first:
            begun = said_by(first)
            # The start of both b and c means that a is over.
            while {"b", "c"} - set(endpoint.calls):
                endpoint.arrived.get(timeout=SECONDS)
            request.param(first, home)
        endpoint.killed.set()
        with process(home, endpoint, run_id=begun["runId"]) as second:
            again, end = said_by(second), said_by(second)
            second.wait(SECONDS)
    return Story(home, begun["runId"], (begun["token"], again["token"]), end, endpoint.calls)


def test_the_run_completes(story: Story) -> None:
    assert story.end == {"status": "COMPLETED", "response": {"result": "hiabd"}, "unfinished": 0}


def test_the_finished_node_is_not_executed_again(story: Story) -> None:
    assert (story.calls["a"], story.nodes()["a"].starts) == (1, 1)


def test_the_nodes_that_were_cut_short_are_executed_once_more(story: Story) -> None:
    assert (story.calls["b"], story.calls["c"], story.nodes()["b"].starts) == (2, 2, 2)


def test_the_node_that_came_after_is_executed_once(story: Story) -> None:
    assert (story.calls["d"], story.nodes()["d"].starts) == (1, 1)


def test_each_node_is_charged_once(story: Story) -> None:
    with story.store() as store, store.engine.connect() as connection:
        charges = connection.execute(
            sa.select(ledger.c.node_id, ledger.c.microcredits)
            .where(ledger.c.entry == Entry.CHARGE.value)
            .order_by(ledger.c.node_id)
        ).all()

    assert [tuple(charge) for charge in charges] == [(name, -TOKENS) for name in "abcd"]


def test_the_ledger_balances_to_the_microcredit(story: Story) -> None:
    total = sa.func.sum(ledger.c.microcredits)
    query = sa.select(ledger.c.entry, total).group_by(ledger.c.entry)
    with story.store() as store, store.engine.connect() as connection:
        sums = {entry: int(amount) for entry, amount in connection.execute(query)}

    assert (sums["reserve"] + sums["release"], sum(sums.values())) == (0, GRANTED - 4 * TOKENS)


def test_the_home_keeps_its_token(story: Story) -> None:
    assert story.tokens[0] == story.tokens[1]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_nobody_else_may_look_into_the_home(story: Story) -> None:
    assert {path.stat().st_mode & 0o777 for path in (story.home, story.home / "local")} == {0o700}


if __name__ == "__main__":
    main(*sys.argv[1:])
