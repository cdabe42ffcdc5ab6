"""What is done for one node: begin it, do its work outside of any transaction, store its end.

May be called again for the same node after a crash at any point: a node that is over is not
executed again, and nothing is charged twice.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import sqlalchemy as sa

from magica_mcp.errors import MagicaError, NodeFailedError
from magica_mcp.graph.lifecycle import NodeStatus, RunStatus, is_node_over, is_over
from magica_mcp.local.catalog import Catalog, Measured
from magica_mcp.local.engine.abandoning import SECONDS_BETWEEN_LOOKS, unless_abandoned
from magica_mcp.local.engine.limits import TimeLimits, overtime
from magica_mcp.local.engine.plan import PlannedNode
from magica_mcp.local.engine.settling import end_node, outputs_of
from magica_mcp.local.library import made_files
from magica_mcp.local.media import DISK_IS_FULL
from magica_mcp.local.nodes.job import NodeJob, NodeResult, RunNode, Workbench
from magica_mcp.local.store.files import NewFile
from magica_mcp.local.store.node_runs import NodeEnding, StoredNodeRun
from magica_mcp.local.store.store import Statements, Store
from magica_mcp.local.webhooks.announcing import announce_run
from magica_mcp.models.field_values import MediaForm
from magica_mcp.models.inputs import checked
from magica_mcp.models.wire import JsonObject

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

SECONDS_BETWEEN_TRIES = 1.0
"""How long a locked database is left alone, after the time that it is waited for anyway."""

MOST_STARTS = 5
"""How often a node is begun before it is taken for what keeps ending the process."""

FULL = (
    "There is no room on the disk for what this node made. Free some space on the disk that holds "
    "MAGICA_HOME, then run it again."
)


class ProcessEndingError(BaseException):
    """The process ends while a node runs: the node stays as it is and is begun again next time.

    No `Exception`, so that nobody takes it for a failure of the node.
    """


@dataclass(frozen=True)
class BegunNode:
    """A node whose work has begun for the `starts`-th time, as far as the store knows."""

    run_id: str
    planned: PlannedNode
    given: JsonObject
    starts: int = 1
    moment: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class DoneNode:
    """What the end of a node led to; of the nodes that it freed, some are begun already."""

    freed: tuple[str, ...]
    begun: tuple[BegunNode, ...]
    is_run_over: bool


@dataclass(frozen=True)
class NodeWork:
    """Does the work of nodes; `is_ending` tells that the process is about to end."""

    store: Store
    catalog: Catalog
    bench: Workbench
    run_node: RunNode
    is_ending: threading.Event
    limits: TimeLimits = field(default_factory=TimeLimits)

    def do(
        self,
        run_id: str,
        node_id: str,
        *,
        begun: BegunNode | None = None,
        room: Callable[[], int] = lambda: 0,
    ) -> DoneNode | None:
        """What the node's end led to; None where it was over already.

        `begun` is the node where its work has begun before. As many of the nodes that it frees as
        there is `room` for begin in the transaction that stores its end.

        Raises:
            ProcessEndingError: the process ends, and the node did not get to its own end.
        """
        if begun is None or _is_stale(begun):
            begun = self.patiently(lambda: self._begin(run_id, node_id))
        if begun is None:
            return None
        if self.is_ending.is_set():
            raise ProcessEndingError
        ending, price = self._ending(begun)
        if self.is_ending.is_set() and ending.output is None:
            raise ProcessEndingError
        return self.patiently(lambda: self._end(begun, ending, price=price, room=room))

    def patiently(self, write: Callable[[], Result]) -> Result:
        """What a transaction gives, begun anew while the database is locked or out of reach."""
        while True:
            try:
                return write()
            except sa.exc.OperationalError as error:
                logger.warning("The store cannot be written, and is tried again: %s", error.orig)
                if self.is_ending.wait(SECONDS_BETWEEN_TRIES):
                    raise ProcessEndingError from error

    def _end(
        self, begun: BegunNode, ending: NodeEnding, *, price: int, room: Callable[[], int]
    ) -> DoneNode | None:
        run_id, node_id = begun.run_id, begun.planned.node_id
        files = self._made(begun, ending)
        with self.store.writing() as tx:
            run = tx.runs.locked(run_id)
            nodes = tx.node_runs.of_runs([run_id])
            node = _found(nodes, node_id)
            # Canceled meanwhile: what was made is not wanted any more, and costs nothing. Ended
            # meanwhile: by another process, or by this one, which did not hear of its success.
            if run is None or node is None or node.status is not NodeStatus.RUNNING:
                return None
            tx.files.add(run.account_id, files)
            after = end_node(tx, run, nodes, node_id, ending, price=price)
            soon = () if self.is_ending.is_set() else after.freed[: room()]
            now = tuple(_begin_node(tx, after.nodes, next_id) for next_id in soon)
            return DoneNode(after.freed, now, is_run_over=after.is_run_over)

    def _begin(self, run_id: str, node_id: str) -> BegunNode | None:
        if self.is_ending.is_set():
            raise ProcessEndingError
        with self.store.writing() as tx:
            run = tx.runs.locked(run_id)
            nodes = tx.node_runs.of_runs([run_id])
            node = _found(nodes, node_id)
            if run is None or node is None or is_over(run.status) or is_node_over(node.status):
                return None
            begun = _begin_node(tx, nodes, node_id)
            if run.status is not RunStatus.RUNNING:
                tx.accounts.lock(run.account_id)
                tx.runs.begin(run_id)
                announce_run(tx, run)
            return begun

    def _ending(self, begun: BegunNode) -> tuple[NodeEnding, int]:
        """How the node's work ends, and its price in microcredits."""
        try:
            return self._executed(begun)
        except MagicaError as error:
            shown = error.user_message if isinstance(error, NodeFailedError) else str(error)
            return NodeEnding(begun.given, error=str(error), user_message=shown), 0
        except OSError as error:
            shown = FULL if error.errno in DISK_IS_FULL else f"A file could not be used: {error}."
            return NodeEnding(begun.given, error=str(error), user_message=shown), 0
        except Exception as error:  # the outermost loop of a node: a bug fails the node alone
            logger.exception("Node %s of run %s", begun.planned.node_id, begun.run_id)
            shown = "This node failed in a way nobody foresaw. Try again, or report it."
            text = f"{type(error).__name__}: {error}"
            return NodeEnding(begun.given, error=text, user_message=shown), 0

    def _executed(self, begun: BegunNode) -> tuple[NodeEnding, int]:
        planned = begun.planned
        if begun.starts > MOST_STARTS:
            raise NodeFailedError(
                f"This node was begun {MOST_STARTS} times, and each time the process ended before "
                "it did. Try again with smaller settings."
            )
        schema = self.catalog.schema(planned.model_id)
        complete = checked(schema, begun.given, media=MediaForm.REFERENCE)
        limit = self.limits.of(planned.node_type, kind=schema.category)
        result = self._result(begun, complete, limit=limit)
        price = result.microcredits
        if price is None:
            price = self.catalog.price(
                planned.node_type,
                data=complete,
                sub_model_id=planned.sub_model_id,
                measured=_measured(result),
            )
        return NodeEnding(complete, output=result.output), price

    def _result(self, begun: BegunNode, complete: JsonObject, *, limit: float) -> NodeResult:
        deadline = time.monotonic() + limit
        job = self._job(begun, complete, deadline=deadline)
        try:
            result = unless_abandoned(lambda: self.run_node(job), should_stop=job.should_stop)
        except NodeFailedError as error:
            if time.monotonic() < deadline:
                raise
            raise overtime(limit) from error
        if time.monotonic() >= deadline:
            raise overtime(limit)
        return result

    def _made(self, begun: BegunNode, ending: NodeEnding) -> tuple[NewFile, ...]:
        """What is new in the media library by what the node has put out."""
        return made_files(
            ending.output or {},
            run_id=begun.run_id,
            model_id=begun.planned.model_id,
            media=self.bench.media,
        )

    def _job(self, begun: BegunNode, complete: JsonObject, *, deadline: float) -> NodeJob:
        is_unwanted = StopSign(lambda: self._is_unwanted(begun.run_id))
        return NodeJob(
            run_id=begun.run_id,
            node_id=begun.planned.node_id,
            node_type=begun.planned.node_type,
            sub_model_id=begun.planned.sub_model_id,
            input=complete,
            bench=self.bench,
            should_stop=lambda: time.monotonic() >= deadline or is_unwanted(),
            kind=self.catalog.kind(
                begun.planned.node_type, sub_model_id=begun.planned.sub_model_id
            ),
        )

    def _is_unwanted(self, run_id: str) -> bool:
        if self.is_ending.is_set():
            return True
        with self.store.reading() as tx:
            status = tx.runs.status(run_id)
        return status is None or is_over(status)


def _is_stale(begun: BegunNode) -> bool:
    """Whether it was left lying for so long that its run may have been canceled elsewhere."""
    return time.monotonic() - begun.moment > SECONDS_BETWEEN_LOOKS


def _found(nodes: Sequence[StoredNodeRun], node_id: str) -> StoredNodeRun | None:
    return next((node for node in nodes if node.node_id == node_id), None)


def _begin_node(tx: Statements, nodes: Sequence[StoredNodeRun], node_id: str) -> BegunNode:
    """Begin the work on one of a run's nodes, with what those that feed it have put out."""
    node = next(node for node in nodes if node.node_id == node_id)
    planned = PlannedNode.model_validate(node.plan)
    given = planned.input(outputs_of(nodes))
    tx.node_runs.begin(node.run_id, node_id, given=given)
    return BegunNode(node.run_id, planned, given, starts=node.starts + 1)


def _measured(result: NodeResult) -> Measured | None:
    """What a result says of itself that its price may rest on."""
    if result.seconds is None and result.pages is None:
        return None
    return Measured(seconds=result.seconds, pages=result.pages)


class StopSign:
    """Whether a node shall stop, asked as often as it likes and looked up now and then."""

    def __init__(
        self, look: Callable[[], bool], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._look, self._clock = look, clock
        self._looked_at = clock() - SECONDS_BETWEEN_LOOKS
        self._is_up = False

    def __call__(self) -> bool:
        moment = self._clock()
        if not self._is_up and moment - self._looked_at >= SECONDS_BETWEEN_LOOKS:
            self._looked_at = moment
            self._is_up = self._look()
        return self._is_up
