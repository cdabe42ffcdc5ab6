"""The nodes of runs: what each is to do, how far it is and what it gave."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from magica_mcp.graph.lifecycle import NODE_MAY_BECOME, NodeStatus
from magica_mcp.local.store.ids import Clock, iso
from magica_mcp.local.store.tables import node_runs
from magica_mcp.models.wire import JsonObject

_ONCE_MORE = {NodeStatus.RUNNING: (NodeStatus.RUNNING,)}
"""A node that was running when the process ended is started again."""


@dataclass(frozen=True)
class NewNodeRun:
    """A node to be run. `plan` is as `engine.plan` writes it; `input` where it is known already."""

    node_id: str
    plan: JsonObject
    input: JsonObject | None = None
    is_begun: bool = False
    """Whether its work begins at once."""


@dataclass(frozen=True)
class StoredNodeRun:
    """A node of a run. `starts` counts how often its work was begun."""

    run_id: str
    node_id: str
    plan: JsonObject
    status: NodeStatus
    input: JsonObject | None
    output: JsonObject | None
    error: str | None
    user_message: str | None
    credit_used: int
    starts: int
    started_at: str | None
    finished_at: str | None


@dataclass(frozen=True)
class NodeEnding:
    """How the work of a node ended: with an output or with an error."""

    input: JsonObject
    output: JsonObject | None = None
    error: str | None = None
    user_message: str | None = None

    @property
    def status(self) -> NodeStatus:
        return NodeStatus.FAILED if self.output is None else NodeStatus.COMPLETED


_COLUMNS = tuple(node_runs.c[name] for name in StoredNodeRun.__dataclass_fields__)

# Built once, as in `runs`.
_ADDING = sa.insert(node_runs)
_BY_ID = sa.select(*_COLUMNS).where(
    node_runs.c.run_id == sa.bindparam("of_run"), node_runs.c.node_id == sa.bindparam("of_node")
)
_OF_RUNS = (
    sa.select(*_COLUMNS)
    .where(node_runs.c.run_id.in_(sa.bindparam("run_ids", expanding=True)))
    .order_by(node_runs.c.run_id, node_runs.c.position)
)
_BECOMING = {
    status: sa.update(node_runs).where(
        node_runs.c.run_id == sa.bindparam("of_run"),
        node_runs.c.node_id.in_(sa.bindparam("node_ids", expanding=True)),
        node_runs.c.status.in_(
            [state.value for state, after in NODE_MAY_BECOME.items() if status in after]
            + [state.value for state in _ONCE_MORE.get(status, ())]
        ),
    )
    for status in NodeStatus
}
_BEGINNING = _BECOMING[NodeStatus.RUNNING].values(
    input=sa.bindparam("input"),
    status=sa.bindparam("status"),
    starts=node_runs.c.starts + 1,
    started_at=sa.func.coalesce(node_runs.c.started_at, sa.bindparam("moment")),
)


@dataclass(frozen=True)
class NodeRuns:
    """Statements about the nodes of runs; lists are in the order of the graph."""

    connection: sa.Connection
    now: Clock

    def add(self, run_id: str, nodes: Iterable[NewNodeRun]) -> None:
        moment = iso(self.now())
        rows = [
            {
                "run_id": run_id,
                "node_id": node.node_id,
                "position": position,
                "plan": node.plan,
                "status": (NodeStatus.RUNNING if node.is_begun else NodeStatus.PENDING).value,
                "input": node.input,
                "credit_used": 0,
                "starts": int(node.is_begun),
                "started_at": moment if node.is_begun else None,
            }
            for position, node in enumerate(nodes)
        ]
        if rows:
            self.connection.execute(_ADDING, rows)

    def by_id(self, run_id: str, node_id: str) -> StoredNodeRun | None:
        which = {"of_run": run_id, "of_node": node_id}
        row = self.connection.execute(_BY_ID, which).one_or_none()
        return None if row is None else _node_run(row)

    def of_runs(self, run_ids: Collection[str]) -> tuple[StoredNodeRun, ...]:
        found = self.connection.execute(_OF_RUNS, {"run_ids": list(run_ids)})
        return tuple(_node_run(row) for row in found)

    def begin(self, run_id: str, node_id: str, *, given: JsonObject) -> None:
        """Its work begins, or begins again after the process ended in the middle."""
        values: JsonObject = {"input": given, "moment": iso(self.now())}
        self._execute(_BEGINNING, run_id, [node_id], NodeStatus.RUNNING, values)

    def end(self, run_id: str, node_id: str, ending: NodeEnding, *, credit_used: int) -> None:
        values: JsonObject = {
            "input": ending.input,
            "output": ending.output,
            "error": ending.error,
            "user_message": ending.user_message,
            "credit_used": credit_used,
            "finished_at": iso(self.now()),
        }
        self._execute(_BECOMING[ending.status], run_id, [node_id], ending.status, values)

    def drop(self, run_id: str, node_ids: Collection[str], status: NodeStatus) -> None:
        """They will not run (on), for a reason that is not theirs: SKIPPED or CANCELED."""
        if node_ids:
            values: JsonObject = {"finished_at": iso(self.now())}
            self._execute(_BECOMING[status], run_id, node_ids, status, values)

    def _execute(
        self,
        statement: sa.Update,
        run_id: str,
        node_ids: Collection[str],
        status: NodeStatus,
        values: JsonObject,
    ) -> None:
        which = {"of_run": run_id, "node_ids": list(node_ids), "status": status.value}
        self.connection.execute(statement, {**which, **values})


def _node_run(row: sa.Row[Any]) -> StoredNodeRun:
    return StoredNodeRun(**{**row._asdict(), "status": NodeStatus(row.status)})
