"""The one budget of a key: every request of a client waits here for its turn.

A key may ask so often a minute and a day (magica-contract 1.3). What Magica says of it counts more
than our own count, which covers any minute and any day, however Magica cuts its windows.
"""

import math
from bisect import bisect_right, insort
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from magica_mcp.api.reading import number_in
from magica_mcp.api.wording import span
from magica_mcp.errors import RateLimitedError

WAIT_HEADER = "x-magica-wait"
"""Where local Magica says for how many seconds it waits for a run itself, if asked to."""

MINUTE, DAY = 60.0, 86_400.0
GRACE = 2.0
"""Seconds by which two requests may travel at different speeds."""
LONGEST_TURN = 65.0
"""Seconds that a request waits for its turn at most: a whole minute's quota is free again then."""
MOST_CHANGES = 3
"""How often a request that waited finds that others were told to be served first."""


@dataclass(frozen=True)
class Limits:
    """Requests that a key may send; the reserves are what looks at runs leave to all others."""

    minute: int = 60
    day: int = 1_000
    minute_reserve: int = 20
    day_reserve: int = 30


@dataclass(frozen=True)
class Quota:
    """What is left of the minute and of the day, and in how many seconds the day is over."""

    minute_left: int
    day_left: int
    day_limit: int
    day_seconds: float

    @property
    def day_share(self) -> float:
        """What is left of the day's requests against what is left of the day: 1 is on course."""
        time_left = max(self.day_seconds, DAY / 24) / DAY
        return self.day_left / self.day_limit / time_left


@dataclass(frozen=True)
class Told:
    """What Magica said: requests left until a moment, as of a request sent at another."""

    left: int
    until: float
    sent_at: float


class Window:
    """The requests of a span of time: those sent, and those that have a moment to be sent at."""

    def __init__(self, seconds: float, limit: int, *, reserve: int) -> None:
        self.seconds, self.limit, self._reserve = seconds, limit, reserve
        self._times: list[float] = []
        self._told: Told | None = None

    def earliest(self, now: float, *, is_look: bool) -> float:
        """When one more request may be sent."""
        reserve = self._reserve if is_look else 0
        if (told := self._fresh(now)) is None:
            return self._uncrowded(now, limit=self.limit - reserve)
        if self._left_of(told) > reserve:
            return now
        return max(told.until, self._uncrowded(now, limit=self.limit - reserve))

    def left(self, now: float) -> int:
        """How many requests may be sent at once."""
        told = self._fresh(now)
        left = self.limit - len(self._times) if told is None else self._left_of(told)
        return max(0, left)

    def whole_in(self, now: float) -> float:
        """Seconds until nothing of today's use counts any more."""
        if (told := self._fresh(now)) is not None:
            return told.until - now
        return self._times[0] + self.seconds - now if self._times else self.seconds

    def book(self, moment: float) -> None:
        insort(self._times, moment)

    def unbook(self, moment: float) -> None:
        self._times.remove(moment)

    def hear(self, told: Told) -> None:
        """Believe what Magica says, unless a later request knows better."""
        if self._told is None or told.sent_at >= self._told.sent_at:
            self._told = told
            if told.until - told.sent_at > self.seconds / 2:
                self.limit = max(self.limit, told.left + 1)

    def _fresh(self, now: float) -> Told | None:
        """What was told, while it holds; what is long past is forgotten on the way."""
        del self._times[: bisect_right(self._times, now - self.seconds - GRACE)]
        return self._told if self._told is not None and now < self._told.until else None

    def _left_of(self, told: Told) -> int:
        return told.left - (len(self._times) - bisect_right(self._times, told.sent_at))

    def _uncrowded(self, now: float, *, limit: int) -> float:
        if len(self._times) < limit:
            return now
        return max(now, self._times[-limit] + self.seconds + GRACE)


class Budget:
    """Shared by all calls of one client. `clock` never goes back, `now` is seconds since 1970.

    Without `is_limited`, nothing is counted until an answer speaks of limits.
    """

    def __init__(
        self,
        *,
        sleep: Callable[[float], Awaitable[None]],
        clock: Callable[[], float],
        now: Callable[[], float],
        limits: Limits | None = None,
        is_limited: bool = True,
    ) -> None:
        limits = limits or Limits()
        self._sleep, self._clock, self._now = sleep, clock, now
        self._minute = Window(MINUTE, limits.minute, reserve=limits.minute_reserve)
        self._day = Window(DAY, limits.day, reserve=limits.day_reserve)
        self._is_limited, self._closed_until = is_limited, -math.inf

    async def turn(self, *, is_look: bool) -> float:
        """Wait until a request may be sent, and say when that was.

        Raises:
            RateLimitedError: it would have to wait for too long; nothing was sent.
        """
        for _ in range(MOST_CHANGES if self._is_limited else 0):
            now = self._clock()
            moment = self._moment(now, is_look=is_look)
            if moment <= now:
                break
            self._book(moment)
            try:
                await self._sleep(moment - now)
            finally:
                self._unbook(moment)
        now = self._clock()
        if self._is_limited:
            self._book(now)
        return now

    def heard(self, status: int, headers: Mapping[str, str], *, sent_at: float) -> None:
        """Note what an answer says of the limits; one that speaks of waiting only has none."""
        left = number_in(headers.get("x-ratelimit-remaining", ""))
        reset = number_in(headers.get("x-ratelimit-reset", ""))
        if left is not None and reset is not None:
            self._is_limited = True
            self._hear(int(left), reset / 1000 - self._now(), sent_at=sent_at)
        elif status != 429 and WAIT_HEADER in headers:
            self._is_limited = False

    def close(self, seconds: float) -> None:
        """Send nothing for so long: Magica asked for it."""
        self._is_limited = True
        self._closed_until = max(self._closed_until, self._clock() + seconds)

    def quota(self) -> Quota | None:
        """What is left, or None where there are no limits."""
        if not self._is_limited:
            return None
        now = self._clock()
        return Quota(
            minute_left=self._minute.left(now),
            day_left=self._day.left(now),
            day_limit=self._day.limit,
            day_seconds=self._day.whole_in(now),
        )

    def _hear(self, left: int, seconds: float, *, sent_at: float) -> None:
        """Magica tells of one window: which one shows in when it ends."""
        if seconds > 0:
            window = self._minute if seconds <= MINUTE + GRACE else self._day
            window.hear(Told(left, self._clock() + seconds, sent_at))

    def _moment(self, now: float, *, is_look: bool) -> float:
        by_minute = self._minute.earliest(now, is_look=is_look)
        by_day = self._day.earliest(now, is_look=is_look)
        moment = max(by_minute, by_day, self._closed_until)
        if moment - now > LONGEST_TURN:
            causes = {PAUSE: self._closed_until, OF_MINUTE: by_minute, OF_DAY: by_day}
            raise _refusal(max(causes, key=lambda cause: causes[cause]), seconds=moment - now)
        return moment

    def _book(self, moment: float) -> None:
        self._minute.book(moment)
        self._day.book(moment)

    def _unbook(self, moment: float) -> None:
        self._minute.unbook(moment)
        self._day.unbook(moment)


PAUSE = "Magica asked this key to pause"
OF_MINUTE, OF_DAY = (
    f"The requests that this key may send in a {period} are used up" for period in ("minute", "day")
)


def _refusal(reason: str, *, seconds: float) -> RateLimitedError:
    return RateLimitedError(
        f"{reason}, so nothing was sent. Wait {span(seconds)} before the next call; runs go on "
        "meanwhile, and the limits of a key are set in the Magica app.",
        retry_after=seconds,
    )
