"""The cost of a run with 100,000 finished runs in the store, against a store with a few.

Two processes, each with a home of its own, take turns at starting, getting and listing runs, and at
whatever else an account asks. The history, with a file and a webhook message for each run, is
inserted in bulk, into the store and into the engine's own state. The young store holds a hundred
runs, so that a page is as long there.

usage: python -m benchmarks.history [RUNS [ROUNDS]]
"""

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.instance import local_folder
from magica_mcp.local.magica import open_magica
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from magica_mcp.local.store.accounts import DEFAULT_ACCOUNT
from magica_mcp.models.runs import StartRun
from magica_mcp.models.workflows import WireEdge, WireNode, Workflow

REPEATS, LONGEST = 40, 2.0
SECONDS = 60
YOUNG = 100

LAST_PAGE = "list, the last page"
WHATS = (
    *("start", "start to COMPLETED", "get", "batch of 20", "list", LAST_PAGE),
    *("list of a workflow", "list of what failed", "list of what completed", "search by id"),
    *("balance", "media library", "pictures of it", "webhook log", "webhooks of a run"),
)


def instant(job: NodeJob) -> NodeResult:
    del job
    return NodeResult({"output": "x"})


def workflow() -> Workflow:
    fields = [{"fieldId": "prompt", "name": "Prompt", "type": "text", "value": "hi"}]
    return Workflow(
        id="",
        name="One node",
        nodes=(
            WireNode.model_validate({"id": "ask", "type": "request", "data": {"fields": fields}}),
            WireNode(id="a", type="gpt_5_4"),
            WireNode(id="end", type="response"),
        ),
        edges=(
            WireEdge(
                id="1", source="ask", source_handle="prompt", target="a", target_handle="in:prompt"
            ),
            WireEdge(
                id="2", source="a", source_handle="out:output", target="end", target_handle="result"
            ),
        ),
    )


# One side -------------------------------------------------------------------------------------


def be(home: str) -> None:
    """Measure everything once for each line of the input."""
    with open_magica(Path(home), run_node=instant) as magica:
        account = magica.default_account()
        kept = magica.save_workflow(account, workflow())
        started: list[str] = []

        def start() -> None:
            started.append(magica.start_run(account, StartRun(workflow_id=kept.id)))

        def finish() -> None:
            start()
            assert magica.wait_for_run(account, started[-1], seconds=SECONDS)

        def last_page() -> None:
            total = magica.list_runs(account, page_size=1).total or 1
            magica.list_runs(account, page=(total + 19) // 20)

        some = [run.run_id for run in magica.list_runs(account).items]
        measured: Mapping[str, Callable[[], object]] = {
            "start": start,
            "start to COMPLETED": finish,
            "get": lambda: magica.workflow_run(account, started[-1]),
            "batch of 20": lambda: magica.workflow_runs(account, some),
            "list": lambda: magica.list_runs(account),
            LAST_PAGE: last_page,
            "list of a workflow": lambda: magica.list_runs(account, workflow_id=kept.id),
            "list of what failed": lambda: magica.list_runs(account, status=RunStatus.FAILED),
            "list of what completed": lambda: magica.list_runs(account, status=RunStatus.COMPLETED),
            "search by id": lambda: magica.list_runs(account, search=some[0]),
            "balance": lambda: magica.balance(account),
            "media library": lambda: magica.library.page(account),
            "pictures of it": lambda: magica.library.page(account, media_type="image"),
            "webhook log": lambda: magica.webhooks.deliveries(account),
            "webhooks of a run": lambda: magica.webhooks.deliveries(account, run_id=some[0]),
        }
        for _ in sys.stdin:
            said = {}
            for what in WHATS:
                said[what] = _seconds(measured[what])
                assert all(magica.wait_for_run(account, each, seconds=SECONDS) for each in started)
            started[:-1] = []
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()


def _seconds(measured: Callable[[], object]) -> float:
    """The median of a few, fewer where one takes long."""
    durations: list[float] = []
    while len(durations) < REPEATS and sum(durations) < LONGEST:
        began = time.perf_counter()
        measured()
        durations.append(time.perf_counter() - began)
    return statistics.median(durations)


# A history --------------------------------------------------------------------------------------


FILES = """
    INSERT INTO files
        (id, account_id, name, title, media_type, mime_type, size, source, run_id, created_at)
    SELECT 'f' || id, account_id, id || '.png', 'flux.png', 'image', 'image/png', 1, 'generation',
        id, created_at FROM runs
"""
MESSAGES = """
    INSERT INTO messages
        (id, account_id, run_id, node_id, event, url, host, headers, body, status, attempts,
         created_at)
    SELECT 'msg_' || id, account_id, id, '', 'run.completed', 'https://example.com/', 'example.com',
        '{}', '{}', 'DELIVERED', 1, created_at FROM runs
"""
ATTEMPTS = """
    INSERT INTO attempts (message_id, number, begun_at, status_code)
    SELECT id, 1, created_at, 204 FROM messages
"""


def insert_history(home: Path, runs: int) -> None:
    """Finish one run, then copy its rows this many times under other ids."""
    with open_magica(home, run_node=instant) as magica:
        account = magica.default_account()
        kept = magica.save_workflow(account, workflow())
        run_id = magica.start_run(account, StartRun(workflow_id=kept.id))
        assert magica.wait_for_run(account, run_id, seconds=SECONDS)
    folder = local_folder(home)
    with closing(sqlite3.connect(folder / "magica.sqlite")) as store, store:
        paid = {"account_id": f"'{DEFAULT_ACCOUNT.id}'", "entry": "'grant'"}
        price = store.execute("SELECT -SUM(microcredits) FROM ledger WHERE entry = 'charge'")
        grant = {**paid, "microcredits": str(price.fetchone()[0] * runs), "created_at": "''"}
        names, values = ", ".join(grant), ", ".join(grant.values())
        store.execute(f"INSERT INTO ledger ({names}) VALUES ({values})")
        for table, column in (("runs", "id"), ("node_runs", "run_id"), ("ledger", "run_id")):
            _copy(store, table, {column: f"{column} || number"}, runs, of=run_id, by=column)
        for each in (FILES, MESSAGES, ATTEMPTS):
            store.execute(each)
    with closing(sqlite3.connect(folder / "dbos.sqlite")) as state, state:
        ids = {"workflow_uuid": "workflow_uuid || number"}
        _copy(state, "workflow_status", ids, runs, of=f"{run_id}:a", by="workflow_uuid")


def _copy(
    database: sqlite3.Connection,
    table: str,
    changed: Mapping[str, str],
    times: int,
    *,
    of: str,
    by: str,
) -> None:
    """Copy rows this many times; their numbers stand in `number`."""
    rows = database.execute(f"PRAGMA table_info({table})").fetchall()
    names = [row[1] for row in rows if not (row[1] == "id" and row[2] == "INTEGER")]
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    database.execute(
        f"WITH RECURSIVE numbers(number) AS "
        f"(SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {times}) "
        f"INSERT INTO {table} ({', '.join(names)}) "
        f"SELECT {values} FROM {table}, numbers WHERE {by} = ? ORDER BY {table}.rowid",
        (of,),
    )


# The comparison ---------------------------------------------------------------------------------


def compare(runs: int, rounds: int) -> None:
    """Print medians, and the medians of the ratios of neighbouring measurements."""
    with tempfile.TemporaryDirectory() as folder:
        homes = {"young": Path(folder) / "young", "old": Path(folder) / "old"}
        insert_history(homes["young"], YOUNG)
        insert_history(homes["old"], runs)
        sides = {name: _started(home) for name, home in homes.items()}
        measured = [{name: _asked(side) for name, side in sides.items()} for _ in range(rounds + 1)]
        for side in sides.values():
            assert side.stdin is not None
            side.stdin.close()
            side.wait()
    print(f"{YOUNG} finished runs in the store against {runs:,} ({rounds} rounds of {REPEATS})")
    for what in WHATS:
        pairs = [(each["young"][what], each["old"][what]) for each in measured[1:]]
        young, old = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
        ratio = statistics.median(old / young for young, old in pairs)
        print(f"  {what:24} {young:7.2f} ms  {old:7.2f} ms  ratio {ratio:.2f}")


def _started(home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, __file__, "--side", str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _asked(side: "subprocess.Popen[str]") -> dict[str, float]:
    assert side.stdin is not None
    assert side.stdout is not None
    side.stdin.write("\n")
    side.stdin.flush()
    said: dict[str, float] = json.loads(side.stdout.readline())
    return said


if __name__ == "__main__":
    if sys.argv[1:2] == ["--side"]:
        be(sys.argv[2])
    else:
        asked = [int(number) for number in sys.argv[1:]]
        compare(*(*asked, *(100_000, 9)[len(asked) :]))
