"""The pieces every test may ask for: one local Magica, fresh accounts, and HTTP in-process.

What is heavy is imported when asked for, so that tests of the pure layers start at once.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from magica_mcp.local.dialect import Dialect
from tests.llm_stand_in import LlmStandIn

if TYPE_CHECKING:
    from magica_mcp.local.magica import LocalMagica, NewAccount
    from magica_mcp.local.nodes.job import LlmEndpoint

# ruff: noqa: PLC0415 - see above


@pytest.fixture(scope="session")
def llm_stand_in() -> Iterator[LlmStandIn]:
    with LlmStandIn() as stand_in:
        yield stand_in


@pytest.fixture(scope="session")
def llm_endpoint(llm_stand_in: LlmStandIn) -> "LlmEndpoint":
    from magica_mcp.local.nodes.job import LlmEndpoint

    return LlmEndpoint(url=llm_stand_in.url, model="stand-in")


@pytest.fixture
def llm(llm_stand_in: LlmStandIn) -> Iterator[LlmStandIn]:
    """The endpoint behind LLM nodes: `hold()`, `release()`, `calls`."""
    llm_stand_in.forget()
    yield llm_stand_in
    llm_stand_in.forget()


@pytest.fixture(scope="session")
def magica(
    tmp_path_factory: pytest.TempPathFactory, llm_endpoint: "LlmEndpoint"
) -> Iterator["LocalMagica"]:
    """One for the whole session, since its engine is one per process; see `account`."""
    from magica_mcp.local.magica import open_magica

    with open_magica(tmp_path_factory.mktemp("home"), llm=llm_endpoint) as opened:
        yield opened


@pytest.fixture
def account(magica: "LocalMagica") -> "NewAccount":
    """Nobody else's, with 100 credits."""
    return magica.create_account("Test", microcredits=100_000_000)


@pytest.fixture
async def http(magica: "LocalMagica", account: "NewAccount") -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to local Magica as `account`."""
    async with speaking(magica, account, Dialect.LOCAL) as client:
        yield client


@pytest.fixture
async def hosted_http(
    magica: "LocalMagica", account: "NewAccount"
) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the same local Magica, which serves only what the contract attests."""
    async with speaking(magica, account, Dialect.HOSTED) as client:
        yield client


@asynccontextmanager
async def speaking(
    magica: "LocalMagica", account: "NewAccount", dialect: Dialect
) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP in-process to local Magica in one of its dialects."""
    from magica_mcp.local.app import create_app

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(magica, dialect=dialect)),
        base_url="http://127.0.0.1/api/",
        headers={"Authorization": f"Bearer {account.key}"},
    ) as client:
        yield client
