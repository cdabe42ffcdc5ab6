"""What is learned of a run that is over: how long it took, by all that it may be known as."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from magica_mcp.memory import Memory
from magica_mcp.models.runs import ModelRun, Run, WorkflowRun
from magica_mcp.server.settling import durations_of
from tests.llm_stand_in import LlmStandIn
from tests.server.assistant import assistant, told


def at(seconds: int) -> str:
    return f"2026-10-01T08:{seconds // 60:02}:{seconds % 60:02}.000Z"


def node(node_type: str, began: int, ended: int, *, status: str = "COMPLETED") -> dict[str, Any]:
    times = {"startedAt": at(began), "finishedAt": at(ended)}
    return {"nodeId": f"n_{node_type}", "nodeType": node_type, "status": status, **times}


MODEL_RUN: Run = ModelRun.model_validate(
    {
        "id": "cm1",
        "status": "COMPLETED",
        "nodeType": "kling_v3",
        "subModelId": "kling-v3-image",
        "createdAt": at(0),
        "finishedAt": at(90),
    }
)
WORKFLOW_RUN: Run = WorkflowRun.model_validate(
    {
        "id": "cm2",
        "status": "COMPLETED",
        "workflowId": "cw1",
        "startedAt": at(10),
        "finishedAt": at(130),
        "nodeRuns": [
            node("gpt_5_4", 10, 15),
            node("kling_v3", 15, 120),
            node("crop", 120, 125, status="FAILED"),
        ],
    }
)


@pytest.mark.parametrize(
    ("run", "known", "durations"),
    [
        (MODEL_RUN, (), {"kling-v3-image": 90, "kling_v3": 90}),
        (MODEL_RUN, ("kling-v3-image", "kling_v3"), {"kling-v3-image": 90, "kling_v3": 90}),
        (WORKFLOW_RUN, (), {"cw1": 120, "gpt_5_4": 5, "kling_v3": 105}),
        (WORKFLOW_RUN, ("a-slug",), {"a-slug": 120, "cw1": 120, "gpt_5_4": 5, "kling_v3": 105}),
        (ModelRun(run_id="cm3", status=MODEL_RUN.status, node_type="flux"), (), {}),
    ],
)
def test_a_run_tells_of_its_mode_its_node_types_and_its_workflow(
    run: Run, known: tuple[str, ...], durations: dict[str, float]
) -> None:
    assert dict(durations_of(run, known)) == durations


async def test_a_run_that_was_waited_for_is_learned_from_once(
    http: httpx.AsyncClient, tmp_path: Path, llm: LlmStandIn
) -> None:
    async with assistant(http, tmp_path) as client:
        asked = {"modelId": "gpt_5_4", "prompt": "x"}
        run = await told(client, "execute_tool", {"tool_name": "generate", "input": asked})
        for _ in range(2):
            await told(client, "get_run_status", {"runId": run["runId"]})

    learned = Memory(tmp_path / "memory.sqlite").usual("gpt_5_4")
    assert learned is not None
    assert learned.seen == 1
