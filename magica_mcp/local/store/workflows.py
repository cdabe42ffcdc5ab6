"""The accounts' own workflows."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import JsonValue

from magica_mcp.errors import ConflictError, NotFoundError
from magica_mcp.local.store.ids import Clock, iso
from magica_mcp.local.store.tables import workflows
from magica_mcp.models.wire import Page
from magica_mcp.models.workflows import Workflow, WorkflowSummary

# Built once, as in `runs`.
_BY_ID = sa.select(workflows).where(
    workflows.c.account_id == sa.bindparam("of_account"),
    workflows.c.id == sa.bindparam("workflow_id"),
)
_LOCKED = _BY_ID.with_for_update(key_share=True)

_IN_COLUMNS = {"id", "name", "version", "createdAt", "updatedAt"}


@dataclass(frozen=True)
class Workflows:
    """Statements about workflows; each sees only those of the account that is named."""

    connection: sa.Connection
    now: Clock

    def by_id(self, account_id: str, workflow_id: str) -> Workflow | None:
        which = {"of_account": account_id, "workflow_id": workflow_id}
        row = self.connection.execute(_BY_ID, which).one_or_none()
        return None if row is None else _workflow(row)

    def get(self, account_id: str, workflow_id: str) -> Workflow:
        """Raises `NotFoundError`."""
        found = self.by_id(account_id, workflow_id)
        if found is None:
            raise no_workflow(workflow_id)
        return found

    def locked(self, account_id: str, workflow_id: str) -> Workflow:
        """As `get`; nobody else changes it until the transaction ends."""
        which = {"of_account": account_id, "workflow_id": workflow_id}
        row = self.connection.execute(_LOCKED, which).one_or_none()
        if row is None:
            raise no_workflow(workflow_id)
        return _workflow(row)

    def page(
        self, account_id: str, *, search: str | None, page: int, page_size: int
    ) -> Page[WorkflowSummary]:
        """The most recently changed first."""
        query = self._of(account_id)
        if search:
            query = query.where(workflows.c.name.icontains(search, autoescape=True))
        count = sa.select(sa.func.count()).select_from(query.subquery())
        total = self.connection.execute(count).scalar_one()
        ordered = query.order_by(workflows.c.updated_at.desc(), workflows.c.id.desc())
        rows = self.connection.execute(ordered.limit(page_size).offset((page - 1) * page_size))
        return Page(
            items=tuple(_summary(row) for row in rows),
            page=page,
            page_size=page_size,
            total=total,
            has_more=page * page_size < total,
        )

    def add(self, account_id: str, workflow: Workflow) -> None:
        moment = iso(self.now())
        self.connection.execute(
            sa.insert(workflows).values(
                id=workflow.id,
                account_id=account_id,
                version=1,
                created_at=moment,
                updated_at=moment,
                **_columns(workflow),
            )
        )

    def replace(self, account_id: str, workflow: Workflow) -> None:
        """Store a changed graph.

        Raises:
            NotFoundError: it is not one of the account's workflows.
            ConflictError: it was read before the last change, which would be lost.
        """
        kept = self.get(account_id, workflow.id)
        if _version(workflow) not in (None, _version(kept)):
            raise ConflictError(
                f"The workflow '{workflow.id}' was changed meanwhile. Read it again and repeat "
                "the edit."
            )
        self.connection.execute(
            sa.update(workflows)
            .where(workflows.c.account_id == account_id, workflows.c.id == workflow.id)
            .values(
                version=workflows.c.version + 1,
                updated_at=iso(self.now()),
                **_columns(workflow),
            )
        )

    def delete(self, account_id: str, workflow_id: str) -> None:
        """Its runs stay. Raises `NotFoundError`."""
        result = self.connection.execute(
            sa.delete(workflows).where(
                workflows.c.account_id == account_id, workflows.c.id == workflow_id
            )
        )
        if not result.rowcount:
            raise no_workflow(workflow_id)

    def _of(self, account_id: str) -> sa.Select[Any]:
        return sa.select(workflows).where(workflows.c.account_id == account_id)


def no_workflow(workflow_id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no workflow '{workflow_id}'. list_workflows shows yours, "
        "list_system_workflows the templates."
    )


def _version(workflow: Workflow) -> JsonValue:
    """How often a stored workflow has been changed; it travels with the graph."""
    return (workflow.model_extra or {}).get("version")


def _columns(workflow: Workflow) -> dict[str, Any]:
    wire = workflow.wire()
    graph = {key: value for key, value in wire.items() if key not in _IN_COLUMNS}
    return {"name": workflow.name, "graph": graph}


def _workflow(row: sa.Row[Any]) -> Workflow:
    return Workflow.model_validate(
        {
            **row.graph,
            "id": row.id,
            "name": row.name,
            "version": row.version,
            "createdAt": row.created_at,
            "updatedAt": row.updated_at,
        }
    )


def _summary(row: sa.Row[Any]) -> WorkflowSummary:
    return WorkflowSummary(
        id=row.id,
        name=row.name,
        description=row.graph.get("description"),
        updated_at=row.updated_at,
    )
