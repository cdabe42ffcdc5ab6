"""The one clock of a server's progress: it lets waits that were silent for long say something."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import anyio

SECONDS_BETWEEN_TICKS = 1.0


class Talker(Protocol):
    """A wait that wants to say something now and then."""

    def is_due(self, now: float) -> bool: ...
    async def tell(self) -> None:
        """Say how things are; whatever is wrong with the listener stays here."""
        ...


class Ticker:
    """One task for any number of waits; it sleeps while there are none.

    A wait takes part from `add` to `remove`. Those that are due tell beside each other, so that a
    client that does not listen keeps no other one waiting.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = anyio.current_time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self.clock, self._sleep = clock, sleep
        self._talkers: dict[Talker, None] = {}
        self._wanted = anyio.Event()

    def add(self, talker: Talker) -> None:
        self._talkers[talker] = None
        self._wanted.set()

    def remove(self, talker: Talker) -> None:
        self._talkers.pop(talker, None)

    async def run(self) -> None:
        """Tick for as long as the server lives."""
        async with anyio.create_task_group() as telling:
            while True:
                await self._wanted.wait()
                self._wanted = anyio.Event()
                while self._talkers:
                    await self._sleep(SECONDS_BETWEEN_TICKS)
                    now = self.clock()
                    for talker in [each for each in self._talkers if each.is_due(now)]:
                        telling.start_soon(talker.tell)
