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
from magica_mcp.api.downloads import Download, opened
from magica_mcp.api.guard import MayFetch, public_only
from magica_mcp.api.line import Line
from magica_mcp.api.media import MediaCalls
from magica_mcp.api.nodes import NodeCalls
from magica_mcp.api.operations import Operations
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
        may_fetch: MayFetch | None = None,
    ) -> None:
        """`clock` never goes back, `now` is seconds since 1970.

        `may_fetch` raises to forbid a download; unset, a file of this machine is fetched only
        where Magica itself is on this machine. There, requests are not counted either, unless
        an answer speaks of limits.
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
        self._http = http
        self._may_fetch = may_fetch or public_only(loopback_allowed=is_here)

    def download(self, url: str) -> AbstractAsyncContextManager[Download]:
        """A file as a stream: `async with client.download(url) as file: … file.chunks`."""
        return opened(self._http, url, may_fetch=self._may_fetch)
