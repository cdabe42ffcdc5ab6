"""The OpenAPI: whole, true, and of each dialect its own."""

from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.local.routes.building import drafted
from tests.local.routes.described import Described
from tests.local.routes.running import CROP, any_template, finished, start_preview

PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
LOCAL_ONLY = "Local Magica"
A_FILE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


async def spec_of(http: httpx.AsyncClient) -> dict[str, Any]:
    spec: dict[str, Any] = (await http.get("v1/openapi.json")).json()
    return spec


@pytest.fixture
async def described(http: httpx.AsyncClient) -> AsyncIterator[Described]:
    """Checks every answer that `http` receives from now on."""
    found = Described(await spec_of(http))
    http.event_hooks = {"response": [found.check]}
    yield found
    http.event_hooks = {}


async def test_the_description_is_that_of_the_contract(http: httpx.AsyncClient) -> None:
    spec = await spec_of(http)

    assert spec["openapi"].startswith("3.1")
    assert spec["info"] == {"title": "Magica REST API", "version": "1.0.0"}
    assert spec["servers"] == [{"url": "http://127.0.0.1/api"}]
    assert spec["components"]["securitySchemes"] == {
        "bearerAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }


async def test_the_description_needs_no_key(http: httpx.AsyncClient) -> None:
    answer = await http.get("v1/openapi.json", headers={"Authorization": ""})

    assert answer.status_code == 200


async def test_only_what_needs_no_key_says_so(http: httpx.AsyncClient) -> None:
    operations = Described(await spec_of(http)).operations()

    open_ones = {path for _, path, operation in operations if operation.get("security") == []}
    assert open_ones == {"/v1/models/catalog", "/v1/openapi.json"}


async def test_every_answer_and_every_body_has_a_real_schema(http: httpx.AsyncClient) -> None:
    spec = await spec_of(http)
    schemas = [
        (path, told["content"]["application/json"]["schema"])
        for _, path, operation in Described(spec).operations()
        for told in (*operation["responses"].values(), operation.get("requestBody"))
        if told and told != A_FILE and path != "/v1/openapi.json"
    ]

    assert [path for path, schema in schemas if not schema.keys() & {"$ref", "items"}] == []


async def test_no_two_operations_share_a_name(http: httpx.AsyncClient) -> None:
    names = [each["operationId"] for *_, each in Described(await spec_of(http)).operations()]

    assert len(names) == len(set(names))


async def test_the_hosted_dialect_describes_only_what_is_attested(
    hosted_http: httpx.AsyncClient, http: httpx.AsyncClient
) -> None:
    def served(spec: dict[str, Any]) -> set[tuple[str, str]]:
        return {
            (method, path)
            for method, path, operation in Described(spec).operations()
            if LOCAL_ONLY not in operation["tags"]
        }

    hosted = await spec_of(hosted_http)

    assert LOCAL_ONLY not in str(hosted)
    assert served(hosted) == served(await spec_of(http))


async def test_waiting_is_described_where_it_is_offered(http: httpx.AsyncClient) -> None:
    waiting = {
        operation["operationId"]
        for *_, operation in Described(await spec_of(http)).operations()
        if any(each["name"] == "wait" for each in operation.get("parameters", ()))
    }

    assert waiting == {"show_run", "show_runs", "show_model_run"}


async def test_the_hosted_dialect_describes_no_waiting(hosted_http: httpx.AsyncClient) -> None:
    spec = str(await spec_of(hosted_http))

    assert "'wait'" not in spec
    assert "X-Magica-Wait" not in spec


async def test_where_a_file_may_be_sent_is_told_by_every_answer(http: httpx.AsyncClient) -> None:
    unsaid = [
        operation["operationId"]
        for *_, operation in Described(await spec_of(http)).operations()
        for status, told in operation["responses"].items()
        if status.startswith("2") and "X-Magica-Upload" not in told["headers"]
    ]

    assert unsaid == []


async def test_the_hosted_dialect_takes_no_file_as_it_is(hosted_http: httpx.AsyncClient) -> None:
    spec = await spec_of(hosted_http)
    answer = await hosted_http.post("v1/files/content", content=b"x")

    assert "X-Magica-Upload" not in str(spec)
    assert "x-magica-upload" not in answer.headers
    assert answer.status_code == 404


async def test_every_success_is_as_it_is_described(
    http: httpx.AsyncClient, described: Described
) -> None:
    await _edit_everything(http)
    await _run_everything(http)
    await _read_everything(http, described)

    names = {operation["operationId"] for *_, operation in described.operations()}
    assert names - described.seen == set()


async def _edit_everything(http: httpx.AsyncClient) -> None:
    draft = await drafted(http)
    await draft.patch("", {"description": "About rain"})
    first, second = await draft.add(), await draft.add()
    await draft.patch(f"nodes/{first}", {"inputs": {"prompt": "Write."}})
    edge = await draft.connect(draft.request, "topic", first, "in:prompt")
    await draft.connect(first, "out:output", draft.response, "result")
    await draft.delete("edges", {"edgeId": edge.json()["edgeId"]})
    again = await draft.connect(draft.request, "topic", first, "in:prompt")
    await draft.delete(f"edges/{again.json()['edgeId']}")
    await draft.delete(f"nodes/{second}")
    await draft.graph()
    await http.delete(f"v1/workflows/{draft.id}")


async def _run_everything(http: httpx.AsyncClient) -> None:
    body = {"workflowId": await any_template(http)}
    run_id = (await http.post("v1/runs", json=body)).json()["runId"]
    await finished(http, f"v1/runs/{run_id}")
    await http.get(f"v1/runs/{run_id}", params={"inDetails": "false"})
    await http.post("v1/runs/batch", json={"ids": [run_id]})
    await http.post(f"v1/runs/{run_id}/cancel")
    await http.delete(f"v1/runs/{run_id}")
    await finished(http, f"v1/nodes/runs/{await start_preview(http)}")


async def _read_everything(http: httpx.AsyncClient, described: Described) -> None:
    for method, path, _ in described.operations():
        if method == "GET" and "{" not in path:
            assert (await http.get(path.removeprefix("/"))).status_code == 200
    await http.get("v1/models/search", params={"query": "zzzz"})
    await http.get("v1/models/crop_image/pricing")
    for model in (await http.get("v1/models")).json():
        assert (await http.get(f"v1/models/{model['nodeType']}/schema")).status_code == 200
    for what in ("nodes", "workflows"):
        await http.post(f"v1/{what}/estimate-credits", json={"nodes": [CROP]})
    await http.post("v1/files", json={"data_uri": PICTURE})
    await http.post("v1/files/content", content=b64decode(PICTURE.partition(",")[2]))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "v1/runs/unknown", None),
        ("GET", "v1/runs?page=0", None),
        ("POST", "v1/runs", {"workflowId": "meshy_v6_preview"}),
        ("POST", "v1/runs", []),
        ("POST", "v1/nodes/unknown/run", {"input": {}}),
        ("POST", "v1/files", {"data_uri": "data:,no"}),
        ("POST", "v1/files/content", "no"),
        ("PATCH", "v1/workflows/unknown", {"name": "x"}),
    ],
)
async def test_every_failure_is_as_it_is_described(
    http: httpx.AsyncClient, described: Described, method: str, path: str, body: Any
) -> None:
    answer = await http.request(method, path, json=body)

    assert answer.status_code >= 400


async def test_a_wrong_key_is_refused_as_described(
    http: httpx.AsyncClient, described: Described
) -> None:
    answer = await http.get("v1/models", headers={"Authorization": "Bearer gx_wrong"})

    assert answer.status_code == 401


async def test_the_page_for_people_asks_nobody_else(http: httpx.AsyncClient) -> None:
    answer = await http.get("http://127.0.0.1/docs", headers={"Authorization": ""})

    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "//" not in answer.text.replace("/**", "")


async def test_the_hosted_dialect_has_no_page_for_people(hosted_http: httpx.AsyncClient) -> None:
    assert (await hosted_http.get("http://127.0.0.1/docs")).status_code == 404
