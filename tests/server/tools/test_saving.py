"""Results come to disk: where they are is the first thing told, and nothing is lost for it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from tests.llm_stand_in import LlmStandIn
from tests.server.assistant import assistant, text_of, told

SMALL = {"modelId": "nano_banana_2", "prompt": "A red fox", "resolution": "512", "seed": 7}
ASKED = {"tool_name": "generate", "input": SMALL}
WORDS = {"tool_name": "generate", "input": {"modelId": "gpt_5_4", "prompt": "Say something"}}


async def started(client: Client, **more: Any) -> str:
    return str((await told(client, "execute_tool", {**ASKED, **more}))["runId"])


async def test_a_result_is_saved_where_it_is_wished(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        run_id = await started(client)
        answer = await client.call_tool("get_run_status", {"runId": run_id, "saveTo": "posters"})
        facts = dict(answer.structured_content or {})
        original = (await http.get(facts["assets"][0]["url"])).content

    (saved,) = facts["saved"]
    path = Path(saved["path"])
    assert path == tmp_path / "results" / "posters" / "nano-banana-2-text-a-red-fox.png"
    assert text_of(answer).splitlines()[1].startswith(f"Saved: {path} (")
    assert path.read_bytes() == original
    assert (saved["sha256"], saved["bytes"]) == (
        hashlib.sha256(original).hexdigest(),
        len(original),
    )
    sidecar = json.loads(Path(saved["sidecar"]).read_text(encoding="utf-8"))
    assert (sidecar["runId"], sidecar["seed"], sidecar["charge"]) == (run_id, 7, 78_000)
    assert sidecar["model"]["nodeType"] == "nano_banana_2"
    assert sidecar["inputs"]["prompt"] == "A red fox"


async def test_a_wish_made_at_the_start_is_granted_by_another_process(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        answer = await client.call_tool("execute_tool", {**ASKED, "saveTo": "posters/fox.png"})
    run_id = (answer.structured_content or {})["runId"]
    async with assistant(http, tmp_path) as restarted:
        finished = await told(restarted, "get_run_status", {"runId": run_id})

    assert f"It will be saved in {tmp_path / 'results' / 'posters'}" in text_of(answer)
    assert finished["saved"][0]["path"] == str(tmp_path / "results" / "posters" / "fox.png")


@pytest.mark.parametrize(
    "wish", ["../fox.png", "/etc/fox.png", "C:\\fox.png", ".ssh/fox.png", "${folder}/../../a"]
)
async def test_a_wish_that_leads_elsewhere_costs_nothing(
    wish: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        before = await told(client, "get_balance", {})
        answer = await client.call_tool("execute_tool", {**ASKED, "saveTo": wish})
        after = await told(client, "get_balance", {})

    assert answer.is_error
    assert "such as 'posters' or 'posters/fox.png'" in text_of(answer)
    assert text_of(answer).endswith("Nothing was started and nothing was charged.")
    assert before == after


async def test_a_workflow_with_such_a_wish_costs_nothing_either(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    asked = {"workflowId": "nano_banana_2", "values": {"prompt": "x"}, "saveTo": "../x"}
    async with assistant(http, tmp_path) as client:
        before = await told(client, "get_balance", {})
        answer = await client.call_tool("start_run", asked)
        after = await told(client, "get_balance", {})

    assert answer.is_error
    assert "leads out of the folder of results" in text_of(answer)
    assert before == after


async def test_a_folder_that_cannot_be_written_to_costs_nothing_at_the_start(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "results").write_text("in the way")
    async with assistant(http, tmp_path) as client:
        before = await told(client, "get_balance", {})
        answer = await client.call_tool("execute_tool", {**ASKED, "saveTo": "."})
        after = await told(client, "get_balance", {})

    assert answer.is_error
    assert "Could not save to" in text_of(answer)
    assert before == after


@pytest.mark.parametrize(("wish", "reason"), [(".", "Could not save to"), ("..", "leads out of")])
async def test_a_save_that_fails_never_costs_the_result(
    wish: str, reason: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        run_id = await started(client)
        (tmp_path / "results").write_text("in the way")
        answer = await client.call_tool("get_run_status", {"runId": run_id, "saveTo": wish})
        facts = dict(answer.structured_content or {})

    assert not answer.is_error
    assert "Not saved: " in text_of(answer)
    assert reason in facts["saveProblem"]
    assert "Result: http" in text_of(answer)
    assert facts["saved"] == []


async def test_every_result_is_saved_where_that_is_set(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, saves_all=True) as client:
        finished = await told(client, "get_run_status", {"runId": await started(client)})
        words = await told(client, "execute_tool", WORDS)
        spoken = await told(client, "get_run_status", {"runId": words["runId"]})

    assert Path(finished["saved"][0]["path"]).parent == tmp_path / "results"
    assert spoken["saved"] == []


async def test_what_is_saved_already_is_not_saved_again(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, saves_all=True) as client:
        run_id = await started(client)
        first = await told(client, "get_run_status", {"runId": run_id})
        again = await client.call_tool("get_run_status", {"runId": run_id, "saveTo": "posters"})

    assert (again.structured_content or {})["saved"] == first["saved"]
    assert "Saved before: " in text_of(again)
    assert f"copy it if it is wanted in {tmp_path / 'results' / 'posters'} too" in text_of(again)
    assert len(list((tmp_path / "results").rglob("*.png"))) == 1


async def test_the_words_of_a_model_are_saved_as_text(
    http: httpx.AsyncClient, tmp_path: Path, llm: LlmStandIn
) -> None:
    async with assistant(http, tmp_path) as client:
        run = await told(client, "execute_tool", {**WORDS, "saveTo": "story.md"})
        finished = await told(client, "get_run_status", {"runId": run["runId"]})

    assert finished["saved"][0]["path"] == str(tmp_path / "results" / "story.md")
    assert (tmp_path / "results" / "story.md").read_text(encoding="utf-8") == "As you wish."


async def test_several_results_are_numbered(http: httpx.AsyncClient, tmp_path: Path) -> None:
    several = {"tool_name": "generate", "input": {**SMALL, "num_images": 3}}
    async with assistant(http, tmp_path) as client:
        run_id = (await told(client, "execute_tool", several))["runId"]
        answer = await client.call_tool("get_run_status", {"runId": run_id, "saveTo": "fox.png"})

    names = [Path(file["path"]).name for file in (answer.structured_content or {})["saved"]]
    assert names == ["fox-1.png", "fox-2.png", "fox-3.png"]
    assert "Saved, 3 files:" in text_of(answer)


async def test_a_batch_saves_each_of_its_results(http: httpx.AsyncClient, tmp_path: Path) -> None:
    items = [SMALL, {**SMALL, "seed": 8}]
    asked = {"tool_name": "batch_execute", "input": {"items": items}, "saveTo": "fox.png"}
    async with assistant(http, tmp_path) as client:
        batch = await told(client, "execute_tool", asked)
        ids = [result["runId"] for result in batch["results"]]
        await told(client, "get_run_status", {"runIds": ids, "waitFor": "all"})

    names = {path.name for path in (tmp_path / "results").glob("*.png")}
    assert names == {"fox.png", "fox-2.png"}


async def test_a_run_that_goes_on_keeps_the_wish(
    http: httpx.AsyncClient, tmp_path: Path, llm: LlmStandIn
) -> None:
    llm.hold()
    async with assistant(http, tmp_path) as client:
        run_id = (await told(client, "execute_tool", WORDS))["runId"]
        waiting = {"runId": run_id, "waitSeconds": 0, "saveTo": "story.txt"}
        early = await client.call_tool("get_run_status", waiting)
        llm.release()
        late = await told(client, "get_run_status", {"runId": run_id})

    assert f"It will be saved in {tmp_path / 'results'}" in text_of(early)
    assert late["saved"][0]["path"] == str(tmp_path / "results" / "story.txt")


async def test_a_workflow_tells_its_version_and_what_it_was_started_with(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    values = {"node_request": {"prompt": "A quiet harbor", "resolution": "512"}}
    async with assistant(http, tmp_path) as client:
        asked = {"workflowId": "nano_banana_2", "values": values, "saveTo": "."}
        run_id = (await told(client, "start_run", asked))["runId"]
        finished = await told(client, "get_run_status", {"runId": run_id})

    sidecar = json.loads(Path(finished["saved"][0]["sidecar"]).read_text(encoding="utf-8"))
    assert Path(finished["saved"][0]["path"]).name == "nano-banana-2-a-quiet-harbor.png"
    assert sidecar["workflow"]["id"] == "nano_banana_2"
    assert len(sidecar["workflow"]["graphSha256"]) == 64
    assert sidecar["values"]["node_request"]["prompt"] == "A quiet harbor"
    assert next(iter(sidecar["inputs"].values()))["prompt"] == "A quiet harbor"
