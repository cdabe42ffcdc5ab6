"""How often a key may ask: two windows, a minute and a day, counted in memory (contract 1.3)."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from magica_mcp.local.auth import Pass
from magica_mcp.local.failures import envelope

MINUTE, DAY = 60, 24 * 60 * 60
"""Seconds."""

OWN_PATHS = "/api/local/"
"""What a process is asked about itself is no use of Magica."""


@dataclass(frozen=True)
class Limits:
    """The most requests in each window; None is any number."""

    per_minute: int | None = None
    per_day: int | None = None


STRICT = Limits(per_minute=60, per_day=1_000)
"""What a key has where nothing else was agreed (magica-contract 1.2)."""


@dataclass(frozen=True)
class Window:
    """`used` requests since a moment in seconds since 1970; it begins with its first request."""

    seconds: int
    began: float = 0.0
    used: int = 0

    @property
    def ends(self) -> float:
        return self.began + self.seconds

    def at(self, now: float) -> "Window":
        """The window that a request of now falls into."""
        return self if self.began <= now < self.ends else Window(self.seconds, began=now)

    def used_once_more(self) -> "Window":
        return Window(self.seconds, self.began, self.used + 1)


@dataclass(frozen=True)
class Verdict:
    """What a request is told: what is left in the tightest window, and when that ends."""

    is_allowed: bool
    remaining: int
    ends: float
    """Seconds since 1970."""

    def headers(self, now: float) -> dict[str, str]:
        told = {
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(math.ceil(self.ends * 1000)),
        }
        wait = {"Retry-After": str(max(1, math.ceil(self.ends - now)))}
        return told if self.is_allowed else told | wait


@dataclass(frozen=True)
class Tally:
    """What one key has used of its windows."""

    minute: Window = field(default=Window(MINUTE))
    day: Window = field(default=Window(DAY))


def counted(tally: Tally, limits: Limits, *, now: float) -> tuple[Tally, Verdict | None]:
    """The tally after one more request, and what it is told; None where nothing is limited.

    A request that is refused uses nothing up.
    """
    asked = Tally(tally.minute.at(now), tally.day.at(now))
    pairs = ((asked.minute, limits.per_minute), (asked.day, limits.per_day))
    limited = [(limit - window.used, window) for window, limit in pairs if limit is not None]
    if not limited:
        return asked, None
    # Of two windows that are used up, the one that is closed for longer.
    left, window = min(limited, key=lambda pair: (max(pair[0], 0), -pair[1].ends))
    if left <= 0:
        return asked, Verdict(is_allowed=False, remaining=0, ends=window.ends)
    used = Tally(asked.minute.used_once_more(), asked.day.used_once_more())
    return used, Verdict(is_allowed=True, remaining=left - 1, ends=window.ends)


def limits_of(found: Pass, *, usual: Limits) -> Limits:
    """What was agreed for the key, and the usual for what was left open."""
    terms = found.key.terms if found.key else None
    if terms is None:
        return usual
    return Limits(
        per_minute=usual.per_minute if terms.per_minute is None else terms.per_minute,
        per_day=usual.per_day if terms.per_day is None else terms.per_day,
    )


class RateGate:
    """Counts what each key asks, says what is left, and refuses what is too much with a 429."""

    def __init__(
        self, app: ASGIApp, *, usual: Limits, clock: Callable[[], float] = time.time
    ) -> None:
        self._app, self._usual, self._clock = app, usual, clock
        self._tallies: dict[str, Tally] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = scope.get("state", {}).get("pass") if scope["type"] == "http" else None
        if not isinstance(found, Pass) or scope["path"].startswith(OWN_PATHS):
            await self._app(scope, receive, send)
            return
        now, name = self._clock(), found.key.id if found.key else found.account.id
        tally, verdict = counted(
            self._tallies.get(name, Tally()), limits_of(found, usual=self._usual), now=now
        )
        self._tallies[name] = tally
        if verdict is None:
            await self._app(scope, receive, send)
        elif verdict.is_allowed:
            await self._app(scope, receive, _with_headers(send, verdict.headers(now)))
        else:
            text = "Rate limit exceeded. Please try again later."
            refusal = envelope(429, text, code="RATE_LIMITED", headers=verdict.headers(now))
            await refusal(scope, receive, send)


def _with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return sending
