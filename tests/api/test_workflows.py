"""Workflows: which there are, and how they are made, renamed and deleted."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from magica_mcp.api.catalog import CATALOG_SECONDS
from magica_mcp.api.client import MagicaClient
from magica_mcp.api.workflows import FRESH_SECONDS
from magica_mcp.errors import ApiError, ConflictError, NotFoundError, UnreadableAnswerError
from magica_mcp.models.building import CreateWorkflow, NewRequestField, UpdateWorkflow
from tests.api.stage import Reply, Stage, answer, recorded

CREATE = "POST v1/workflows"
UPDATE = "PATCH v1/workflows/w1"
DELETE = "DELETE v1/workflows/w1"
LIST = "GET v1/workflows"

Do = Callable[[MagicaClient], Awaitable[object]]


async def create(client: MagicaClient) -> object:
    return await client.create_workflow(CreateWorkflow(name="Kite poster"))


async def update(client: MagicaClient) -> None:
    await client.update_workflow("w1", UpdateWorkflow(name="Kite"))


async def delete(client: MagicaClient) -> None:
    await client.delete_workflow("w1")


CHANGES = [
    (CREATE, create, "create_workflow"),
    (UPDATE, update, "workflow"),
    (DELETE, delete, "success"),
]


def page(first: int, count: int, *, has_more: bool) -> dict[str, object]:
    numbers = range(first, first + count)
    return {"items": [{"id": f"w{n}", "name": f"W {n}"} for n in numbers], "hasMore": has_more}


async def test_all_workflows_are_read_page_by_page() -> None:
    pages = [answer(page(0, 100, has_more=True)), answer(page(100, 30, has_more=False))]
    stage = Stage({"GET v1/workflows": pages})
    found = await stage.client.all_workflows()

    assert len(found) == 130
    assert [request.url.params["page"] for request in stage.requests] == ["1", "2"]


async def test_a_listing_that_ignores_pages_is_read_once_more_and_no_further() -> None:
    stage = Stage({"GET v1/workflows": answer(page(0, 100, has_more=True))})

    assert (len(await stage.client.all_workflows()), len(stage.sent)) == (100, 2)


async def test_no_more_pages_are_read_than_allowed() -> None:
    pages = [answer(page(n * 100, 100, has_more=True)) for n in range(5)]
    stage = Stage({"GET v1/workflows": pages})

    assert len(await stage.client.all_workflows(pages=3)) == 300


async def test_the_workflows_are_believed_for_a_minute() -> None:
    stage = Stage({"GET v1/workflows": recorded("workflows_quickstart")})
    await stage.client.all_workflows()
    stage.time += FRESH_SECONDS - 1
    await stage.client.all_workflows()

    assert len(stage.sent) == 1


async def test_after_a_minute_the_workflows_are_read_again() -> None:
    stage = Stage({"GET v1/workflows": recorded("workflows_quickstart")})
    await stage.client.all_workflows()
    stage.time += FRESH_SECONDS
    await stage.client.all_workflows()

    assert len(stage.sent) == 2


async def test_forgotten_workflows_are_read_again() -> None:
    stage = Stage({"GET v1/workflows": recorded("workflows_quickstart")})
    await stage.client.all_workflows()
    stage.client.forget_workflows()
    await stage.client.all_workflows()

    assert len(stage.sent) == 2


async def test_workflows_are_searched_by_words() -> None:
    stage = Stage({"GET v1/workflows": recorded("workflows_paged")})
    (found,) = await stage.client.find_workflows("kite")

    assert (found.name, stage.requests[0].url.params["search"]) == ("Kite poster", "kite")


@pytest.mark.parametrize("name", ["system_workflows", "system_workflows_bare"])
async def test_templates_are_listed_and_believed_for_ten_minutes(name: str) -> None:
    stage = Stage({"GET v1/system-workflows": recorded(name)})
    await stage.client.list_system_workflows()
    stage.time += CATALOG_SECONDS - 1
    found = await stage.client.list_system_workflows()

    assert (len(found), len(stage.sent)) == (1, 1)


async def test_a_new_workflow_is_sent_with_its_open_inputs() -> None:
    stage = Stage({CREATE: recorded("create_workflow")})
    field = NewRequestField(name="Cat", value="Cat")
    await stage.client.create_workflow(
        CreateWorkflow(name="Image + Describe", request_fields=(field,))
    )

    assert stage.body() == {
        "name": "Image + Describe",
        "requestFields": [{"name": "Cat", "type": "text", "value": "Cat"}],
    }


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("name", ["create_workflow", "create_workflow_wrapped"])
async def test_a_new_workflow_says_its_id_and_its_two_nodes(name: str, status: int) -> None:
    stage = Stage({CREATE: recorded(name, status)})
    created = await stage.client.create_workflow(CreateWorkflow(name="Image + Describe"))

    assert (
        created.workflow_id,
        created.name,
        created.request_node_id,
        created.response_node_id,
    ) == (
        "cmv1wzzzz0000jx08aaaaaaaa",
        "Image + Describe",
        "node_1760000000000_request",
        "node_1760000000000_response",
    )


async def test_an_update_sends_only_what_is_new() -> None:
    stage = Stage({UPDATE: recorded("workflow")})
    await stage.client.update_workflow("w1", UpdateWorkflow(description=""))

    assert stage.body() == {"description": ""}


@pytest.mark.parametrize("reply", [answer({"success": True}), httpx.Response(204)])
async def test_a_workflow_is_deleted_without_a_body(reply: Reply) -> None:
    stage = Stage({DELETE: reply})
    await stage.client.delete_workflow("w1")

    assert (stage.sent, stage.requests[0].content) == ([DELETE], b"")


@pytest.mark.parametrize(("route", "do", "name"), CHANGES)
async def test_after_a_change_the_workflows_are_read_again(route: str, do: Do, name: str) -> None:
    stage = Stage({LIST: recorded("workflows_quickstart"), route: recorded(name)})
    await stage.client.all_workflows()
    await do(stage.client)
    await stage.client.all_workflows()

    assert stage.sent == [LIST, route, LIST]


@pytest.mark.parametrize(("route", "do", "name"), CHANGES)
async def test_after_a_change_of_unknown_outcome_the_workflows_are_read_again(
    route: str, do: Do, name: str
) -> None:
    lost = httpx.ReadTimeout("slow")
    stage = Stage({LIST: recorded("workflows_quickstart"), route: lost})
    await stage.client.all_workflows()
    with pytest.raises(ApiError, match="Whether it took effect is not known"):
        await do(stage.client)
    await stage.client.all_workflows()

    assert stage.sent == [LIST, route, LIST]


@pytest.mark.parametrize("do", [update, delete])
async def test_an_unknown_workflow_is_named(do: Do) -> None:
    stage = Stage({})

    with pytest.raises(NotFoundError, match=r"no workflow 'w1'.*list_workflows"):
        await do(stage.client)


async def test_a_change_that_met_another_one_is_advised_to_read_again() -> None:
    stage = Stage({UPDATE: recorded("error_409", 409)})

    with pytest.raises(ConflictError, match=r"by someone else.*again with get_workflow"):
        await update(stage.client)


async def test_an_answer_that_denies_success_is_not_taken_for_it() -> None:
    stage = Stage({DELETE: answer({"success": False})})

    with pytest.raises(UnreadableAnswerError, match="not that it succeeded"):
        await delete(stage.client)
