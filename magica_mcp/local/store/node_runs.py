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


@dataclass(frozen=True)
class NodeRuns:
    """Statements about the nodes of runs; lists are in the order of the graph."""

    connection: sa.Connection
    now: Clock

    def add(self, run_id: str, nodes: Iterable[NewNodeRun]) -> None:
        rows = [
            {
                "run_id": run_id,
                "node_id": node.node_id,
                "position": position,
                "plan": node.plan,
                "status": NodeStatus.PENDING.value,
                "input": node.input,
                "credit_used": 0,
                "starts": 0,
            }
            for position, node in enumerate(nodes)
        ]
        if rows:
            self.connection.execute(sa.insert(node_runs), rows)

    def by_id(self, run_id: str, node_id: str) -> StoredNodeRun | None:
        query = sa.select(*_COLUMNS).where(*_is(run_id, node_id))
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _node_run(row)

    def of_runs(self, run_ids: Collection[str]) -> tuple[StoredNodeRun, ...]:
        query = (
            sa.select(*_COLUMNS)
            .where(node_runs.c.run_id.in_(run_ids))
            .order_by(node_runs.c.run_id, node_runs.c.position)
        )
        return tuple(_node_run(row) for row in self.connection.execute(query))

    def begin(self, run_id: str, node_id: str, *, given: JsonObject) -> None:
        """Its work begins, or begins again after the process ended in the middle."""
        self.connection.execute(
            _becoming(run_id, node_id, NodeStatus.RUNNING).values(
                input=given,
                starts=node_runs.c.starts + 1,
                started_at=sa.func.coalesce(node_runs.c.started_at, iso(self.now())),
            )
        )

    def end(self, run_id: str, node_id: str, ending: NodeEnding, *, credit_used: int) -> None:
        self.connection.execute(
            _becoming(run_id, node_id, ending.status).values(
                input=ending.input,
                output=ending.output,
                error=ending.error,
                user_message=ending.user_message,
                credit_used=credit_used,
                finished_at=iso(self.now()),
            )
        )

    def drop(self, run_id: str, node_id: str, status: NodeStatus) -> None:
        """It will not run (on), for a reason that is not its own: SKIPPED or CANCELED."""
        self.connection.execute(
            _becoming(run_id, node_id, status).values(finished_at=iso(self.now()))
        )


def _is(run_id: str, node_id: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return node_runs.c.run_id == run_id, node_runs.c.node_id == node_id


def _becoming(run_id: str, node_id: str, status: NodeStatus) -> sa.Update:
    before = [state for state, after in NODE_MAY_BECOME.items() if status in after]
    before += _ONCE_MORE.get(status, ())
    statement = sa.update(node_runs).where(
        *_is(run_id, node_id), node_runs.c.status.in_([state.value for state in before])
    )
    return statement.values(status=status.value)


def _node_run(row: sa.Row[Any]) -> StoredNodeRun:
    return StoredNodeRun(**{**row._asdict(), "status": NodeStatus(row.status)})
