"""An event loop whose clock leaps to whatever happens next: a day of waiting takes seconds."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio import to_thread

Answer = TypeVar("Answer")

STANDSTILL = 0.5
"""Real seconds after which it is asked again whether a thread still works."""


class LeapingSelector(selectors.SelectSelector):
    """Never waits: where nothing is ready, time leaps to the next timer.

    It stands still while a thread works for the loop, so that real work takes no virtual time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.is_thread_working: Callable[[], bool] = lambda: False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout != 0 and self.is_thread_working():
            return super().select(STANDSTILL)
        if not ready:
            if timeout is None:
                raise RuntimeError("Nothing will ever happen again: something waits in vain.")
            self.now += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time begins at 0 and passes only while nobody has anything to do."""

    def __init__(self) -> None:
        self._leaping = LeapingSelector()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now

    def stand_still_while(self, is_thread_working: Callable[[], bool]) -> None:
        """Let time stand still while this holds."""
        self._leaping.is_thread_working = is_thread_working


def run_virtually(main: Callable[[], Awaitable[Answer]]) -> Answer:
    """Run a coroutine function in virtual time."""

    async def whole() -> Answer:
        loop, threads = asyncio.get_running_loop(), to_thread.current_default_thread_limiter()
        assert isinstance(loop, VirtualLoop)
        loop.stand_still_while(lambda: threads.borrowed_tokens > 0)
        return await main()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(whole())
