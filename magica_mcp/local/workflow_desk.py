"""Where an account's workflows are made and edited: each edit is stored whole or not at all.

Edits of one workflow come one after another, each on what the one before has left.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from magica_mcp.errors import GraphRuleError, InvalidInputError, NotFoundError
from magica_mcp.graph.problem import Rule
from magica_mcp.local.building import (
    new_workflow,
    with_edge,
    with_inputs,
    with_node,
    without_edge,
    without_node,
)
from magica_mcp.local.magica import LocalMagica
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.ids import new_id, new_node_id
from magica_mcp.models.building import (
    AddedNode,
    AddNode,
    ConnectedNodes,
    ConnectNodes,
    CreatedWorkflow,
    CreateWorkflow,
    DisconnectNodes,
    UpdateWorkflow,
)
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import Workflow

Told = TypeVar("Told")


@dataclass(frozen=True)
class WorkflowDesk:
    """One account's edits; see `local.building` for what each refuses.

    An edit raises `NotFoundError` for a workflow, node or edge that is not there (any more), and
    `GraphRuleError` for a template, which stays as it is.
    """

    magica: LocalMagica
    account: Account

    def create(self, ask: CreateWorkflow) -> CreatedWorkflow:
        """A new workflow: a Request and a Response node, not connected yet."""
        workflow, created = new_workflow(ask, now_ms=time.time_ns() // 1_000_000)
        saved = self.magica.save_workflow(self.account, workflow)
        return created.model_copy(update={"workflow_id": saved.id})

    def describe(self, workflow_id: str, ask: UpdateWorkflow) -> Workflow:
        """Another name or description; nodes and edges stay."""
        told = ask.model_dump(exclude_none=True)
        if not told:
            raise InvalidInputError("Nothing is to be changed. Give a name, a description or both.")
        if not told.get("name", "named").strip():
            raise InvalidInputError("A workflow needs a name. Give one that says what it is for.")
        return self._edit(workflow_id, lambda workflow: workflow.model_copy(update=told))

    def delete(self, workflow_id: str) -> None:
        """Its runs stay."""
        with self._templates_stay(workflow_id):
            self.magica.delete_workflow(self.account, workflow_id)

    def add_node(self, workflow_id: str, ask: AddNode) -> AddedNode:
        return self._told(
            workflow_id,
            lambda workflow: with_node(
                workflow, ask, catalog=self.magica.catalog, node_id=new_node_id()
            ),
        )

    def set_inputs(self, workflow_id: str, node_id: str, inputs: JsonObject) -> Workflow:
        """Values set on a node; the others stay."""
        catalog = self.magica.catalog
        return self._edit(
            workflow_id, lambda workflow: with_inputs(workflow, node_id, inputs, catalog=catalog)
        )

    def delete_node(self, workflow_id: str, node_id: str) -> Workflow:
        """Its edges go too."""
        return self._edit(workflow_id, lambda workflow: without_node(workflow, node_id))

    def connect(self, workflow_id: str, ask: ConnectNodes) -> ConnectedNodes:
        return self._told(
            workflow_id,
            lambda workflow: with_edge(
                workflow, ask, catalog=self.magica.catalog, edge_id=new_id("edge_")
            ),
        )

    def disconnect(self, workflow_id: str, ask: DisconnectNodes) -> Workflow:
        absent = {Rule.NODE_EXISTS, Rule.EDGE_EXISTS} if ask.edge_id else {Rule.NODE_EXISTS}
        return self._edit(workflow_id, lambda workflow: without_edge(workflow, ask), absent=absent)

    def _told(self, workflow_id: str, edit: Callable[[Workflow], tuple[Workflow, Told]]) -> Told:
        """Store an edit that also tells something, and answer that."""
        told: list[Told] = []

        def edited(workflow: Workflow) -> Workflow:
            changed, tells = edit(workflow)
            told.append(tells)
            return changed

        self._edit(workflow_id, edited)
        return told[-1]

    def _edit(
        self,
        workflow_id: str,
        edit: Callable[[Workflow], Workflow],
        *,
        absent: frozenset[Rule] | set[Rule] = frozenset({Rule.NODE_EXISTS}),
    ) -> Workflow:
        """Store an edit; a broken rule among `absent` means that something is not there."""
        try:
            with self._templates_stay(workflow_id):
                return self.magica.edit_workflow(self.account, workflow_id, edit)
        except GraphRuleError as error:
            if error.rule in absent:
                raise NotFoundError(str(error)) from error
            raise

    @contextmanager
    def _templates_stay(self, workflow_id: str) -> Iterator[None]:
        """Say of a template that it is one, rather than that it is not there."""
        try:
            yield
        except NotFoundError as error:
            rows = self.magica.system_workflows()
            named = (row for row in rows if workflow_id.casefold() == row.slug.casefold())
            template = next(named, None)
            if template is None:
                raise
            raise GraphRuleError(
                f"'{template.name}' is a template and stays as it is. Create a workflow of your "
                f"own and add a node of the type '{template.node_type}' to it.",
                rule="read_only",
            ) from error
