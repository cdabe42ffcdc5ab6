"""Which page comes after this one, whichever of the two paging styles Magica speaks.

Pure. The keys are not documented (magica-contract 2.1, 8), so a listing that ignores them ends too.
"""

from collections.abc import Iterable
from typing import TypeVar

from magica_mcp.models.wire import JsonObject, Page
from magica_mcp.models.workflows import WorkflowSummary

Item = TypeVar("Item")


def page_query(
    *, page: int | None = None, page_size: int | None = None, cursor: str | None = None
) -> JsonObject:
    """The parameters of one page: by cursor when there is one, else by number."""
    if cursor is not None:
        return without_absent({"cursor": cursor, "limit": page_size})
    return without_absent({"page": page, "pageSize": page_size})


def without_absent(parameters: JsonObject) -> JsonObject:
    return {name: value for name, value in parameters.items() if value is not None}


def next_query(answer: Page[Item], *, asked: int, page_size: int) -> JsonObject | None:
    """How to ask for the page after number `asked`, or None after the last."""
    if answer.has_more is False or not answer.items:
        return None
    if answer.next_cursor is not None and answer.page is None:
        return page_query(cursor=answer.next_cursor, page_size=page_size)
    if answer.has_more is None and _is_last(answer, asked=asked, page_size=page_size):
        return None
    return page_query(page=asked + 1, page_size=page_size)


def _is_last(answer: Page[Item], *, asked: int, page_size: int) -> bool:
    size = answer.page_size or page_size
    if answer.total is not None:
        return asked * size >= answer.total
    return len(answer.items) < size


def new_ones(
    found: Iterable[WorkflowSummary], *, known: Iterable[WorkflowSummary]
) -> tuple[WorkflowSummary, ...]:
    """Those found that are not known yet; a page without any means that paging is ignored."""
    seen = {workflow.id for workflow in known}
    return tuple(workflow for workflow in found if workflow.id not in seen)
