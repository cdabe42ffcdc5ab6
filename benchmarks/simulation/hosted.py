"""Simulated hosted Magica: starts, looks, batches, and the limits of a key (contract 1.3)."""

import json
import random
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import anyio
import httpx

EPOCH = 1_790_000_000.0
"""Seconds since 1970 at which virtual time begins."""
BASE = "https://hosted.test/api/"
MINUTE, DAY = 60.0, 86_400.0


@dataclass
class Windows:
    """Fixed windows, each beginning with its first request, or any span of the same length."""

    per_minute: int = 60
    per_day: int = 1_000
    slides: bool = False
    told: bool = True
    """Whether answers say what is left."""
    accepted: list[float] = field(default_factory=list)
    _began: dict[float, float] = field(default_factory=dict)

    def count(self, now: float) -> tuple[bool, Mapping[str, str]]:
        """Whether one more request is let in, and the headers of its answer."""
        tight = min(self._state(seconds, limit, now) for seconds, limit in self._spans())
        left, ends = tight[0], tight[1]
        if left <= 0:
            return False, {"Retry-After": str(max(1, int(ends - now) + 1))}
        self.accepted.append(now)
        if not self.told:
            return True, {}
        reset = str(int((EPOCH + ends) * 1000))
        return True, {"X-RateLimit-Remaining": str(left - 1), "X-RateLimit-Reset": reset}

    def _spans(self) -> tuple[tuple[float, int], ...]:
        return ((MINUTE, self.per_minute), (DAY, self.per_day))

    def _state(self, seconds: float, limit: int, now: float) -> tuple[int, float]:
        """Requests left, and when there are more."""
        if self.slides:
            used = len(self.accepted) - bisect_right(self.accepted, now - seconds)
            oldest = self.accepted[-used] if used else now
            return limit - used, oldest + seconds
        began = self._began.get(seconds, -seconds * 2)
        if now >= began + seconds:
            began = self._began[seconds] = now
        used = len(self.accepted) - bisect_right(self.accepted, began - 1e-9)
        return limit - used, began + seconds


@dataclass(frozen=True)
class HostedRun:
    run_id: str
    node_type: str | None
    """None: a run of a workflow."""
    began: float
    ends: float

    def shown(self, now: float, *, is_one_of_many: bool = False) -> dict[str, object]:
        """As Magica answers it: among many, without its response (contract 2.3)."""
        is_over = now >= self.ends
        response = {"response": {"result": "Done."}} if is_over and not is_one_of_many else {}
        kind: dict[str, object] = (
            {"workflowId": "w1", "nodeRuns": [], **response}
            if self.node_type is None
            else {"nodeType": self.node_type, "creditUsed": 0}
        )
        return {
            "id": self.run_id,
            "status": "COMPLETED" if is_over else "RUNNING",
            "createdAt": _iso(self.began),
            "finishedAt": _iso(self.ends) if is_over else None,
            **kind,
        }


class Hosted:
    """Answers what the client asks, after a moment on the way there and back."""

    def __init__(self, *, seed: int = 1, windows: Windows | None = None) -> None:
        self.windows = windows or Windows()
        self.runs: dict[str, HostedRun] = {}
        self.arrivals: list[float] = []
        self.refusals = 0
        self._random = random.Random(seed)
        self._lasts: list[float] = []

    def next_lasts(self, *seconds: float) -> None:
        """How long the next runs to be started take."""
        self._lasts.extend(seconds)

    def begin(self, *, lasts: float, node_type: str | None = None) -> HostedRun:
        """A run that somebody else started just now."""
        now = anyio.current_time()
        run = HostedRun(f"run{len(self.runs)}", node_type, now, now + lasts)
        self.runs[run.run_id] = run
        return run

    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=BASE, transport=httpx.MockTransport(self._answer))

    async def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """One request without any client of ours."""
        await anyio.sleep(self._random.uniform(0.02, 0.15))
        now = anyio.current_time()
        self.arrivals.append(now)
        is_let_in, headers = self.windows.count(now)
        self.refusals += not is_let_in
        answer = self._said(method, path, body, now) if is_let_in else (429, {"error": "limit"})
        await anyio.sleep(self._random.uniform(0.02, 0.15))
        return httpx.Response(answer[0], json=answer[1], headers=dict(headers))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/")
        body = json.loads(request.content) if request.content else None
        return await self.ask(request.method, path, body)

    def _said(self, method: str, path: str, body: object, now: float) -> tuple[int, object]:
        if method == "POST" and path == "v1/runs/batch" and isinstance(body, dict):
            known = (self.runs.get(run_id) for run_id in body["ids"])
            found = [run for run in known if run is not None and run.node_type is None]
            return 200, {"runs": [run.shown(now, is_one_of_many=True) for run in found]}
        if method == "POST":
            node_type = path.split("/")[2] if path.startswith("v1/nodes/") else None
            run = self.begin(lasts=self._lasts.pop(0), node_type=node_type)
            return 202, {"runId": run.run_id}
        shown = self.runs.get(path.rpartition("/")[2])
        is_model_path = path.startswith("v1/nodes/")
        if shown is None or is_model_path is (shown.node_type is None):
            return 404, {"error": "NOT_FOUND"}
        return 200, shown.shown(now)


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(EPOCH + moment, tz=UTC).isoformat()
