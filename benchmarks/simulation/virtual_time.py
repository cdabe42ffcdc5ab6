"""An event loop whose clock leaps to whatever happens next: a day of waiting takes seconds."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from typing import TypeVar

Answer = TypeVar("Answer")


class LeapingSelector(selectors.SelectSelector):
    """Never waits: where nothing is ready, time leaps to the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
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


def run_virtually(main: Callable[[], Awaitable[Answer]]) -> Answer:
    """Run a coroutine function in virtual time."""

    async def whole() -> Answer:
        return await main()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(whole())
