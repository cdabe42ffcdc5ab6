"""The engine: starts prepared runs, frees node after node, cancels, and picks up what was lost."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from magica_mcp.graph.lifecycle import is_over
from magica_mcp.local.catalog import Catalog
from magica_mcp.local.credits import require_credits
from magica_mcp.local.engine.durable import DurableNodes, open_durable_nodes
from magica_mcp.local.engine.preparing import Prepared
from magica_mcp.local.engine.progress import freed_by, ready
from magica_mcp.local.engine.request import with_values
from magica_mcp.local.engine.settling import cancel, end_run_if_over, states_of
from magica_mcp.local.engine.work import NodeWork
from magica_mcp.local.nodes.job import RunNode, Workbench
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.ids import new_run_id
from magica_mcp.local.store.node_runs import NewNodeRun
from magica_mcp.local.store.runs import NewRun
from magica_mcp.local.store.store import Statements, Store
from magica_mcp.local.store.tables import RunKind
from magica_mcp.models.wire import JsonObject

THREADS = 8
"""How many nodes run at once in one process."""

LAST_SECONDS = 5.0
"""How long nodes that run may go on when the engine is closed; they are begun again next time."""

SECONDS_BETWEEN_LOOKS = 1.0
"""How late a waiter learns of the end of a run that another process ended."""


@dataclass(frozen=True)
class Order:
    """Who starts what; `asked` is the body of the request."""

    account: Account
    kind: RunKind
    workflow_id: str
    asked: JsonObject
    source: str
    is_own_workflow: bool = False


@dataclass
class Engine:
    """Executes runs. Opened by `open_engine`."""

    store: Store
    work: NodeWork
    durable: DurableNodes = field(init=False)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def start(self, order: Order, prepared: Prepared) -> str:
        """Store a run, reserve its price and let its first nodes go; answers the run's id.

        Raises:
            OutOfCreditsError: the account cannot pay the price; nothing was stored or reserved.
        """
        run_id = new_run_id()
        with self.store.writing() as tx:
            tx.accounts.lock(order.account.id)
            have = tx.ledger.available(order.account.id)
            require_credits(need=sum(prepared.prices.values()), have=have)
            self._store_run(tx, run_id, order, prepared)
        self._start_ready(run_id)
        return run_id

    def cancel(self, run_id: str) -> None:
        """End a run where it is; nothing happens to one that is over."""
        with self.store.writing() as tx:
            run = tx.runs.locked(run_id)
            if run is not None and not is_over(run.status):
                cancel(tx, run)
        self._tell()

    def wait(self, run_id: str, *, seconds: float) -> bool:
        """Block until a run is over or the time is; answers whether it is over."""
        deadline = self.clock() + seconds
        with self._changed:
            while not self._is_over(run_id):
                left = deadline - self.clock()
                if left <= 0:
                    return False
                self._changed.wait(min(left, SECONDS_BETWEEN_LOOKS))
        return True
