"""Waiting: for one run or several, for a client that gives up, for one that asks again."""

from pathlib import Path

import httpx
from mcp import Client

from tests.llm_stand_in import LlmStandIn
from tests.server.assistant import assistant, text_of, told


async def started(client: Client, prompt: str = "x") -> str:
    """The id of a run that waits for the language model."""
    asked = {"modelId": "gpt_5_4", "prompt": prompt}
    run = await told(client, "execute_tool", {"tool_name": "generate", "input": asked})
    return str(run["runId"])


async def test_any_of_several_runs_ends_the_wait(
    http: httpx.AsyncClient, tmp_path: Path, llm: LlmStandIn
) -> None:
    llm.hold()
    async with assistant(http, tmp_path) as client:
        slow = await started(client)
        small = {"modelId": "nano_banana_2", "prompt": "x", "resolution": "512"}
        quick = await told(client, "execute_tool", {"tool_name": "generate", "input": small})
        watched = await told(client, "get_run_status", {"runIds": [slow, quick["runId"]]})
        llm.release()
        rest = await told(
            client, "get_run_status", {"runIds": [slow, quick["runId"]], "waitFor": "all"}
        )

    statuses = {run["runId"]: run["status"] for run in watched["runs"]}
    assert statuses[quick["runId"]] == "COMPLETED"
    assert watched["waiting"] == [slow]
    assert rest["waiting"] == []
    assert {run["status"] for run in rest["runs"]} == {"COMPLETED"}


async def test_an_unknown_run_among_several_is_named_and_the_others_are_told(
    http: httpx.AsyncClient, tmp_path: Path, llm: LlmStandIn
) -> None:
    async with assistant(http, tmp_path) as client:
        run_id = await started(client)
        asked = {"runIds": [run_id, "cmnosuchrun"], "waitFor": "all"}
        answer = await client.call_tool("get_run_status", asked)

    assert "Completed: gpt_5_4" in text_of(answer)
    assert "cmnosuchrun was not seen" in text_of(answer)


async def test_a_wait_for_nothing_is_refused(http: httpx.AsyncClient, tmp_path: Path) -> None:
    async with assistant(http, tmp_path) as client:
        answer = await client.call_tool("get_run_status", {})

    assert answer.is_error
    assert "needs runId" in text_of(answer)
