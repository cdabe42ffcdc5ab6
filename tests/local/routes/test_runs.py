from typing import Any

import httpx
import pytest

from tests.llm_stand_in import LlmStandIn
from tests.local.routes.running import any_template, finished, start_preview, start_template

CONCEPT_KEYS = {"runId", "status", "response", "nodes"}
BATCH_KEYS = {
    *("id", "status", "workflowId", "triggerRunId", "createdAt", "startedAt", "finishedAt"),
    *("error", "context", "nodeRuns"),
}
"""Both attested shapes (magica-contract 2.3)."""


async def start_slow(http: httpx.AsyncClient) -> str:
    """A run that ends when the stand-in of the language model is released."""
    rows = (await http.get("v1/system-workflows")).json()["items"]
    slug = next(row["slug"] for row in rows if row.get("nodeType") == "gpt_5_4")
    run_id = (await http.post("v1/runs", json={"workflowId": slug})).json()["runId"]
    return str(run_id)


async def test_a_start_is_accepted_with_the_run_id_alone(http: httpx.AsyncClient) -> None:
    answer = await http.post("v1/runs", json={"workflowId": await any_template(http)})

    assert answer.status_code == 202
    assert answer.json().keys() == {"runId"}


async def test_a_run_carries_both_sets_of_keys_and_no_others(
    hosted_http: httpx.AsyncClient,
) -> None:
    run = await finished(hosted_http, f"v1/runs/{await start_template(hosted_http)}")

    assert run.keys() == CONCEPT_KEYS | BATCH_KEYS
    assert run["runId"] == run["id"]


async def test_the_nodes_of_a_run_are_told_in_both_shapes(hosted_http: httpx.AsyncClient) -> None:
    run = await finished(hosted_http, f"v1/runs/{await start_template(hosted_http)}")

    assert run["nodes"][0].keys() == {"nodeId", "type", "status", "output"}
    assert run["nodeRuns"][0].keys() == {
        *("nodeId", "nodeType", "status", "input", "output"),
        *("logs", "error", "startedAt", "finishedAt"),
    }


async def test_the_response_of_a_run_holds_urls(http: httpx.AsyncClient) -> None:
    run = await finished(http, f"v1/runs/{await start_template(http)}")

    assert run["status"] == "COMPLETED"
    assert "http://127.0.0.1/media/" in str(run["response"])
    assert "media:" not in str(run)


async def test_the_brief_form_leaves_the_nodes_out(http: httpx.AsyncClient) -> None:
    run_id = await start_template(http)

    run = (await http.get(f"v1/runs/{run_id}", params={"inDetails": "false"})).json()

    assert run["runId"] == run_id
    assert not {"nodes", "nodeRuns"} & run.keys()


async def test_a_batch_leaves_out_what_is_unknown(http: httpx.AsyncClient) -> None:
    run_id = await start_template(http)

    answer = await http.post("v1/runs/batch", json={"ids": ["unknown", run_id]})

    assert [run["id"] for run in answer.json()["runs"]] == [run_id]


@pytest.mark.parametrize(
    "body",
    [
        {"workflowId": ""},
        {},
        {"workflowId": "x", "values": "no"},
        {"workflowId": "x", "nodeOverrides": {}},
        {"workflowId": "x", "nodeOverrides": [{"id": "n"}]},
        {"workflowId": "x", "viewport": "no"},
        [],
        "text",
    ],
)
async def test_a_start_of_another_shape_is_refused(http: httpx.AsyncClient, body: Any) -> None:
    answer = await http.post("v1/runs", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


async def test_the_viewport_of_the_editor_is_passed_over(http: httpx.AsyncClient) -> None:
    body = {"workflowId": await any_template(http), "viewport": {"x": 0, "y": 0, "zoom": 1}}

    answer = await http.post("v1/runs", json=body)

    assert answer.status_code == 202


@pytest.mark.parametrize("body", [{"ids": []}, {"ids": [""]}, {"ids": "x"}, {}])
async def test_a_batch_wants_ids(http: httpx.AsyncClient, body: Any) -> None:
    assert (await http.post("v1/runs/batch", json=body)).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "v1/runs/unknown"), ("POST", "v1/runs/unknown/cancel"), ("DELETE", "v1/runs/unknown")],
)
async def test_an_unknown_run_is_not_found(http: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await http.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_workflow_with_a_model_that_cannot_run_here_is_refused(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.post("v1/runs", json={"workflowId": "meshy_v6_preview"})

    assert (answer.status_code, answer.json()["code"]) == (422, "PROVIDER_UNAVAILABLE")
    assert (await http.get("v1/runs")).json()["total"] == 0


async def test_an_unknown_workflow_is_not_started(http: httpx.AsyncClient) -> None:
    answer = await http.post("v1/runs", json={"workflowId": "unknown"})

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_list_of_runs_pages_by_number_and_by_cursor(http: httpx.AsyncClient) -> None:
    started = [await start_template(http) for _ in range(3)]

    first = (await http.get("v1/runs", params={"pageSize": 2})).json()
    second = (await http.get("v1/runs", params={"cursor": first["nextCursor"]})).json()

    assert (first["hasMore"], first["total"], second["hasMore"]) == (True, 3, False)
    assert second["nextCursor"] is None
    assert {row["id"] for row in first["items"] + second["items"]} == set(started)


async def test_a_row_of_the_list_is_brief(http: httpx.AsyncClient) -> None:
    await start_template(http)

    (row,) = (await http.get("v1/runs")).json()["items"]

    assert row.keys() == {
        *("id", "workflowId", "workflowName", "status", "source", "creditUsed"),
        *("createdAt", "finishedAt"),
    }
    assert row["source"] == "api"


@pytest.mark.parametrize(
    "query",
    [{"pageSize": 101}, {"page": 0}, {"cursor": "nonsense"}, {"cursor": "1-1000"}, {"status": "X"}],
)
async def test_a_page_that_cannot_be_is_refused(
    http: httpx.AsyncClient, query: dict[str, str]
) -> None:
    assert (await http.get("v1/runs", params=query)).status_code == 400


@pytest.mark.parametrize(("method", "ending"), [("POST", "/cancel"), ("DELETE", "")])
async def test_a_run_can_be_canceled_in_two_ways(
    http: httpx.AsyncClient, llm: LlmStandIn, method: str, ending: str
) -> None:
    llm.hold()
    run_id = await start_slow(http)

    answer = await http.request(method, f"v1/runs/{run_id}{ending}")

    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELED")


async def test_a_run_that_is_over_is_not_changed_by_canceling(http: httpx.AsyncClient) -> None:
    run_id = await start_template(http)
    await finished(http, f"v1/runs/{run_id}")

    answer = await http.post(f"v1/runs/{run_id}/cancel")

    assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETED")


async def test_a_model_run_is_no_workflow_run(http: httpx.AsyncClient) -> None:
    run_id = await start_preview(http)

    assert (await http.get(f"v1/runs/{run_id}")).status_code == 404
