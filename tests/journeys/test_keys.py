"""Over HTTP and SSE, a request's own key is the key that its calls use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from tests.journeys.processes import clean_environment, running
from tests.patience import LONG_ENOUGH
from tests.server.assistant import text_of, told


@asynccontextmanager
async def over_http(origin: str, key: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(f"{origin}/mcp", http_client=http)) as client,
    ):
        yield client


@asynccontextmanager
async def over_sse(origin: str, key: str) -> AsyncIterator[Client]:
    transport = sse_client(f"{origin}/sse", headers={"Authorization": f"Bearer {key}"})
    async with Client(transport) as client:
        yield client


@pytest.mark.parametrize("way", [over_http, over_sse], ids=["http", "sse"])
async def test_each_request_spends_with_its_own_key(way: object, tmp_path: Path) -> None:
    assert callable(way)
    hosted = clean_environment(tmp_path / "hosted")
    with (
        anyio.fail_after(LONG_ENOUGH),
        running("local", "--dialect", "hosted", "--port", "0", environment=hosted) as said,
    ):
        next(said)
        settings = dict(next(said).strip().split("=", 1) for _ in range(2))
        key = settings.pop("MAGICA_API_KEY")
        environment = clean_environment(tmp_path, **settings)
        with running("serve", "--port", "0", environment=environment) as served:
            origin = next(served).split()[-1].removesuffix("/mcp")
            async with way(origin, key) as client:
                balance = await told(client, "get_balance", {})
            async with way(origin, "gx_wrong") as client:
                refused = await client.call_tool("get_balance", {})

    assert balance["availableBalance"] == 100_000_000
    assert refused.is_error
    assert "key" in text_of(refused)
