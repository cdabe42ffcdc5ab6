"""Runs of workflows and of models, as wholes."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import JsonValue

from magica_mcp.errors import NotFoundError
from magica_mcp.graph.lifecycle import MAY_BECOME, RunStatus, is_over
from magica_mcp.local.store.ids import Clock, iso
from magica_mcp.local.store.tables import RunKind, run_counts, runs
from magica_mcp.local.store.tallies import total_of_runs
from magica_mcp.models.wire import JsonObject

UNFINISHED = tuple(status for status in RunStatus if not is_over(status))

AT_ONCE = 500
"""How many ids one statement names."""


@dataclass(frozen=True)
class NewRun:
    """A run to be stored. `asked` is the body of the request that started it."""

    id: str
    account_id: str
    kind: RunKind
    workflow_id: str
    """Of a model run its node type."""
    name: str
    source: str
    asked: JsonObject
    result_feed: JsonValue
    """What reaches the Response node, as `engine.plan` writes it; None for a run of a model."""
    graph: JsonObject | None = None
    is_begun: bool = False
    """Whether the work of one of its nodes begins at once."""


@dataclass(frozen=True)
class StoredRun:
    """A run without its nodes."""

    id: str
    account_id: str
    kind: RunKind
    status: RunStatus
    workflow_id: str
    name: str
    asked: JsonObject
    result_feed: JsonValue
    response: JsonValue
    error: str | None
    source: str
    created_at: str
    started_at: str | None
    finished_at: str | None


@dataclass(frozen=True)
class RunFilter:
    """Which runs of an account are wanted; None means any."""

    kind: RunKind | None = None
    workflow_id: str | None = None
    status: RunStatus | None = None
    search: str | None = None
    """Part of the run's id or of its workflow's name, in any case."""


_COLUMNS = tuple(runs.c[name] for name in StoredRun.__dataclass_fields__)

# What every node of every run asks is built once: building takes longer than the database does.
_BY_ID = sa.select(*_COLUMNS).where(runs.c.id == sa.bindparam("run_id"))
_LOCKED = _BY_ID.with_for_update(key_share=True)
_ADDING = sa.insert(runs)
_STATUS = sa.select(runs.c.status).where(runs.c.id == sa.bindparam("run_id"))
_BECOMING = {
    status: sa.update(runs).where(
        runs.c.id == sa.bindparam("run_id"),
        runs.c.status.in_([state.value for state, after in MAY_BECOME.items() if status in after]),
    )
    for status in RunStatus
}


@dataclass(frozen=True)
class Runs:
    """Statements about runs."""

    connection: sa.Connection
    now: Clock

    def add(self, run: NewRun) -> None:
        moment = iso(self.now())
        row = {
            "id": run.id,
            "account_id": run.account_id,
            "kind": run.kind.value,
            "status": (RunStatus.RUNNING if run.is_begun else RunStatus.QUEUED).value,
            "workflow_id": run.workflow_id,
            "name": run.name,
            "source": run.source,
            "asked": run.asked,
            "result_feed": run.result_feed,
            "graph": run.graph,
            "created_at": moment,
            "started_at": moment if run.is_begun else None,
        }
        self.connection.execute(_ADDING, row)

    def by_id(self, run_id: str) -> StoredRun | None:
        return self._found(_BY_ID, run_id)

    def owned(self, account_id: str, run_id: str, *, kind: RunKind | None = None) -> StoredRun:
        """A run of this account. Raises `NotFoundError`, also for a run of the other kind."""
        run = self.by_id(run_id)
        if run is None or run.account_id != account_id:
            raise NotFoundError(f"There is no run '{run_id}'. list_runs shows the latest.")
        if kind not in (None, run.kind):
            raise NotFoundError(f"'{run_id}' is a {run.kind} run. Ask for it as one.")
        return run

    def locked(self, run_id: str) -> StoredRun | None:
        """The run, which nobody else changes until the transaction ends."""
        return self._found(_LOCKED, run_id)

    def by_ids(self, account_id: str, run_ids: Collection[str]) -> tuple[StoredRun, ...]:
        # By their ids alone, or a planner may walk through all runs of the account.
        found = (
            _run(row)
            for some in _portions(run_ids)
            for row in self.connection.execute(sa.select(*_COLUMNS).where(runs.c.id.in_(some)))
        )
        return tuple(run for run in found if run.account_id == account_id)

    def statuses(self, account_id: str, run_ids: Collection[str]) -> dict[str, RunStatus]:
        """How the account's runs of workflows among these are, by id."""
        query = sa.select(runs.c.id, runs.c.status).where(
            runs.c.account_id == account_id, runs.c.kind == RunKind.WORKFLOW
        )
        return {
            run_id: RunStatus(status)
            for some in _portions(run_ids)
            for run_id, status in self.connection.execute(query.where(runs.c.id.in_(some)))
        }

    def page(
        self,
        account_id: str,
        wanted: RunFilter,
        *,
        page: int,
        page_size: int,
        after: str | None = None,
    ) -> tuple[Sequence[StoredRun], int]:
        """The latest runs first, and how many there are in all.

        `after` is the last run of the page before, where it is known: then no page is too far down.
        Raises `NotFoundError` where there is no such run.
        """
        query = (
            sa.select(*_COLUMNS)
            .where(*_conditions(account_id, wanted))
            .order_by(runs.c.created_at.desc(), runs.c.id.desc())
            .limit(page_size)
        )
        if after is None:
            query = query.offset((page - 1) * page_size)
        else:
            last = self.owned(account_id, after)
            query = query.where(
                sa.tuple_(runs.c.created_at, runs.c.id) < sa.tuple_(last.created_at, last.id)
            )
        found = [_run(row) for row in self.connection.execute(query)]
        return found, self.connection.execute(_count(account_id, wanted)).scalar_one()

    def unfinished(self) -> tuple[str, ...]:
        query = sa.select(runs.c.id).where(_is_unfinished())
        return tuple(self.connection.execute(query).scalars())

    def unfinished_among(self, run_ids: Collection[str]) -> frozenset[str]:
        found: set[str] = set()
        for some in _portions(run_ids):
            query = sa.select(runs.c.id).where(runs.c.id.in_(some), _is_unfinished())
            found.update(self.connection.execute(query).scalars())
        return frozenset(found)

    def count_unfinished(self) -> int:
        query = sa.select(sa.func.count()).select_from(runs).where(_is_unfinished())
        return int(self.connection.execute(query).scalar_one())

    def status(self, run_id: str) -> RunStatus | None:
        status = self.connection.execute(_STATUS, {"run_id": run_id}).scalar()
        return None if status is None else RunStatus(status)

    def begin(self, run_id: str) -> None:
        """The first of its nodes runs."""
        self._become(run_id, RunStatus.RUNNING, started_at=iso(self.now()))

    def end(
        self,
        run_id: str,
        status: RunStatus,
        *,
        response: JsonValue = None,
        error: str | None = None,
    ) -> None:
        moment = iso(self.now())
        self._become(run_id, status, response=response, error=error, finished_at=moment)

    def _become(self, run_id: str, status: RunStatus, **columns: JsonValue) -> None:
        values = {"run_id": run_id, "status": status.value, **columns}
        self.connection.execute(_BECOMING[status], values)

    def _found(self, query: sa.Select[Any], run_id: str) -> StoredRun | None:
        row = self.connection.execute(query, {"run_id": run_id}).one_or_none()
        return None if row is None else _run(row)


def _portions(ids: Collection[str]) -> Iterator[list[str]]:
    listed = list(ids)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def _is_unfinished() -> sa.ColumnElement[bool]:
    return runs.c.status.in_([status.value for status in UNFINISHED])


def _count(account_id: str, wanted: RunFilter) -> sa.Select[int]:
    """How many runs are wanted; but for a search without walking through them."""
    if wanted == RunFilter(kind=wanted.kind) and wanted.kind is not None:
        total = sa.func.coalesce(sa.func.sum(run_counts.c.total), 0)
        return sa.select(sa.cast(total, sa.Integer)).where(
            run_counts.c.account_id == account_id, run_counts.c.kind == wanted.kind.value
        )
    if wanted.search:
        return sa.select(sa.func.count()).select_from(runs).where(*_conditions(account_id, wanted))
    return total_of_runs(
        account_id, kind=wanted.kind, workflow_id=wanted.workflow_id, status=wanted.status
    )


def _conditions(account_id: str, wanted: RunFilter) -> list[sa.ColumnElement[bool]]:
    conditions = [runs.c.account_id == account_id]
    if wanted.kind is not None:
        conditions.append(runs.c.kind == wanted.kind.value)
    if wanted.workflow_id is not None:
        conditions.append(runs.c.workflow_id == wanted.workflow_id)
    if wanted.status is not None:
        conditions.append(runs.c.status == wanted.status.value)
    if wanted.search:
        found = [
            column.icontains(wanted.search, autoescape=True) for column in (runs.c.name, runs.c.id)
        ]
        conditions.append(sa.or_(*found))
    return conditions


def _run(row: sa.Row[Any]) -> StoredRun:
    columns = row._asdict()
    return StoredRun(
        **{**columns, "kind": RunKind(row.kind), "status": RunStatus(row.status)},
    )
