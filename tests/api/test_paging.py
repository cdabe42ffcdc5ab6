"""Which page comes next."""

import pytest

from magica_mcp.api.paging import new_ones, next_query
from magica_mcp.models.wire import JsonObject, Page
from magica_mcp.models.workflows import WorkflowSummary


def rows(count: int) -> tuple[WorkflowSummary, ...]:
    return tuple(WorkflowSummary(id=f"w{number}", name="a") for number in range(count))


SECOND: JsonObject = {"page": 2, "pageSize": 3}


@pytest.mark.parametrize(
    ("answer", "query"),
    [
        (Page(items=rows(3), has_more=True), SECOND),
        (Page(items=rows(3), has_more=False), None),
        (Page(items=rows(1), has_more=True), SECOND),
        (Page(items=()), None),
        (Page(items=(), has_more=True), None),
        (Page(items=rows(3), total=4), SECOND),
        (Page(items=rows(3), total=3), None),
        (Page(items=rows(2), total=4, page_size=2), SECOND),
        (Page(items=rows(3)), SECOND),
        (Page(items=rows(2)), None),
        (Page(items=rows(3), next_cursor="c"), {"cursor": "c", "limit": 3}),
        (Page(items=rows(1), next_cursor="c"), {"cursor": "c", "limit": 3}),
        (Page(items=rows(3), next_cursor="c", page=1, has_more=True), SECOND),
    ],
)
def test_the_next_page_follows_from_this_one(
    answer: Page[WorkflowSummary], query: JsonObject | None
) -> None:
    assert next_query(answer, asked=1, page_size=3) == query


def test_only_rows_not_seen_before_are_new() -> None:
    assert new_ones(rows(3), known=rows(2)) == rows(3)[2:]
