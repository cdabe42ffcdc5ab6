"""Magica as one object: a short method for each endpoint, by noun in the modules beside this one.

Ids in, frozen values out, errors of ours raised. Hosted or local is the `http` client's business.
"""

import random
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import anyio
import httpx

from magica_mcp.addresses import is_loopback_host
from magica_mcp.api.catalog import CatalogCalls
from magica_mcp.api.credits import CreditCalls
from magica_mcp.api.downloads import WHOLE_RESULT, Download, Limits, Ways, opened
from magica_mcp.api.fetching import FetchedFile, fetched
from magica_mcp.api.guard import PublicTransport
from magica_mcp.api.line import Line
from magica_mcp.api.media import MediaCalls
from magica_mcp.api.nodes import NodeCalls
from magica_mcp.api.operations import Operations
from magica_mcp.api.presence import present_url
from magica_mcp.api.quota import Budget
from magica_mcp.api.runs import RunCalls
from magica_mcp.api.transport import Sleep, Transport
from magica_mcp.api.workflows import WorkflowCalls


class MagicaClient(CreditCalls, CatalogCalls, WorkflowCalls, NodeCalls, RunCalls, MediaCalls):
    """Magica's REST API. The client's base URL ends in /api/ and its headers hold the key.

    Every method raises an `ApiError` whose text is a sentence with the next step.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        sleep: Sleep = anyio.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        now: Callable[[], float] = time.time,
        elsewhere: httpx.AsyncClient | None = None,
    ) -> None:
        """`clock` never goes back, `now` is seconds since 1970.

        `elsewhere` fetches files from other hosts than Magica; unset, from public ones only.
        Where Magica is on this machine, requests are not counted, unless an answer speaks of
        limits.
        """
        is_here = is_loopback_host(http.base_url.host)
        budget = Budget(sleep=sleep, clock=clock, now=now, is_limited=not is_here)
        transport = Transport(http, sleep=sleep, chance=chance, now=now, budget=budget)
        line = Line(transport, Operations(transport), clock)
        CreditCalls.__init__(self, line)
        CatalogCalls.__init__(self, line)
        WorkflowCalls.__init__(self, line)
        NodeCalls.__init__(self, line)
        RunCalls.__init__(self, line)
        MediaCalls.__init__(self, line)
        self._ways = Ways(
            http, elsewhere or httpx.AsyncClient(transport=PublicTransport(), trust_env=False)
        )

    def download(
        self, url: str, *, limits: Limits = WHOLE_RESULT
    ) -> AbstractAsyncContextManager[Download]:
        """A file as a stream: `async with client.download(url) as file: … file.chunks`.

        Raises:
            InvalidInputError: the URL leads to no public address.
            FileTooLargeError: it is larger than the limit; also while it is read.
            ApiError: it cannot be had, or takes too long; also while it is read.
        """
        return opened(self._ways, url, limits=limits)

    def fetched(self, url: str, *, limits: Limits) -> AbstractAsyncContextManager[FetchedFile]:
        """A file on this disk for as long as the block lasts, to be looked into.

        Raises as `download` does, and `ConfigurationError` where the disk cannot take it.
        """
        return fetched(self.download(url, limits=limits))

    async def present_url(self, url: str) -> str | None:
        """Where a file of Magica is now, or None where it is certainly gone."""
        return await present_url(self._ways, url)
