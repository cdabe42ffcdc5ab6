"""A proxy between our client and local Magica that does to paid requests what networks do.

What arrives is counted at its far side: `accepted` are the starts that local Magica took.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

import anyio
import httpx


class Fault(Enum):
    """What happens to one request."""

    NONE = "nothing"
    UNREACHABLE = "no connection is made"
    DROPPED_REQUEST = "it is lost on the way there"
    DROPPED_ANSWER = "it arrives, its answer is lost"
    LATE = "it arrives, its answer comes after the time-out"
    FAILED_500 = "it arrives, and is answered with 500"
    FAILED_502 = "it arrives, and is answered with 502"
    LIMITED_429 = "it arrives, and is answered with 429"
    REFUSED_502 = "something before Magica answers 502"
    CUT = "it arrives, and half of its answer comes back"
    KILLED_BEFORE = "our process is killed before it arrives"
    KILLED_AFTER = "it arrives, then our process is killed"


STATUS = {Fault.FAILED_500: 500, Fault.FAILED_502: 502, Fault.LIMITED_429: 429}
KILLS = frozenset({Fault.KILLED_BEFORE, Fault.KILLED_AFTER})
ARRIVES = frozenset(Fault) - {
    Fault.UNREACHABLE,
    Fault.DROPPED_REQUEST,
    Fault.REFUSED_502,
    Fault.KILLED_BEFORE,
}


def is_start(request: httpx.Request) -> bool:
    path = request.url.path
    is_model_run = path.startswith("/api/v1/nodes/") and path.endswith("/run")
    return request.method == "POST" and (path == "/api/v1/runs" or is_model_run)


class FaultyNetwork(httpx.AsyncBaseTransport):
    """Does the next fault to each start; what only reads passes, unless it is told otherwise.

    A kill calls the `die` of the process that lives and never answers; `killed` is set then.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, faults: Iterable[Fault] = ()) -> None:
        self._inner = inner
        self._die: Callable[[], None] = lambda: None
        self.meet(faults)
        self.accepted: Counter[str] = Counter()
        """How many runs were started, by what they are known by."""
        self.run_ids: list[str] = []
        self.runs: list[str] = []
        """Where each of them is looked at."""
        self.killed = anyio.Event()

    def meet(self, faults: Iterable[Fault], *, fails_reads: bool = False) -> None:
        """What the next starts meet; `fails_reads`: every listing is answered with 502."""
        self._faults, self._fails_reads = iter(faults), fails_reads

    def watch(self, die: Callable[[], None]) -> None:
        """From now on a process lives that dies like this."""
        self._die, self.killed = die, anyio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not is_start(request):
            if self._fails_reads and request.url.path.endswith(("/runs", "/mcp", "library")):
                return httpx.Response(502, text="<html>bad gateway</html>")
            return await self._inner.handle_async_request(request)
        fault = next(self._faults, Fault.NONE)
        answer = await self._delivered(request) if fault in ARRIVES else None
        return await self._suffered(fault, answer)

    async def _delivered(self, request: httpx.Request) -> httpx.Response:
        name = known_by(json.loads(await request.aread()))
        answer = await self._inner.handle_async_request(request)
        if answer.status_code == 202:
            body = json.loads(await answer.aread())
            self.run_ids.append(body["runId"])
            kind = "nodes/" if "/nodes/" in request.url.path else ""
            self.runs.append(f"v1/{kind}runs/{body['runId']}")
            self.accepted[name] += 1
            return httpx.Response(202, json=body)
        return answer

    async def _suffered(self, fault: Fault, answer: httpx.Response | None) -> httpx.Response:
        if fault is Fault.UNREACHABLE:
            raise httpx.ConnectError("no route")
        if fault in {Fault.DROPPED_REQUEST, Fault.DROPPED_ANSWER}:
            raise httpx.ReadError("connection reset")
        if fault is Fault.LATE:
            raise httpx.ReadTimeout("too slow")
        if fault is Fault.REFUSED_502:
            return httpx.Response(502, text="<html>bad gateway</html>")
        if fault in KILLS:
            self._die()
            self.killed.set()
            await anyio.sleep_forever()
        assert answer is not None
        if fault in STATUS:
            return httpx.Response(STATUS[fault], json={"error": "no", "message": "no"})
        if fault is Fault.CUT:
            return httpx.Response(202, content=answer.content[:-5])
        return answer


def known_by(body: dict[str, Any]) -> str:
    """What tells a start apart in these tests: its prompt, or else its width."""
    given = body.get("input") or next(iter(body["values"].values()))
    return str(given.get("prompt") or given["width_percent"])
