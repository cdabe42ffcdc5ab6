"""What breaks around a node fails that node with a clear message, and the rest goes on."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.catalog import Catalog
from magica_mcp.local.fetch import Limits, fetch_media
from magica_mcp.local.magica import open_magica
from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.job import LlmEndpoint, NodeJob, NodeResult
from magica_mcp.models.runs import StartRun
from tests.local.engine.workshop import CREDIT, Workshop, workflow

PRICE = 100
BOTH = ("ask → a", "ask → b", "b → end")

# A language model that answers badly ----------------------------------------------------------


@contextmanager
def endpoint(status: int, body: bytes) -> Iterator[LlmEndpoint]:
    """Answers everything in one way."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - inherited name
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield LlmEndpoint(f"http://127.0.0.1:{server.server_port}/v1", "stand-in")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body", "shown"),
    [
        (429, b"{}", "quota is used up"),
        (500, b"oops", "answered 500"),
        (200, b"\xff\x00 garbage", "no chat completion"),
        (200, b'{"choices": []}', "no chat completion|no text|empty"),
    ],
)
def test_a_language_model_that_answers_badly_fails_its_node_alone(
    workshop: Workshop, catalog: Catalog, tmp_path: Path, status: int, body: bytes, shown: str
) -> None:
    with endpoint(status, body) as llm:
        broken = Workshop(
            workshop.store, workshop.account, catalog=catalog, folder=tmp_path, llm=llm
        )
        broken.nodes.behaviors["a"] = run_node
        run_id = broken.start(workflow(*BOTH))
        broken.work_on_all()

    error = str(broken.run(run_id).error)
    assert error.startswith("1 of 2 nodes failed. 'a': The language model's endpoint ")
    assert any(part in error for part in shown.split("|"))
    assert broken.statuses(run_id) == {"a": "FAILED", "b": "COMPLETED"}
    assert broken.available() == CREDIT - PRICE


# A URL that hangs -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Astray(httpx.BaseTransport):
    """Leads every connection to one port of this machine."""

    port: int

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self.port)
        with httpx.HTTPTransport() as transport:
            return transport.handle_request(request)


def test_a_media_url_that_hangs_fails_its_node_alone(workshop: Workshop) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:

        def fetching(job: NodeJob) -> NodeResult:
            fetch_media(
                "https://example.com/cat.png",
                media=job.bench.media,
                limits=Limits(connect_seconds=0.1),
                resolve=lambda _host, _port: ["93.184.216.34"],
                transport=Astray(silent.getsockname()[1]),
            )
            return NodeResult({"output": "never"})

        workshop.nodes.behaviors["a"] = fetching
        run_id = workshop.start(workflow(*BOTH))
        workshop.work_on_all()

    run = workshop.run(run_id)
    assert str(run.error).endswith(
        "'a': An input could not be fetched: example.com took too long to answer. Try again in a "
        "minute."
    )
    assert workshop.statuses(run_id) == {"a": "FAILED", "b": "COMPLETED"}


# A database that somebody else holds ------------------------------------------------------------


def test_a_node_whose_end_meets_a_locked_database_is_stored_once_it_is_free(
    workshop: Workshop, tmp_path: Path
) -> None:
    if workshop.store.engine.dialect.name != "sqlite":
        pytest.skip("only a file can be locked as a whole")

    @sa.event.listens_for(workshop.store.engine, "checkout")
    def impatient(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout = 10")

    def locked(job: NodeJob) -> NodeResult:
        other = sqlite3.connect(
            tmp_path / "magica.sqlite", isolation_level=None, check_same_thread=False
        )
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.3, other.close).start()
        return NodeResult({"output": "done"})

    workshop.nodes.behaviors["a"] = locked
    run_id = workshop.start(workflow("ask → a", "a → end"))

    workshop.work_on_all()

    assert workshop.run(run_id).status is RunStatus.COMPLETED
    assert workshop.nodes.executed == ["a"]
    assert workshop.available() == CREDIT - PRICE


# A disk that is full ----------------------------------------------------------------------------


def fill(home: str) -> None:
    """As a program: no file may grow beyond a size that one node's picture exceeds."""
    import resource  # noqa: PLC0415 - Windows has none

    most = 16_000_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    def work(job: NodeJob) -> NodeResult:
        name = job.bench.media.name_for(job.run_id, job.node_id, 0, extension="png")
        content = bytes(most + 1 if job.node_id == "a" else 10)
        return NodeResult({"output": "done", "picture": job.bench.media.write(name, content)})

    with open_magica(Path(home), run_node=work) as magica:
        account = magica.default_account()
        before = magica.balance(account).available_balance
        new = workflow(*BOTH).model_copy(update={"id": ""})
        run_id = magica.start_run(
            account, StartRun(workflow_id=magica.save_workflow(account, new).id)
        )
        assert magica.wait_for_run(account, run_id, seconds=30)
        run = magica.workflow_run(account, run_id)
        said = {
            "error": run.error,
            "statuses": {node.node_id: node.status.value for node in run.nodes},
            "cost": before - magica.balance(account).available_balance,
            "files": len(magica.library.page(account).items),
            "left": len(list((Path(home) / "local" / "media").iterdir())),
        }
        sys.stdout.write(json.dumps(said))


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such limit")
def test_a_full_disk_fails_the_node_that_writes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, __file__, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )

    assert json.loads(process.stdout) == {
        "error": "1 of 2 nodes failed. 'a': There is no room on the disk for what this node made. "
        "Free some space on the disk that holds MAGICA_HOME, then run it again.",
        "statuses": {"a": "FAILED", "b": "COMPLETED"},
        "cost": PRICE,
        "files": 1,
        "left": 1,
    }


if __name__ == "__main__":
    fill(sys.argv[1])
