"""A few answers kept for a while, so that the same question is not asked twice.

Refuses to know what the answers are, and to grow without bound.
"""

import math
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """Keeps the newest `limit` values, each for `seconds`; time is what `clock` says."""

    def __init__(
        self, *, clock: Callable[[], float], seconds: float = math.inf, limit: int = 16
    ) -> None:
        self._clock, self._seconds, self._limit = clock, seconds, limit
        self._kept: dict[Key, tuple[float, Value]] = {}

    def get(self, key: Key) -> Value | None:
        """The value, while it is fresh."""
        kept_at, value = self._kept.get(key, (-math.inf, None))
        is_fresh = self._clock() - kept_at < self._seconds
        return value if is_fresh else None

    def keep(self, key: Key, value: Value) -> Value:
        """Keep a value and hand it back; the oldest makes room."""
        self._kept.pop(key, None)
        self._kept[key] = (self._clock(), value)
        while len(self._kept) > self._limit:
            del self._kept[next(iter(self._kept))]
        return value

    async def get_or_find(self, key: Key, find: Callable[[], Awaitable[Value]]) -> Value:
        """The value while it is fresh, else what `find` says.

        What was forgotten while it was looked for is not kept: it may be out of date already.
        """
        kept = self.get(key)
        if kept is not None:
            return kept
        before = self._kept
        value = await find()
        return self.keep(key, value) if self._kept is before else value

    def forget(self) -> None:
        """Keep nothing: what the values describe has changed."""
        self._kept = {}
