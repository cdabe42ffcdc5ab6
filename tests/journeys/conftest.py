"""The ways in which the story is told: each gives a connected client and where its files are."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client

from magica_mcp.cli.background import stop_local
from tests.journeys.processes import clean_environment, running
from tests.llm_stand_in import LlmStandIn

Connected = AbstractAsyncContextManager[Client]
Way = Callable[[Path, LlmStandIn], Connected]


def with_language_model(llm: LlmStandIn) -> dict[str, str]:
    return {"MAGICA_LOCAL_LLM_URL": llm.url, "MAGICA_LOCAL_LLM_MODEL": "stand-in"}


def stdio(environment: dict[str, str]) -> StdioServerParameters:
    import sys  # noqa: PLC0415 - only this way needs it

    return StdioServerParameters(command=sys.executable, args=["-m", "magica_mcp"], env=environment)


@asynccontextmanager
async def over_stdio(home: Path, llm: LlmStandIn) -> AsyncIterator[Client]:
    """The server finds no local Magica and starts one."""
    environment = clean_environment(home, **with_language_model(llm))
    try:
        async with Client(stdio(environment)) as client:
            yield client
    finally:
        await stop_local(home / "magica")


@asynccontextmanager
async def over_http(home: Path, llm: LlmStandIn) -> AsyncIterator[Client]:
    async with _served("http", home, llm) as url, Client(url) as client:
        yield client


@asynccontextmanager
async def over_sse(home: Path, llm: LlmStandIn) -> AsyncIterator[Client]:
    async with _served("sse", home, llm) as url, Client(sse_client(url)) as client:
        yield client


@asynccontextmanager
async def _served(transport: str, home: Path, llm: LlmStandIn) -> AsyncIterator[str]:
    environment = clean_environment(home, **with_language_model(llm))
    with running("serve", "--transport", transport, "--port", "0", environment=environment) as said:
        try:
            yield next(said).split()[-1]
        finally:
            await stop_local(home / "magica")


@asynccontextmanager
async def in_the_hosted_dialect(home: Path, llm: LlmStandIn) -> AsyncIterator[Client]:
    """A key and a base, as for hosted Magica, and nothing of ours but what it documents."""
    other = clean_environment(home / "hosted", **with_language_model(llm))
    with running("local", "--dialect", "hosted", "--port", "0", environment=other) as said:
        next(said)
        settings = dict(next(said).strip().split("=", 1) for _ in range(2))
        async with Client(stdio(clean_environment(home, **settings))) as client:
            yield client


WAYS: dict[str, Way] = {
    "stdio": over_stdio,
    "http": over_http,
    "sse": over_sse,
    "hosted dialect": in_the_hosted_dialect,
}


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def way(request: pytest.FixtureRequest) -> Any:
    """Each way of telling the same story."""
    return request.param
