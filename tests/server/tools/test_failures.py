"""Whatever Magica answers at whatever step, the assistant reads a sentence with a next step."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from tests.server.assistant import assistant, text_of

START: tuple[str, dict[str, Any]] = (
    "start_run",
    {"workflowId": "flux_2_pro", "values": {"prompt": "x"}},
)
GENERATE: tuple[str, dict[str, Any]] = (
    "execute_tool",
    {"tool_name": "generate", "input": {"modelId": "flux_2_pro", "prompt": "x"}},
)
STEPS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "GET v1/credits/balance": ("balance", "get_balance", {}),
    "GET v1/workflows": ("own workflows", *START),
    "GET v1/system-workflows": ("templates", *START),
    "POST v1/workflows/estimate-credits": ("estimate", *START),
    "POST v1/runs": ("start", *START),
    "GET v1/models": ("models", *GENERATE),
    "GET v1/models/flux_2_pro/schema": ("schema", *GENERATE),
    "GET v1/models/flux_2_pro/pricing": ("pricing", "get_pricing", {"modelId": "flux_2_pro"}),
    "POST v1/nodes/estimate-credits": ("price of a model", *GENERATE),
    "POST v1/nodes/flux_2_pro/run": ("model run", *GENERATE),
    "GET v1/runs/cm1": ("status", "get_run_status", {"runId": "cm1", "waitSeconds": 0}),
}
HINTS: dict[int, str] = {401: "MAGICA_API_KEY", 403: "credits", 404: "", 429: "", 502: ""}


class Interfering(httpx.AsyncBaseTransport):
    """Local Magica, but one request is answered otherwise; keeps count of those."""

    def __init__(self, inner: httpx.AsyncBaseTransport, request: str, status: int) -> None:
        self._inner, self._request, self._status = inner, request, status
        self.times = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if f"{request.method} {request.url.path.removeprefix('/api/')}" != self._request:
            return await self._inner.handle_async_request(request)
        self.times += 1
        body = {"error": "no", "message": "no", "code": "NO", "traceId": "req_1"}
        headers = {"Retry-After": "1"} if self._status == 429 else {}
        return httpx.Response(self._status, json=body, headers=headers)


@asynccontextmanager
async def interfered(
    http: httpx.AsyncClient, request: str, status: int
) -> AsyncIterator[tuple[httpx.AsyncClient, Interfering]]:
    transport = Interfering(http._transport, request, status)
    async with httpx.AsyncClient(
        transport=transport, base_url=http.base_url, headers=http.headers
    ) as client:
        yield client, transport


async def at_once(_: float) -> None:
    await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize("request_line", STEPS, ids=lambda line: STEPS[line][0])
@pytest.mark.parametrize("status", HINTS)
async def test_every_refusal_at_every_step_is_a_sentence(
    status: int, request_line: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    _, tool, arguments = STEPS[request_line]
    async with (
        interfered(http, request_line, status) as (client, transport),
        assistant(client, tmp_path, sleep=at_once) as connected,
    ):
        answer = await connected.call_tool(tool, arguments)

    text = text_of(answer)
    assert transport.times >= 1
    assert answer.is_error
    assert len(text) > 30
    assert text.rstrip().endswith((".", "?"))
    assert HINTS[status] in text
    assert "Traceback" not in text


@pytest.mark.parametrize("request_line", ["POST v1/runs", "POST v1/nodes/flux_2_pro/run"])
@pytest.mark.parametrize("status", [429, 500, 502])
async def test_a_start_that_was_refused_is_never_sent_again(
    status: int, request_line: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    _, tool, arguments = STEPS[request_line]
    async with (
        interfered(http, request_line, status) as (client, transport),
        assistant(client, tmp_path, sleep=at_once) as connected,
    ):
        await connected.call_tool(tool, arguments)

    assert transport.times == 1
