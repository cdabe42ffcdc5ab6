"""The account's own workflows and Magica's templates."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from magica_mcp.api.cache import Cache
from magica_mcp.api.catalog import CATALOG_SECONDS
from magica_mcp.api.line import Line
from magica_mcp.api.paging import new_ones, next_query, page_query, without_absent
from magica_mcp.api.reading import answer_as, done, json_of, page_of, shaped
from magica_mcp.api.subject import Subject
from magica_mcp.api.transport import Call, segment
from magica_mcp.models.building import CreatedWorkflow, CreateWorkflow, UpdateWorkflow
from magica_mcp.models.wire import Page
from magica_mcp.models.workflows import SystemWorkflow, Workflow, WorkflowSummary

FRESH_SECONDS = 60.0
"""How long a listing of the account's workflows is believed."""

GRAPH_SECONDS = 20.0
"""How long a graph is believed where a glance at it is enough, unless we change anything."""

PAGE_SIZE = 100
"""The most rows that one page of workflows may hold (magica-contract 2.1)."""


class WorkflowCalls:
    """Saved graphs: which there are, and each as a whole."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._own: Cache[int, tuple[WorkflowSummary, ...]] = Cache(
            clock=line.clock, seconds=FRESH_SECONDS
        )
        self._graphs: Cache[tuple[str, int], Workflow] = Cache(
            clock=line.clock, seconds=GRAPH_SECONDS
        )
        self._templates: Cache[None, tuple[SystemWorkflow, ...]] = Cache(
            clock=line.clock, seconds=CATALOG_SECONDS
        )

    async def list_workflows(
        self, *, search: str | None = None, page: int = 1, page_size: int = PAGE_SIZE
    ) -> Page[WorkflowSummary]:
        """One page of the account's own workflows."""
        where = page_query(page=page, page_size=page_size)
        call = Call("GET", "v1/workflows", query=without_absent({"search": search, **where}))
        return await self._line.transport.ask(call, page_of(WorkflowSummary))

    async def find_workflows(self, search: str) -> tuple[WorkflowSummary, ...]:
        """The first hundred own workflows that Magica finds by these words."""
        return (await self.list_workflows(search=search)).items

    async def all_workflows(self, *, pages: int = 10) -> tuple[WorkflowSummary, ...]:
        """The account's own workflows, at most so many pages; believed for a minute."""
        return await self._own.get_or_find(pages, partial(self._ask_pages, pages))

    async def _ask_pages(self, pages: int) -> tuple[WorkflowSummary, ...]:
        found: tuple[WorkflowSummary, ...] = ()
        query = page_query(page=1, page_size=PAGE_SIZE)
        for asked in range(1, pages + 1):
            call = Call("GET", "v1/workflows", query=query)
            answer = await self._line.transport.ask(call, page_of(WorkflowSummary))
            fresh = new_ones(answer.items, known=found)
            found += fresh
            following = next_query(answer, asked=asked, page_size=PAGE_SIZE)
            if not fresh or following is None:
                break
            query = following
        return found

    def forget_workflows(self) -> None:
        """Believe no earlier listing: a workflow was made, renamed or deleted."""
        self._own.forget()

    @contextmanager
    def _changing_the_list(self) -> Iterator[None]:
        """However it ends, no earlier listing is believed after it."""
        try:
            yield
        finally:
            self.forget_workflows()

    async def create_workflow(self, ask: CreateWorkflow) -> CreatedWorkflow:
        """A new workflow of a Request and a Response node."""
        with self._changing_the_list():
            return await self._line.change(
                "POST", "v1/workflows", ask.wire(), answer_as(CreatedWorkflow)
            )

    async def update_workflow(self, workflow_id: str, ask: UpdateWorkflow) -> None:
        """Another name or description; nodes and edges stay."""
        with self._changing_the_list():
            await self._line.change(
                "PATCH",
                f"v1/workflows/{segment(workflow_id)}",
                ask.wire(),
                lambda reply: done(json_of(reply)),
                subject=Subject("workflow", workflow_id),
            )

    async def delete_workflow(self, workflow_id: str) -> None:
        """A workflow less, for good."""
        with self._changing_the_list():
            await self._line.operations.ask(
                "delete_workflow",
                {"workflowId": workflow_id},
                done,
                subject=Subject("workflow", workflow_id),
            )

    async def get_workflow(self, workflow_id: str) -> Workflow:
        """A whole graph."""
        return await self._line.operations.ask(
            "get_workflow",
            {"workflowId": workflow_id},
            lambda value: shaped(value, Workflow),
            subject=Subject("workflow", workflow_id),
        )

    async def recent_workflow(self, workflow_id: str) -> Workflow:
        """A whole graph, for starting it: believed for a moment, as long as we change nothing."""
        key = (workflow_id, self._line.transport.changes)
        return await self._graphs.get_or_find(key, partial(self.get_workflow, workflow_id))

    async def list_system_workflows(self) -> tuple[SystemWorkflow, ...]:
        """The read-only templates; believed for ten minutes."""
        return await self._templates.get_or_find(None, self._ask_templates)

    async def _ask_templates(self) -> tuple[SystemWorkflow, ...]:
        call = Call("GET", "v1/system-workflows")
        return (await self._line.transport.ask(call, page_of(SystemWorkflow))).items
