"""The processes that share a store: which are alive, and whose runs are whose.

Times are the database's own, so that the clocks of machines need not agree.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from magica_mcp.graph.lifecycle import RunStatus, is_over
from magica_mcp.local.store.tables import processes, run_owners, runs

_TURN = 0x6D61676963610001
"""Any number that nobody else locks."""

_UNFINISHED = [status.value for status in RunStatus if not is_over(status)]


@dataclass(frozen=True)
class Processes:
    """Statements about processes; of use on PostgreSQL, since a SQLite file has one process."""

    connection: sa.Connection

    def take_turns(self) -> None:
        """Let no other process prepare the same database until the transaction ends."""
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))

    def beat(self, process_id: str) -> None:
        """Say that a process is alive."""
        alive = sa.update(processes).where(processes.c.id == process_id).values(beat_at=_now())
        if not self.connection.execute(alive).rowcount:
            self.connection.execute(sa.insert(processes).values(id=process_id, beat_at=_now()))

    def leave(self, process_id: str) -> None:
        """Let others go on with what a process leaves unfinished, at once."""
        self.connection.execute(sa.delete(processes).where(processes.c.id == process_id))

    def alive(self, *, silent_seconds: float) -> tuple[str, ...]:
        """Those that have not been silent for this long, always in the same order."""
        query = sa.select(processes.c.id).where(processes.c.beat_at > _now() - silent_seconds)
        return tuple(self.connection.execute(query.order_by(processes.c.id)).scalars())

    def forget_all_but(self, alive: Collection[str]) -> None:
        self.connection.execute(sa.delete(processes).where(processes.c.id.not_in(alive)))

    def own(self, process_id: str, run_id: str) -> None:
        """A process sees to a run from now on."""
        owner = {"process_id": process_id}
        seen_to = sa.update(run_owners).where(run_owners.c.run_id == run_id).values(owner)
        if not self.connection.execute(seen_to).rowcount:
            self.connection.execute(sa.insert(run_owners).values(run_id=run_id, **owner))

    def left_by_all_but(self, alive: Collection[str]) -> tuple[str, ...]:
        """Unfinished runs that none of these processes sees to."""
        query = sa.select(run_owners.c.run_id).join(runs, runs.c.id == run_owners.c.run_id)
        lost = query.where(runs.c.status.in_(_UNFINISHED), run_owners.c.process_id.not_in(alive))
        return tuple(self.connection.execute(lost).scalars())


def _now() -> sa.ColumnElement[float]:
    """Seconds since 1970."""
    return sa.cast(sa.func.extract("epoch", sa.func.clock_timestamp()), sa.Float)


_TABLES = (
    "CREATE TABLE processes (id TEXT NOT NULL PRIMARY KEY, beat_at FLOAT NOT NULL)",
    """
    CREATE TABLE run_owners (
        run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs (id),
        process_id TEXT NOT NULL
    )
    """,
)


def add_processes(connection: sa.Connection) -> None:
    """The migration of stores that one process had to itself."""
    for statement in _TABLES:
        connection.exec_driver_sql(statement)
