"""What is done for one node: begin it, do its work outside of any transaction, store its end.

May be called again for the same node after a crash at any point: a node that is over is not
executed again, and nothing is charged twice.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from magica_mcp.errors import MagicaError, NodeFailedError
from magica_mcp.graph.lifecycle import NodeStatus, is_node_over, is_over
from magica_mcp.local.catalog import Catalog
from magica_mcp.local.engine.abandoning import SECONDS_BETWEEN_LOOKS, unless_abandoned
from magica_mcp.local.engine.plan import PlannedNode
from magica_mcp.local.engine.settling import end_node, outputs_of
from magica_mcp.local.library import made_files
from magica_mcp.local.nodes.job import NodeJob, RunNode, Workbench
from magica_mcp.local.store.files import NewFile
from magica_mcp.local.store.node_runs import NodeEnding
from magica_mcp.local.store.store import Store
from magica_mcp.models.inputs import checked
from magica_mcp.models.wire import JsonObject

logger = logging.getLogger(__name__)

MOST_STARTS = 5
"""How often a node is begun before it is taken for what keeps ending the process."""


class ProcessEndingError(BaseException):
    """The process ends while a node runs: the node stays as it is and is begun again next time.

    No `Exception`, so that nobody takes it for a failure of the node.
    """


@dataclass(frozen=True)
class BegunNode:
    """A node whose work has begun for the `starts`-th time."""

    run_id: str
    planned: PlannedNode
    given: JsonObject
    starts: int


@dataclass(frozen=True)
class NodeWork:
    """Does the work of nodes; `is_ending` tells that the process is about to end."""

    store: Store
    catalog: Catalog
    bench: Workbench
    run_node: RunNode
    is_ending: threading.Event

    def do(self, run_id: str, node_id: str) -> bool:
        """Whether there was anything to do: not for a node that is over already.

        Raises:
            ProcessEndingError: the process ends, and the node did not get to its own end.
        """
        begun = self._begin(run_id, node_id)
        if begun is None:
            return False
        ending, price = self._ending(begun)
        if self.is_ending.is_set() and ending.output is None:
            raise ProcessEndingError
        files = self._made(begun, ending)
        with self.store.writing() as tx:
            run = tx.runs.locked(run_id)
            node = tx.node_runs.by_id(run_id, node_id)
            # Canceled meanwhile: what was made is not wanted any more, and costs nothing.
            if run and node and node.status is NodeStatus.RUNNING:
                end_node(tx, run, node_id, ending, price=price)
                tx.files.add(run.account_id, files)
        return True

    def _begin(self, run_id: str, node_id: str) -> BegunNode | None:
        if self.is_ending.is_set():
            raise ProcessEndingError
        with self.store.writing() as tx:
            run = tx.runs.locked(run_id)
            node = tx.node_runs.by_id(run_id, node_id)
            if run is None or node is None or is_over(run.status) or is_node_over(node.status):
                return None
            planned = PlannedNode.model_validate(node.plan)
            given = planned.input(outputs_of(tx.node_runs.of_runs([run_id])))
            tx.node_runs.begin(run_id, node_id, given=given)
            tx.runs.begin(run_id)
            return BegunNode(run_id, planned, given, starts=node.starts + 1)

    def _ending(self, begun: BegunNode) -> tuple[NodeEnding, int]:
        """How the node's work ends, and its price in microcredits."""
        try:
            return self._executed(begun)
        except MagicaError as error:
            shown = error.user_message if isinstance(error, NodeFailedError) else str(error)
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
        complete = checked(schema, begun.given, internal=True)
        job = self._job(begun, complete)
        result = unless_abandoned(lambda: self.run_node(job), should_stop=job.should_stop)
        price = result.microcredits
        if price is None:
            price = self.catalog.price(
                planned.node_type, data=complete, sub_model_id=planned.sub_model_id
            )
        return NodeEnding(complete, output=result.output), price

    def _made(self, begun: BegunNode, ending: NodeEnding) -> tuple[NewFile, ...]:
        """What is new in the media library by what the node has put out."""
        return made_files(
            ending.output or {},
            run_id=begun.run_id,
            model_id=begun.planned.model_id,
            media=self.bench.media,
        )

    def _job(self, begun: BegunNode, complete: JsonObject) -> NodeJob:
        return NodeJob(
            run_id=begun.run_id,
            node_id=begun.planned.node_id,
            node_type=begun.planned.node_type,
            sub_model_id=begun.planned.sub_model_id,
            input=complete,
            bench=self.bench,
            should_stop=StopSign(lambda: self._is_unwanted(begun.run_id)),
        )

    def _is_unwanted(self, run_id: str) -> bool:
        if self.is_ending.is_set():
            return True
        with self.store.reading() as tx:
            status = tx.runs.status(run_id)
        return status is None or is_over(status)


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
