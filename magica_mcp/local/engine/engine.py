"""The engine: starts prepared runs, frees node after node, cancels, and picks up what was lost."""

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from magica_mcp.graph.lifecycle import NodeStatus, is_over
from magica_mcp.local.credits import require_credits
from magica_mcp.local.engine.durable import DurableNodes
from magica_mcp.local.engine.endings import SECONDS_BETWEEN_LOOKS, Endings
from magica_mcp.local.engine.orders import Order, store_run
from magica_mcp.local.engine.preparing import Prepared
from magica_mcp.local.engine.progress import freed, ready
from magica_mcp.local.engine.pulse import Rhythm, beating
from magica_mcp.local.engine.settling import cancel, states_of
from magica_mcp.local.engine.starting import Starter
from magica_mcp.local.engine.work import BegunNode, NodeWork, ProcessEndingError
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.ids import new_id, new_run_id
from magica_mcp.local.store.node_runs import StoredNodeRun
from magica_mcp.local.store.runs import UNFINISHED
from magica_mcp.local.store.store import Store
from magica_mcp.models.wire import JsonObject

THREADS = 8
"""How many nodes run at once in one process."""

LAST_SECONDS = 5.0
"""How long nodes that run may go on when the engine is closed; they are begun again next time."""


class Engine:
    """Executes runs. Opened by `open_engine`."""

    def __init__(self, work: NodeWork, *, starter: Starter, process_id: str | None = None) -> None:
        self._store, self._work, self._starter = work.store, work, starter
        self._process_id = process_id
        self._begun: dict[tuple[str, str], BegunNode] = {}
        self._lock = threading.Lock()
        self._listeners: dict[str, set[threading.Event]] = {}
        self.endings = Endings(self._over)

    def start(self, order: Order, prepared: Prepared) -> str:
        """Store a run, reserve its price and let its first nodes go; answers the run's id.

        Raises:
            OutOfCreditsError: the account cannot pay the price; nothing was stored or reserved.
        """
        run_id = new_run_id()
        first = [node for node in prepared.plan.nodes if not node.sources]
        with self._store.writing() as tx:
            tx.accounts.lock(order.account.id)
            have = tx.ledger.locked(order.account.id)
            require_credits(need=sum(prepared.prices.values()), have=have)
            # What comes while a process is busy is for whichever has room first.
            is_ours = self._process_id is None or self._starter.is_idle()
            room = self._starter.room() if is_ours else 0
            begun = [BegunNode(run_id, node, node.input({})) for node in first[:room]]
            store_run(tx, run_id, order, prepared, given=_given(begun))
            if self._process_id is not None:
                tx.processes.own(self._process_id, run_id)
        if prepared.plan.nodes and not is_ours:
            self._starter.hand_out(run_id)
            return run_id
        self._let_go(run_id, [node.node_id for node in first], begun=begun)
        return run_id

    def cancel(self, run_id: str) -> None:
        """End a run where it is; nothing happens to one that is over."""
        with self._store.writing() as tx:
            run = tx.runs.locked(run_id)
            if run is not None and not is_over(run.status):
                cancel(tx, run)
        for begun in [each for each in tuple(self._begun) if each[0] == run_id]:
            self._begun.pop(begun, None)
        self._tell_end(run_id)

    def wait(self, account: Account, run_id: str, *, seconds: float) -> bool:
        """Block until an account's run is over or the time is; answers whether it is over.

        Raises `NotFoundError`.
        """
        deadline = time.monotonic() + seconds
        with self._listening(run_id) as told:
            while not self._is_over(run_id, of=account):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                if told.wait(min(left, SECONDS_BETWEEN_LOOKS)):
                    return True
        return True

    def run_node(self, run_id: str, node_id: str) -> None:
        """Do a node's work and let go what it freed; repeating either changes nothing."""
        begun = self._begun.pop((run_id, node_id), None)
        done = self._work.do(run_id, node_id, begun=begun, room=self._starter.room)
        if done is None:
            for next_id in self._freed_before(run_id, by=node_id):
                self._starter.start_if_lost(run_id, next_id)
            return
        self._let_go(run_id, done.freed, begun=done.begun)
        if done.is_run_over:
            self._tell_end(run_id)

    def _let_go(self, run_id: str, node_ids: Iterable[str], *, begun: Iterable[BegunNode]) -> None:
        """Have nodes worked on, of which some are begun; whoever works on these finds them."""
        self._begun.update({(run_id, node.planned.node_id): node for node in begun})
        for node_id in node_ids:
            self._starter.start(run_id, node_id)

    def pick_up_lost(self) -> None:
        """Start every node that should be under way and is not."""
        with self._store.reading() as tx:
            unfinished = tx.runs.unfinished()
            nodes = {run_id: tx.node_runs.of_runs([run_id]) for run_id in unfinished}
        for run_id, of_run in nodes.items():
            running = [node.node_id for node in of_run if node.status is NodeStatus.RUNNING]
            for node_id in (*running, *ready(states_of(of_run))):
                self._starter.start_if_lost(run_id, node_id)

    def go_on(self, run_id: str) -> None:
        """Begin with a run that was handed to this process, or go on where another has left it."""
        if self._work.is_ending.is_set():
            raise ProcessEndingError
        nodes = self._work.patiently(lambda: self._owned(run_id))
        running = [node.node_id for node in nodes if node.status is NodeStatus.RUNNING]
        for node_id in (*running, *ready(states_of(nodes))):
            self._starter.start(run_id, node_id)

    def take_over(self, run_ids: Collection[str], *, alive: Collection[str]) -> None:
        """Hand out anew what processes left or had just taken that are no more."""
        for run_id in {*run_ids, *self._starter.let_fall(alive=alive)}:
            if not self._starter.is_in_hand(run_id, alive=alive):
                self._hand_out_anew(run_id)

    def _hand_out_anew(self, run_id: str) -> None:
        """See to a run until somebody takes it; what is over is only put away."""
        for node in self._owned(run_id):
            self._starter.forget(run_id, node.node_id)
        self._starter.take_back(run_id)
        if not self._over([run_id]):
            self._starter.hand_out(run_id)

    def _owned(self, run_id: str) -> Sequence[StoredNodeRun]:
        """The nodes of a run that this process sees to from now on."""
        with self._store.writing() as tx:
            if self._process_id is not None:
                tx.processes.own(self._process_id, run_id)
            return tx.node_runs.of_runs([run_id])

    def _freed_before(self, run_id: str, *, by: str) -> tuple[str, ...]:
        """Nodes that still wait to be started, and that a certain one fed."""
        with self._store.reading() as tx:
            if tx.runs.status(run_id) not in UNFINISHED:
                return ()
            return freed(states_of(tx.node_runs.of_runs([run_id])), by=by)

    def _is_over(self, run_id: str, *, of: Account) -> bool:
        with self._store.reading() as tx:
            return is_over(tx.runs.owned(of.id, run_id).status)

    def _over(self, run_ids: Collection[str]) -> Collection[str]:
        with self._store.reading() as tx:
            return frozenset(run_ids) - tx.runs.unfinished_among(run_ids)

    def _tell_end(self, run_id: str) -> None:
        for told in tuple(self._listeners.get(run_id, ())):
            told.set()
        self.endings.tell(run_id)

    @contextmanager
    def _listening(self, run_id: str) -> Iterator[threading.Event]:
        """An event that is set once a run has ended in this process."""
        told = threading.Event()
        with self._lock:
            self._listeners.setdefault(run_id, set()).add(told)
        try:
            yield told
        finally:
            with self._lock:
                left = self._listeners[run_id]
                left.discard(told)
                if not left:
                    del self._listeners[run_id]


@contextmanager
def open_engine(
    work: NodeWork, *, database_url: str | sa.URL, threads: int = THREADS
) -> Iterator[Engine]:
    """An engine whose runs of last time go on; `database_url` is where DBOS keeps its state.

    Raises:
        LocalMagicaError: this process has an engine open already.
    """
    is_shared = work.store.engine.dialect.name != "sqlite"
    process_id = _introduced(work.store) if is_shared else None
    durable = DurableNodes(executor_id=process_id or "local")
    engine = Engine(work, starter=durable, process_id=process_id)
    with (
        durable.open(
            engine.run_node, go_on=engine.go_on, database_url=database_url, threads=threads
        ),
        _picking_up(engine, work.store, process_id),
    ):
        try:
            yield engine
        finally:
            work.is_ending.set()
            durable.wait_until_idle(seconds=LAST_SECONDS)


def _introduced(store: Store) -> str:
    """A name by which the others know this process, before it takes anything from the queue."""
    process_id = new_id("p")
    with store.writing() as tx:
        tx.processes.beat(process_id)
    return process_id


@contextmanager
def _picking_up(engine: Engine, store: Store, process_id: str | None) -> Iterator[None]:
    """Go on with what was left: by this process before, or by any that shares the store."""
    if process_id is None:
        engine.pick_up_lost()
        yield
        return
    with beating(store, process_id, take_over=engine.take_over, rhythm=Rhythm()):
        yield


def _given(begun: Iterable[BegunNode]) -> dict[str, JsonObject]:
    return {node.planned.node_id: node.given for node in begun}
