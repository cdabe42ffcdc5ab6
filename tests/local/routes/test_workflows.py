import httpx
import pytest

from magica_mcp.local.magica import LocalMagica, NewAccount
from magica_mcp.models.workflows import Workflow
from tests.local.routes.running import CROP, any_template


async def test_a_list_has_both_paging_styles(
    http: httpx.AsyncClient, magica: LocalMagica, account: NewAccount
) -> None:
    for name in ("One", "Two"):
        magica.save_workflow(account.account, Workflow(id="", name=name))

    body = (await http.get("v1/workflows", params={"pageSize": 1})).json()

    assert (body["page"], body["pageSize"], body["total"], body["hasMore"]) == (1, 1, 2, True)
    following = (await http.get("v1/workflows", params={"cursor": body["nextCursor"]})).json()
    assert {row["name"] for row in body["items"] + following["items"]} == {"One", "Two"}


async def test_a_row_names_the_workflow_and_its_last_change(
    http: httpx.AsyncClient, magica: LocalMagica, account: NewAccount
) -> None:
    magica.save_workflow(account.account, Workflow(id="", name="Mine"))

    (row,) = (await http.get("v1/workflows")).json()["items"]

    assert {"id", "name", "updatedAt"} <= row.keys()


async def test_a_template_is_shown_by_its_slug(http: httpx.AsyncClient) -> None:
    workflow = (await http.get(f"v1/workflows/{await any_template(http)}")).json()

    assert {"id", "name", "nodes", "edges"} <= workflow.keys()
    assert {"source", "sourceHandle", "target", "targetHandle"} <= workflow["edges"][0].keys()


async def test_a_template_row_has_what_starts_it(http: httpx.AsyncClient) -> None:
    (row, *_) = (await http.get("v1/system-workflows")).json()["items"]

    assert {"slug", "name", "category", "nodeType"} <= row.keys()


async def test_an_unknown_workflow_is_not_found(http: httpx.AsyncClient) -> None:
    answer = await http.get("v1/workflows/unknown")

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_an_estimate_of_a_workflow_has_its_total(http: httpx.AsyncClient) -> None:
    answer = await http.post("v1/workflows/estimate-credits", json={"nodes": [CROP, CROP]})

    assert answer.json() == {
        "totalMicrocredits": 10_000,
        "estimates": [{"microcredits": 5_000}, {"microcredits": 5_000}],
    }


@pytest.mark.parametrize(("count", "status"), [(100, 200), (101, 400)])
async def test_a_workflow_has_at_most_a_hundred_nodes(
    http: httpx.AsyncClient, count: int, status: int
) -> None:
    answer = await http.post("v1/workflows/estimate-credits", json={"nodes": [CROP] * count})

    assert answer.status_code == status
