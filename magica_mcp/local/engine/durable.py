"""The only place that knows DBOS: work on a node that goes on after the process was killed.

Each node of a run is one durable workflow with the id `<runId>:<nodeId>`, so starting it twice is
starting it once. DBOS keeps one instance per process, opened and closed here.
"""

import contextvars
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos import error as dbos_error

from magica_mcp.errors import LocalMagicaError

Work = Callable[[str, str], None]
"""The work on a node, by run id and node id."""

_FORMAT = "1"
"""What DBOS stores of a node: the name `node`, a run id and a node id.

Not the version of the program or of the store: DBOS leaves the work of any other version lying.
"""

_OVER = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})

_one_per_process = threading.Lock()


class Starter(Protocol):
    """Sees to it that the work on a node is done, by whatever means."""

    def start(self, run_id: str, node_id: str) -> None:
        """Have a node worked on soon; nothing happens if it was started before."""
        ...

    def start_if_lost(self, run_id: str, node_id: str) -> None:
        """Start a node that should be under way and is not."""
        ...


class DurableNodes:
    """Starts the work on nodes, and counts what is under way in this process."""

    def __init__(self) -> None:
        self._workflow: Work | None = None
        self._count = 0
        self._changed = threading.Condition()

    @contextmanager
    def open(self, work: Work, *, database_url: str | sa.URL, threads: int) -> Iterator[None]:
        """Keep the state at a SQLAlchemy URL; what was under way last time goes on at once.

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
            self._workflow = DBOS.workflow(name="node", max_recovery_attempts=None)(
                self._counted(work)
            )
            with _foreign_errors_as_ours():
                DBOS(config=_config(database_url, threads=threads))
                DBOS.launch()
            yield
        finally:
            DBOS.destroy(destroy_registry=True)
            _one_per_process.release()

    def start(self, run_id: str, node_id: str) -> None:
        """Work on a node as soon as a thread is free; nothing happens if it was started before."""
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
        self.start(run_id, node_id)

    def wait_until_idle(self, *, seconds: float) -> bool:
        """Whether all work that was under way has ended within this time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count == 0, timeout=seconds)

    def _start(self, run_id: str, node_id: str) -> None:
        assert self._workflow is not None, "durable nodes are not open"
        with SetWorkflowID(_workflow_id(run_id, node_id)):
            DBOS.start_workflow(self._workflow, run_id, node_id)

    def _counted(self, work: Work) -> Work:
        def node(run_id: str, node_id: str) -> None:
            self._add(1)
            try:
                work(run_id, node_id)
            finally:
                self._add(-1)

        return node

    def _add(self, change: int) -> None:
        with self._changed:
            self._count += change
            self._changed.notify_all()


@contextmanager
def _foreign_errors_as_ours() -> Iterator[None]:
    try:
        yield
    except (sa.exc.SQLAlchemyError, dbos_error.DBOSException) as error:
        raise LocalMagicaError(
            f"The state of the engine cannot be read: {error}. Where it is the file dbos.sqlite, "
            "delete that: runs go on without it."
        ) from error


def _config(database_url: str | sa.URL, *, threads: int) -> DBOSConfig:
    return {
        "name": "magica-mcp",
        "system_database_url": sa.make_url(database_url).render_as_string(hide_password=False),
        "application_version": _FORMAT,
        "executor_id": "local",
        "max_executor_threads": threads,
        "log_level": "WARNING",
    }


def _workflow_id(run_id: str, node_id: str) -> str:
    return f"{run_id}:{node_id}"
