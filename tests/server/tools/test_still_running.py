"""What a wait answers that ends before its run: how long it may still take, and how to go on."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.types import CallToolResult

from benchmarks.simulation.hosted import EPOCH, Hosted, Windows
from benchmarks.simulation.virtual_time import run_virtually
from magica_mcp.memory import Memory
from tests.server.assistant import assistant, text_of

ETA = re.compile(r"About (\d+) s to go: such runs (took|are supposed to take) about \d+ s\.")


def now() -> float:
    return EPOCH + anyio.current_time()


@asynccontextmanager
async def client_of(hosted: Hosted, home: Path) -> AsyncIterator[Client]:
    async with assistant(
        hosted.http(), home, long_poll_seconds=720, seconds=90_000, now=now
    ) as client:
        yield client


def waited(
    home: Path, asked: dict[str, Any], *, model: str | None = None, windows: Windows | None = None
) -> CallToolResult:
    """What get_run_status answers of run0, run1 and run2, which take very long."""

    async def story() -> CallToolResult:
        hosted = Hosted(windows=windows)
        for _ in range(3):
            hosted.begin(lasts=100_000, node_type=model)
        async with client_of(hosted, home) as client:
            return await client.call_tool("get_run_status", asked)

    return run_virtually(story)


def next_calls(answer: CallToolResult) -> list[Any]:
    """The arguments of every call that the text names."""
    found = re.findall(r"Next: get_run_status (\{.*?\})", text_of(answer))
    return [json.loads(each) for each in found]


@pytest.mark.parametrize("seconds", [0, 5, 50])
@pytest.mark.parametrize("model", [None, "flux_2_pro"])
def test_a_run_that_goes_on_is_told_with_its_expected_end_and_the_next_call(
    tmp_path: Path, seconds: float, model: str | None
) -> None:
    answer = waited(tmp_path, {"runId": "run0", "waitSeconds": seconds}, model=model)

    facts = answer.structured_content or {}
    assert ETA.search(text_of(answer)) or "It takes longer than usual" in text_of(answer)
    assert next_calls(answer) == [{"runId": "run0"}]
    assert facts["next"] == {"tool": "get_run_status", "arguments": {"runId": "run0"}}
    assert "secondsToGo" in facts
    assert "Nothing was canceled" in facts["note"]


@pytest.mark.parametrize("wait_for", ["any", "all"])
def test_each_of_several_runs_that_go_on_has_its_expected_end(
    tmp_path: Path, wait_for: str
) -> None:
    runs = ["run0", "run1", "run2"]
    answer = waited(tmp_path, {"runIds": runs, "waitFor": wait_for, "waitSeconds": 20})

    facts = answer.structured_content or {}
    assert len(ETA.findall(text_of(answer))) == 3
    assert [each["runId"] for each in facts["runs"]] == runs
    assert all(each["secondsToGo"] for each in facts["runs"])
    assert facts["next"]["arguments"] == {"runIds": runs}
    assert next_calls(answer)[-1] == {"runIds": runs}


def test_the_expected_end_is_what_was_learned_of_such_runs(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.sqlite")
    for seconds in (190.0, 200.0, 210.0):
        memory.remember_duration("flux_2_pro", seconds)
    answer = waited(tmp_path, {"runId": "run0", "waitSeconds": 50}, model="flux_2_pro")

    assert "About 150 s to go: such runs took about 200 s." in text_of(answer)


def test_a_run_beyond_its_expected_end_is_said_to_take_longer_than_usual(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.sqlite")
    for seconds in (9.0, 10.0, 11.0):
        memory.remember_duration("flux_2_pro", seconds)
    answer = waited(tmp_path, {"runId": "run0", "waitSeconds": 50}, model="flux_2_pro")

    assert "It takes longer than usual: such runs took about 10 s." in text_of(answer)
    assert (answer.structured_content or {})["secondsToGo"] is None


def test_a_day_that_runs_short_is_told(tmp_path: Path) -> None:
    asked = {"runId": "run0", "waitSeconds": 50}
    whole = waited(tmp_path, asked)
    short = waited(tmp_path, asked, windows=Windows(per_minute=10_000, per_day=300))

    assert "of the day" not in text_of(whole)
    assert re.search(r"has \d+ of its 1000 requests of the day left", text_of(short))
    assert "of the day left" in (short.structured_content or {})["note"]
