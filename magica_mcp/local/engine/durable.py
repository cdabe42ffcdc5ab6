"""The only place that knows DBOS: work on a node that goes on after the process was killed.

Each node of a run is one durable workflow with the id `<runId>:<nodeId>`, so starting it twice is
starting it once. Where processes share the state, a whole run is handed out as the workflow
`<runId>`, on a queue from which they all take. DBOS keeps one instance per process, opened and
closed here.
"""

import contextvars
import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, Queue, SetWorkflowID
from dbos import error as dbos_error

from magica_mcp.errors import LocalMagicaError
from magica_mcp.local.engine.following import Following
from magica_mcp.local.engine.starting import GoOn, Work
from magica_mcp.local.store.database import tune

_QUEUE = "magica-runs"

RUNS_AT_ONCE = 4
"""How many runs a process takes from the queue at once.

Fewer than it has threads: the others are for branches of these runs, and another process that is
idle gets its share.
"""

CONNECTIONS = 10
"""How many DBOS keeps to a shared database, beside ours; servers allow a hundred in all."""

SECONDS_BETWEEN_TAKES = 0.25
"""DBOS asks the database for what is new on a queue; it is not told."""

_FORMAT = "1"
"""What DBOS stores of a node: the name `node`, a run id and a node id; of a run `run` and its id.

Not the version of the program or of the store: DBOS leaves the work of any other version lying.
"""

_TO_BE_TAKEN = "ENQUEUED"
_OVER = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})

_one_per_process = threading.Lock()


class DurableNodes:
    """Starts the work on nodes, and counts what is under way in this process.

    Of the nodes that a node frees, the first is worked on within the same durable workflow: that
    saves the price of another. When the process ends there, repeating the workflow finds the first
    node over and starts what it freed anew.
    """

    def __init__(self, *, executor_id: str = "local") -> None:
        self._executor_id = executor_id
        self._workflow: Work | None = None
        self._run: GoOn | None = None
        self._queue: Queue | None = None
        self._following = Following()
        self._threads = 0
        self._starting: set[str] = set()
        self._count = 0
        self._changed = threading.Condition()

    @contextmanager
    def open(
        self, work: Work, *, go_on: GoOn, database_url: str | sa.URL, threads: int
    ) -> Iterator[None]:
        """Keep the state at a SQLAlchemy URL; what was under way last time goes on at once.

        `go_on` is done for each run that this process takes from the queue, where there is one.

        Raises:
            LocalMagicaError: this process has durable nodes open already, or the state cannot be
                read.
        """
        if not _one_per_process.acquire(blocking=False):
            raise LocalMagicaError(
                "Local Magica is open in this process already. Close it first, or use another "
                "process."
            )
        try:
            self._threads = threads
            self._workflow = DBOS.workflow(name="node", max_recovery_attempts=None)(
                self._counted(work)
            )
            self._run = DBOS.workflow(name="run", max_recovery_attempts=None)(
                self._counted_run(work, go_on)
            )
            with _state_engine(database_url) as engine, _destroyed_at_the_end():
                with _foreign_errors_as_ours():
                    DBOS(config=self._config(database_url, engine=engine, threads=threads))
                    DBOS.launch()
                    if engine is None:
                        self._queue = _registered_queue()
                yield
        finally:
            _one_per_process.release()

    def room(self) -> int:
        """How many nodes would be worked on at once if this thread started them now."""
        with self._changed:
            idle = self._threads - self._count - len(self._starting)
        return int(self._following.is_free) + max(0, idle)

    def is_idle(self) -> bool:
        """Whether nothing is being worked on in this process, or about to be."""
        with self._changed:
            return not self._count and not self._starting

    def start(self, run_id: str, node_id: str) -> None:
        """Work on a node as soon as a thread is free; nothing happens if it was started before."""
        if self._following.take(run_id, node_id):
            return
        # In a context of its own: as a child of the node that freed it DBOS would number it among
        # that node's steps, and the order in which nodes are freed differs when it is repeated.
        contextvars.Context().run(self._start, run_id, node_id)

    def start_if_lost(self, run_id: str, node_id: str) -> None:
        """Start a node that should be under way and is not.

        Either the process ended between our commit and that of DBOS, or the work on the node ended
        and its end could not be stored.
        """
        known = DBOS.get_workflow_status(_workflow_id(run_id, node_id))
        if known is not None and known.status not in _OVER:
            return
        if known is not None:
            DBOS.delete_workflow(known.workflow_id)
        contextvars.Context().run(self._start, run_id, node_id)

    def forget(self, run_id: str, node_id: str) -> None:
        """Have DBOS know nothing of a node that another process worked on, or freed."""
        if DBOS.get_workflow_status(_workflow_id(run_id, node_id)) is not None:
            DBOS.delete_workflow(_workflow_id(run_id, node_id))

    def hand_out(self, run_id: str) -> None:
        """Have whichever process has room go on with a run; nothing happens if it is handed out."""
        contextvars.Context().run(self._hand_out, run_id)

    def take_back(self, run_id: str) -> None:
        """Let a run be handed out again, whoever took it before."""
        if DBOS.get_workflow_status(run_id) is not None:
            DBOS.delete_workflow(run_id)

    def is_in_hand(self, run_id: str, *, alive: Collection[str]) -> bool:
        """Whether a run is still to be taken, or a process that is alive has just done so."""
        known = DBOS.get_workflow_status(run_id)
        if known is None or known.status in _OVER:
            return False
        return known.status == _TO_BE_TAKEN or known.executor_id in alive

    def let_fall(self, *, alive: Collection[str]) -> tuple[str, ...]:
        """Runs that were just taken by processes that are not alive any more."""
        taken = DBOS.list_workflows(
            queue_name=_QUEUE, status="PENDING", load_input=False, load_output=False
        )
        return tuple(each.workflow_id for each in taken if each.executor_id not in alive)

    def wait_until_idle(self, *, seconds: float) -> bool:
        """Whether all work that was under way has ended within this time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count == 0, timeout=seconds)

    def _start(self, run_id: str, node_id: str) -> None:
        assert self._workflow is not None, "durable nodes are not open"
        workflow_id = _workflow_id(run_id, node_id)
        with self._changed:
            self._starting.add(workflow_id)
        try:
            with SetWorkflowID(workflow_id):
                DBOS.start_workflow(self._workflow, run_id, node_id)
        except BaseException:
            self._starting.discard(workflow_id)
            raise

    def _hand_out(self, run_id: str) -> None:
        assert self._queue is not None, "there is a queue only where processes share a database"
        assert self._run is not None, "durable nodes are not open"
        with SetWorkflowID(run_id):
            self._queue.enqueue(self._run, run_id)

    def _config(
        self, database_url: str | sa.URL, *, engine: sa.Engine | None, threads: int
    ) -> DBOSConfig:
        return {
            "name": "magica-mcp",
            "system_database_url": sa.make_url(database_url).render_as_string(hide_password=False),
            "system_database_engine": engine,
            "sys_db_pool_size": CONNECTIONS,
            "application_version": _FORMAT,
            "executor_id": self._executor_id,
            "max_executor_threads": threads,
            "log_level": "WARNING",
        }

    def _counted(self, work: Work) -> Work:
        def node(run_id: str, node_id: str) -> None:
            with self._under_way(_workflow_id(run_id, node_id)):
                self._following.work_through(work, lambda: work(run_id, node_id))

        return node

    def _counted_run(self, work: Work, go_on: GoOn) -> GoOn:
        def run(run_id: str) -> None:
            with self._under_way(run_id):
                self._following.work_through(work, lambda: go_on(run_id))

        return run

    @contextmanager
    def _under_way(self, workflow_id: str) -> Iterator[None]:
        with self._changed:
            self._starting.discard(workflow_id)
            self._count += 1
        try:
            yield
        finally:
            with self._changed:
                self._count -= 1
                self._changed.notify_all()


@contextmanager
def _destroyed_at_the_end() -> Iterator[None]:
    try:
        yield
    finally:
        DBOS.destroy(destroy_registry=True)


@contextmanager
def _foreign_errors_as_ours() -> Iterator[None]:
    try:
        yield
    except (sa.exc.SQLAlchemyError, dbos_error.DBOSException) as error:
        raise LocalMagicaError(
            f"The state of the engine cannot be read: {error}. Where it is the file dbos.sqlite, "
            "delete that: runs go on without it."
        ) from error


@contextmanager
def _state_engine(database_url: str | sa.URL) -> Iterator[sa.Engine | None]:
    """Connections to a SQLite file as our own store has them; other databases DBOS opens itself."""
    if sa.make_url(database_url).get_backend_name() != "sqlite":
        yield None
        return
    engine = sa.create_engine(database_url)
    sa.event.listen(engine, "connect", _prepare)
    try:
        yield engine
    finally:
        engine.dispose()


def _registered_queue() -> Queue:
    return DBOS.register_queue(
        _QUEUE,
        worker_concurrency=RUNS_AT_ONCE,
        polling_interval_sec=SECONDS_BETWEEN_TAKES,
        on_conflict="always_update",
    )


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"  # as DBOS sets it where the connection is its own
    tune(connection)


def _workflow_id(run_id: str, node_id: str) -> str:
    return f"{run_id}:{node_id}"
