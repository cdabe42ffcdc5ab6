import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from magica_mcp.local.catalog import load_catalog
from magica_mcp.local.magica import LocalMagica
from tests.llm_stand_in import LlmStandIn
from tests.local.routes.running import CROP, finished, start_preview

RECORDED_KEYS = {
    *("id", "nodeType", "subModelId", "status", "input", "output", "error", "userMessage"),
    *("creditUsed", "triggerRunId", "source", "createdAt"),
}
"""Of the run recorded from the live service (magica-contract 2.4)."""


async def test_a_start_is_accepted_with_the_run_id_alone(http: httpx.AsyncClient) -> None:
    answer = await http.post("v1/nodes/nano_banana_pro/run", json={"input": {"prompt": "a cat"}})

    assert answer.status_code == 202
    assert answer.json().keys() == {"runId"}


async def test_a_finished_run_holds_urls_that_lead_to_its_files(http: httpx.AsyncClient) -> None:
    run = await finished(http, f"v1/nodes/runs/{await start_preview(http)}")

    (url,) = run["output"]["result"]
    assert url.startswith("http://127.0.0.1/media/")
    assert (await http.get(url)).headers["content-type"] == "image/png"


async def test_a_run_has_the_recorded_keys(hosted_http: httpx.AsyncClient) -> None:
    run = await finished(hosted_http, f"v1/nodes/runs/{await start_preview(hosted_http)}")

    assert run.keys() == RECORDED_KEYS
    assert (run["nodeType"], run["subModelId"]) == ("nano_banana_pro", "nano-banana-pro-text")
    assert run["source"] == "api"


async def test_the_input_comes_back_with_its_defaults(http: httpx.AsyncClient) -> None:
    run = await finished(http, f"v1/nodes/runs/{await start_preview(http)}")

    assert run["input"]["prompt"] == "a lighthouse"
    assert run["input"]["aspect_ratio"] == "1:1"


async def test_a_model_that_cannot_run_here_is_refused_before_anything_is_reserved(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.post("v1/nodes/meshy_v6_preview/run", json={"input": {"prompt": "a cat"}})

    assert (answer.status_code, answer.json()["code"]) == (422, "PROVIDER_UNAVAILABLE")
    assert (await http.get("v1/credits/balance")).json()["availableBalance"] == 100_000_000


async def test_a_model_that_the_catalog_has_lost_is_gone_for_whoever_ran_it(
    magica: LocalMagica, http: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await finished(http, f"v1/nodes/runs/{await start_preview(http)}")
    raw = json.loads(json.dumps(magica.catalog.raw()))
    del raw["models"]["nano-banana-pro"]
    smaller = tmp_path / "catalog.json"
    smaller.write_text(json.dumps(raw))
    monkeypatch.setattr(magica, "catalog", load_catalog(smaller))

    again = await http.post("v1/nodes/nano_banana_pro/run", json={"input": {"prompt": "a cat"}})
    never = await http.post("v1/nodes/never_known/run", json={"input": {"prompt": "a cat"}})

    assert (again.status_code, again.json()["code"]) == (410, "GONE")
    assert "'nano_banana_pro' is retired" in again.json()["error"]
    assert never.status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("v1/nodes/not_a_model/run", {"input": {"prompt": "a cat"}}, 404),
        ("v1/nodes/nano_banana_pro/run", {"input": {"promt": "a cat"}}, 400),
        ("v1/nodes/nano_banana_pro/run", {"input": {}}, 400),
        ("v1/nodes/nano_banana_pro/run", {"prompt": "a cat"}, 400),
        ("v1/nodes/nano_banana_pro/run", [], 400),
    ],
)
async def test_a_start_that_cannot_be_is_refused(
    http: httpx.AsyncClient, path: str, body: Any, status: int
) -> None:
    answer = await http.post(path, json=body)

    assert answer.status_code == status
    assert answer.json().keys() == {"error", "message", "code", "traceId"}


async def test_an_unknown_run_is_not_found(http: httpx.AsyncClient) -> None:
    answer = await http.get("v1/nodes/runs/unknown")

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_an_estimate_answers_in_the_order_asked(http: httpx.AsyncClient) -> None:
    nano = {"type": "nano_banana_pro", "subModelId": "text-to-image", "data": {"resolution": "4K"}}

    answer = await http.post("v1/nodes/estimate-credits", json={"nodes": [nano, CROP]})

    assert answer.json() == {"estimates": [{"microcredits": 390_000}, {"microcredits": 5_000}]}


@pytest.mark.parametrize(("count", "status"), [(100, 200), (101, 400)])
async def test_an_estimate_takes_at_most_a_hundred_nodes(
    http: httpx.AsyncClient, count: int, status: int
) -> None:
    answer = await http.post("v1/nodes/estimate-credits", json={"nodes": [CROP] * count})

    assert answer.status_code == status


async def test_an_estimate_of_an_unknown_type_is_not_found(http: httpx.AsyncClient) -> None:
    answer = await http.post("v1/nodes/estimate-credits", json={"nodes": [{"type": "nothing"}]})

    assert answer.status_code == 404


async def test_runs_of_models_are_listed_before_they_have_made_anything(
    http: httpx.AsyncClient, llm: LlmStandIn
) -> None:
    llm.hold()
    started = await http.post("v1/nodes/gpt_5_4/run", json={"input": {"prompt": "why"}})

    listed = (await http.get("v1/nodes/runs")).json()
    llm.release()

    (row,) = listed["items"]
    assert row["id"] == started.json()["runId"]
    assert row["input"]["prompt"] == "why"
    assert listed["nextCursor"] is None


async def test_the_hosted_dialect_lists_no_runs_of_models(hosted_http: httpx.AsyncClient) -> None:
    assert (await hosted_http.get("v1/nodes/runs")).status_code == 404
