"""The account's own workflows and Magica's templates."""

from magica_mcp.api.cache import Cache
from magica_mcp.api.line import Line
from magica_mcp.api.paging import new_ones, next_query, page_query, without_absent
from magica_mcp.api.reading import page_of, shaped
from magica_mcp.api.subject import Subject
from magica_mcp.api.transport import Call
from magica_mcp.models.wire import Page
from magica_mcp.models.workflows import SystemWorkflow, Workflow, WorkflowSummary

FRESH_SECONDS = 60.0
"""How long a listing of workflows or templates is believed."""

PAGE_SIZE = 100
"""The most rows that one page of workflows may hold (magica-contract 2.1)."""


class WorkflowCalls:
    """Saved graphs: which there are, and each as a whole."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._own: Cache[int, tuple[WorkflowSummary, ...]] = Cache(
            clock=line.clock, seconds=FRESH_SECONDS
        )
        self._templates: Cache[None, tuple[SystemWorkflow, ...]] = Cache(
            clock=line.clock, seconds=FRESH_SECONDS
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
        kept = self._own.get(pages)
        if kept is not None:
            return kept
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
        return self._own.keep(pages, found)

    def forget_workflows(self) -> None:
        """Believe no earlier listing: a workflow was made, renamed or deleted."""
        self._own.forget()

    async def get_workflow(self, workflow_id: str) -> Workflow:
        """A whole graph."""
        return await self._line.operations.ask(
            "get_workflow",
            {"workflowId": workflow_id},
            lambda value: shaped(value, Workflow),
            subject=Subject("workflow", workflow_id),
        )

    async def list_system_workflows(self) -> tuple[SystemWorkflow, ...]:
        """The read-only templates; believed for a minute."""
        kept = self._templates.get(None)
        if kept is not None:
            return kept
        call = Call("GET", "v1/system-workflows")
        found = await self._line.transport.ask(call, page_of(SystemWorkflow))
        return self._templates.keep(None, found.items)
