"""Waiting within a request: announced, bounded, and without holding a thread."""

import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import httpx
import pytest
from starlette.types import Message

from magica_mcp.local.app import create_app
from magica_mcp.local.magica import LocalMagica, NewAccount
from tests.llm_stand_in import LlmStandIn
from tests.local.routes.running import start_preview, start_template

Shown = Callable[[httpx.AsyncClient, str, float], Awaitable[dict[str, Any]]]


async def start_thinking(http: httpx.AsyncClient) -> str:
    """A model run that ends when the stand-in of the language model is released."""
    answer = await http.post("v1/nodes/gpt_5_4/run", json={"input": {"prompt": "Think."}})
    return str(answer.json()["runId"])


async def start_thinking_workflow(http: httpx.AsyncClient) -> str:
    answer = await http.post("v1/runs", json={"workflowId": "gpt_5_4"})
    return str(answer.json()["runId"])


async def shown_model_run(http: httpx.AsyncClient, run_id: str, wait: float) -> dict[str, Any]:
    answer = await http.get(f"v1/nodes/runs/{run_id}", params={"wait": wait})
    run: dict[str, Any] = answer.json()
    return run


async def shown_run(http: httpx.AsyncClient, run_id: str, wait: float) -> dict[str, Any]:
    run: dict[str, Any] = (await http.get(f"v1/runs/{run_id}", params={"wait": wait})).json()
    return run


async def shown_batch(http: httpx.AsyncClient, run_id: str, wait: float) -> dict[str, Any]:
    answer = await http.post("v1/runs/batch", params={"wait": wait}, json={"ids": [run_id]})
    (run,) = answer.json()["runs"]
    return dict(run)


WAYS = [
    pytest.param(start_thinking, shown_model_run, id="model run"),
    pytest.param(start_thinking_workflow, shown_run, id="workflow run"),
    pytest.param(start_thinking_workflow, shown_batch, id="batch"),
]
Start = Callable[[httpx.AsyncClient], Awaitable[str]]


@pytest.mark.parametrize(("start", "shown"), WAYS)
async def test_a_waiting_request_answers_as_soon_as_the_run_is_over(
    http: httpx.AsyncClient, llm: LlmStandIn, start: Start, shown: Shown
) -> None:
    llm.hold()
    run_id = await start(http)
    seen: list[dict[str, Any]] = []

    async def wait() -> None:
        seen.append(await shown(http, run_id, 60))

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            await shown(http, run_id, 0)
            llm.release()

    assert seen[0]["status"] == "COMPLETED"


@pytest.mark.parametrize(("start", "shown"), WAYS)
async def test_a_waiting_request_answers_when_its_time_is_up(
    http: httpx.AsyncClient, llm: LlmStandIn, start: Start, shown: Shown
) -> None:
    llm.hold()
    run_id = await start(http)

    began = time.monotonic()
    with anyio.fail_after(30):
        run = await shown(http, run_id, 0.3)

    assert run["status"] in {"QUEUED", "RUNNING"}
    assert time.monotonic() - began >= 0.3


async def test_a_run_that_is_over_is_not_waited_for(http: httpx.AsyncClient) -> None:
    run_id = await start_preview(http)
    with anyio.fail_after(30):
        await shown_model_run(http, run_id, 60)

        run = await shown_model_run(http, run_id, 60)

    assert run["status"] == "COMPLETED"


async def test_a_canceled_run_ends_the_wait(http: httpx.AsyncClient, llm: LlmStandIn) -> None:
    llm.hold()
    run_id = await start_thinking_workflow(http)
    seen: list[str] = []

    async def wait() -> None:
        seen.append((await shown_run(http, run_id, 60))["status"])

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            await http.post(f"v1/runs/{run_id}/cancel")

    assert seen == ["CANCELED"]


async def test_a_batch_waits_for_the_first_of_its_runs_and_shows_those_that_are_over(
    http: httpx.AsyncClient, llm: LlmStandIn
) -> None:
    llm.hold()
    ids = [await start_thinking_workflow(http), await start_template(http)]

    with anyio.fail_after(30):
        answer = await http.post("v1/runs/batch", params={"wait": 60}, json={"ids": ids})

    (run,) = answer.json()["runs"]
    assert (run["runId"], run["status"]) == (ids[1], "COMPLETED")


async def test_a_batch_shows_all_of_its_runs_when_its_time_is_up(
    http: httpx.AsyncClient, llm: LlmStandIn
) -> None:
    llm.hold()
    ids = [await start_thinking_workflow(http) for _ in range(2)]

    answer = await http.post("v1/runs/batch", params={"wait": 0.1}, json={"ids": ids})

    assert [run["runId"] for run in answer.json()["runs"]] == ids


async def test_a_batch_of_unknown_runs_waits_for_nothing(http: httpx.AsyncClient) -> None:
    with anyio.fail_after(30):
        answer = await http.post("v1/runs/batch", params={"wait": 60}, json={"ids": ["unknown"]})

    assert answer.json() == {"runs": []}


async def test_an_unknown_run_is_not_waited_for(http: httpx.AsyncClient) -> None:
    with anyio.fail_after(30):
        answer = await http.get("v1/runs/unknown", params={"wait": 60})

    assert answer.status_code == 404


@pytest.mark.parametrize("wait", ["-1", "721", "soon", "nan", "inf", ""])
async def test_a_wait_that_cannot_be_is_refused(http: httpx.AsyncClient, wait: str) -> None:
    run_id = await start_preview(http)

    answer = await http.get(f"v1/nodes/runs/{run_id}", params={"wait": wait})

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


async def test_every_answer_about_runs_announces_the_longest_wait(http: httpx.AsyncClient) -> None:
    run_id = await start_template(http)

    answers = [
        await http.post("v1/runs", json={"workflowId": "nano_banana_pro"}),
        await http.get(f"v1/runs/{run_id}"),
        await http.get("v1/runs"),
        await http.post("v1/runs/batch", json={"ids": [run_id]}),
        await http.get(f"v1/nodes/runs/{await start_preview(http)}"),
        await http.post(f"v1/runs/{run_id}/cancel"),
    ]

    assert {answer.headers.get("x-magica-wait") for answer in answers} == {"720"}


async def test_the_hosted_dialect_neither_announces_nor_waits(
    hosted_http: httpx.AsyncClient, llm: LlmStandIn
) -> None:
    llm.hold()
    run_id = await start_thinking(hosted_http)

    with anyio.fail_after(30):
        answer = await hosted_http.get(f"v1/nodes/runs/{run_id}", params={"wait": 60})

    assert "x-magica-wait" not in answer.headers
    assert answer.json()["status"] in {"QUEUED", "RUNNING"}


async def test_a_thousand_requests_wait_at_once_and_others_are_answered_meanwhile(
    http: httpx.AsyncClient, llm: LlmStandIn
) -> None:
    llm.hold()
    run_id = await start_thinking(http)
    statuses: list[str] = []

    async def wait() -> None:
        statuses.append((await shown_model_run(http, run_id, 300))["status"])

    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            for _ in range(1_000):
                tasks.start_soon(wait)
            meanwhile = await shown_model_run(http, run_id, 0)
            llm.release()

    assert meanwhile["status"] in {"QUEUED", "RUNNING"}
    assert statuses == ["COMPLETED"] * 1_000


async def test_a_client_that_leaves_ends_its_wait(
    magica: LocalMagica, account: NewAccount, http: httpx.AsyncClient, llm: LlmStandIn
) -> None:
    llm.hold()
    run_id = await start_thinking(http)
    messages: Iterator[Message] = iter(
        [{"type": "http.request", "body": b""}, {"type": "http.disconnect"}]
    )

    async def receive() -> Message:
        return next(messages)

    async def send(_message: Message) -> None:
        """Nobody listens any more."""

    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/api/v1/nodes/runs/{run_id}",
        "raw_path": f"/api/v1/nodes/runs/{run_id}".encode(),
        "query_string": b"wait=600",
        "headers": [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {account.key}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
    }

    with anyio.fail_after(30):
        await create_app(magica)(scope, receive, send)
