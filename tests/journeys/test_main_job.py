"""The main job: an assistant finds a workflow by name, fills it in, runs it and gets a picture."""

from pathlib import Path

import anyio
import httpx
from PIL import Image

from tests.journeys.conftest import Way
from tests.llm_stand_in import LlmStandIn
from tests.patience import LONG_ENOUGH
from tests.server.assistant import text_of, told


async def saved(url: str, path: Path) -> Path:
    async with httpx.AsyncClient() as http:
        answer = await http.get(url)
    await anyio.Path(path).write_bytes(answer.raise_for_status().content)
    return path


async def test_an_assistant_gets_an_image_without_an_account(
    way: Way, tmp_path: Path, llm: LlmStandIn
) -> None:
    with anyio.fail_after(LONG_ENOUGH):
        async with way(tmp_path, llm) as client:
            before = (await told(client, "get_balance", {}))["availableBalance"]

            found = await told(client, "start_run", {"workflowId": "nano banana"})
            assert found["started"] is False
            assert found["workflow"]["name"] == "Nano Banana Pro"
            assert found["estimate"]["microcredits"] == 195_000
            prompt = next(field for field in found["fields"] if field["fieldId"] == "prompt")
            assert (prompt["type"], prompt["required"]) == ("text", True)

            values = {prompt["nodeId"]: {"prompt": "A quiet harbor", "aspect_ratio": "16:9"}}
            started = await told(
                client, "start_run", {"workflowId": found["workflow"]["id"], "values": values}
            )
            assert started["started"] is True
            run = await told(client, "get_run_status", {"runId": started["runId"]})
            assert (run["status"], run["creditUsed"]) == ("COMPLETED", 195_000)
            assert run["estimate"] == 195_000
            assert run["response"]["result"] == [run["assets"][0]["url"]]
            assert [node["status"] for node in run["nodes"]] == ["COMPLETED"]

            given = {"modelId": "nano-banana-pro-text", "prompt": "A fox", "resolution": "4k"}
            sample = {key: value for key, value in given.items() if key != "modelId"}
            priced = await told(
                client, "get_pricing", {"modelId": given["modelId"], "sampleInput": sample}
            )
            assert priced["estimatedCost"] == 390_000
            generated = await told(
                client, "execute_tool", {"tool_name": "generate", "input": given}
            )
            made = await told(client, "get_run_status", {"runId": generated["runId"]})
            picture = await saved(made["assets"][0]["url"], tmp_path / "fox.png")
            with Image.open(picture) as image:
                assert (image.format, image.size) == ("PNG", (4096, 4096))

            after = (await told(client, "get_balance", {}))["availableBalance"]
            assert before - after == 195_000 + 390_000


async def test_progress_arrives_while_a_run_runs(way: Way, tmp_path: Path, llm: LlmStandIn) -> None:
    seen: list[tuple[float, float | None, str | None]] = []

    async def progressed(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total, message))
        llm.release()

    with anyio.fail_after(LONG_ENOUGH):
        async with way(tmp_path, llm) as client:
            llm.hold()
            asked = {"modelId": "gpt_5_4", "prompt": "Say something"}
            started = await told(client, "execute_tool", {"tool_name": "generate", "input": asked})
            answer = await client.call_tool(
                "get_run_status", {"runId": started["runId"]}, progress_callback=progressed
            )

    assert "As you wish." in text_of(answer)
    assert seen
    assert "RUNNING" in str(seen[-1][2])


async def test_a_wait_that_ends_first_says_what_to_do_next(
    way: Way, tmp_path: Path, llm: LlmStandIn
) -> None:
    with anyio.fail_after(LONG_ENOUGH):
        async with way(tmp_path, llm) as client:
            llm.hold()
            asked = {"modelId": "gpt_5_4", "prompt": "Say something"}
            started = await told(client, "execute_tool", {"tool_name": "generate", "input": asked})
            waiting = {"runId": started["runId"], "waitSeconds": 0.3}
            early = await client.call_tool("get_run_status", waiting)
            llm.release()
            late = await told(client, "get_run_status", {"runId": started["runId"]})

    assert f'get_run_status {{"runId": "{started["runId"]}"}}' in text_of(early)
    assert "Nothing was canceled" in text_of(early)
    assert late["status"] == "COMPLETED"
