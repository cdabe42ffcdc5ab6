"""A scripted other end: it answers by route, and keeps what was sent and how long was waited."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from magica_mcp.addresses import Target
from magica_mcp.api.client import MagicaClient
from magica_mcp.api.downloads import Ways
from magica_mcp.api.guard import PublicTransport
from magica_mcp.api.watcher import RunWatcher

SAMPLES = Path(__file__).parent.parent / "samples"
BASE = "https://magica.test/api/"
KEY = "gx_0123456789secret"
PUBLIC = "93.184.216.34"

Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def answer(value: Any, status: int = 200, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return httpx.Response(status, json=value, headers=named)


def recorded(name: str, status: int = 200, **headers: str) -> httpx.Response:
    return answer(sample(name), status, **headers)


def file_answer(content: bytes, **headers: str) -> httpx.Response:
    """An answer whose body arrives as it is read."""

    async def body() -> AsyncIterator[bytes]:
        yield content

    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return httpx.Response(200, headers=named, content=body())


def web_page(status: int) -> httpx.Response:
    return httpx.Response(status, html="<!doctype html><title>Oops</title>")


async def looked_up(target: Target) -> Sequence[str]:
    """Every name is public, every number is itself."""
    return [target.host if target.host[0].isdigit() else PUBLIC]


class Stage:
    """`routes` maps "METHOD path" (below the base) to replies in order; the last one stays."""

    def __init__(self, routes: Mapping[str, Reply | Sequence[Reply]]) -> None:
        self._routes = {
            route: [replies] if not isinstance(replies, Sequence) else list(replies)
            for route, replies in routes.items()
        }
        self.requests: list[httpx.Request] = []
        self.waited: list[float] = []
        self.time = 1_000.0
        answering = httpx.MockTransport(self._answer)
        self.http = httpx.AsyncClient(
            base_url=BASE, headers={"Authorization": f"Bearer {KEY}"}, transport=answering
        )
        self.elsewhere = httpx.AsyncClient(
            transport=PublicTransport(inner=answering, resolve=looked_up)
        )
        self.client = MagicaClient(
            self.http,
            sleep=self.sleep,
            clock=self.clock,
            chance=lambda: 0.5,
            now=lambda: 0.0,
            elsewhere=self.elsewhere,
        )
        self.watcher = RunWatcher(self.client, sleep=self.sleep, clock=self.clock, now=lambda: 0.0)

    @property
    def ways(self) -> Ways:
        return Ways(self.http, self.elsewhere)

    @property
    def sent(self) -> list[str]:
        return [f"{request.method} {self._place(request)}" for request in self.requests]

    def body(self, position: int = -1) -> Any:
        return json.loads(self.requests[position].content)

    def clock(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.time += seconds

    def _place(self, request: httpx.Request) -> str:
        path = request.url.raw_path.decode().partition("?")[0]
        host = request.headers["host"].partition(":")[0]
        return path.removeprefix("/api/") if host == "magica.test" else f"{host}{path}"

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        replies = self._routes.get(f"{request.method} {self._place(request)}")
        if replies is None:
            return httpx.Response(404, json=sample("error_404_type"))
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx.Response) else reply(request)
