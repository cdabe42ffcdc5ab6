"""A client that cuts its calls off, in virtual seconds: what it gets in the end, and what it pays.

The client, the server and local Magica are the real ones; only time is not.
"""

from pathlib import Path

import anyio
import pytest
from anyio import to_thread
from mcp import Client, MCPError

from benchmarks.simulation.virtual_time import run_virtually
from magica_mcp.local.dialect import Dialect
from magica_mcp.local.magica import LocalMagica, NewAccount
from tests.llm_stand_in import LlmStandIn
from tests.server.assistant import text_of, told
from tests.server.scene import scene

PATIENCE = 5.0
"""Seconds after which the client cuts a call off."""


both_dialects = pytest.mark.parametrize("dialect", list(Dialect))


@both_dialects
def test_a_client_that_cuts_off_gets_its_result_and_pays_once(
    magica: LocalMagica, account: NewAccount, tmp_path: Path, llm: LlmStandIn, dialect: Dialect
) -> None:
    async def story() -> None:
        async with scene(magica, account, tmp_path, llm, dialect) as here:
            asked = {"runId": here.run_id}
            with pytest.raises(MCPError, match=r"(?i)timed out"):
                await here.client.call_tool("get_run_status", asked, PATIENCE)
            again = anyio.current_time()
            early = await here.client.call_tool("get_run_status", asked, PATIENCE)
            second_took = anyio.current_time() - again
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(to_thread.run_sync, here.end_run)
                late = await told(here.client, "get_run_status", asked)
            after = (await told(here.client, "get_balance", {}))["availableBalance"]

        assert PATIENCE / 2 < second_took < PATIENCE
        assert "Nothing was canceled" in text_of(early)
        assert late["status"] == "COMPLETED"
        assert here.balance_before - after == late["creditUsed"] > 0
        assert len(llm.calls) == 1

    run_virtually(story)


@both_dialects
def test_a_canceled_wait_ends_at_once_and_leaves_the_run_alone(
    magica: LocalMagica, account: NewAccount, tmp_path: Path, llm: LlmStandIn, dialect: Dialect
) -> None:
    async def story() -> None:
        async with scene(magica, account, tmp_path, llm, dialect) as here:
            began = anyio.current_time()
            with anyio.move_on_after(PATIENCE) as cut:
                await here.client.call_tool("get_run_status", {"runId": here.run_id})
            took, sent = anyio.current_time() - began, len(here.line.sent)
            await anyio.sleep(0.1)
            under_way = here.line.under_way
            await anyio.sleep(600)
            sent_since = len(here.line.sent) - sent
            await to_thread.run_sync(here.end_run)
            finished = await told(here.client, "get_run_status", {"runId": here.run_id})

        assert cut.cancelled_caught
        assert took == pytest.approx(PATIENCE)
        assert (under_way, sent_since) == (0, 0)
        assert finished["status"] == "COMPLETED"

    run_virtually(story)


def test_a_client_that_cuts_two_runs_at_the_same_moment_is_answered_in_time_ever_after(
    magica: LocalMagica, account: NewAccount, tmp_path: Path, llm: LlmStandIn
) -> None:
    """Also by a server that starts later."""
    patience = 30.0

    async def story() -> list[float]:
        took = list[float]()
        async with scene(magica, account, tmp_path, llm) as here:
            runs = [here.run_id, *[await started(here.client, f"{n}") for n in range(3)]]
            for run_id in runs[:2]:
                with pytest.raises(MCPError, match=r"(?i)timed out"):
                    await here.client.call_tool("get_run_status", {"runId": run_id}, patience)
            took.append(await seconds_of(here.client, runs[2]))
        async with scene(magica, account, tmp_path, llm, name="test") as later:
            took.append(await seconds_of(later.client, runs[3]))
        return took

    async def seconds_of(client: Client, run_id: str) -> float:
        began = anyio.current_time()
        await client.call_tool("get_run_status", {"runId": run_id}, patience)
        return anyio.current_time() - began

    assert run_virtually(story) == [pytest.approx(27, abs=0.5)] * 2


async def started(client: Client, prompt: str) -> str:
    """The id of one more run that goes on."""
    asked = {"modelId": "gpt_5_4", "prompt": prompt}
    run = await told(client, "execute_tool", {"tool_name": "generate", "input": asked})
    return str(run["runId"])
