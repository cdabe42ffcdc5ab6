"""Who does the looking: those who wait take turns, so nobody looks when nobody waits.

A shift is a group of runs that are looked at together. Of all who wait for them, one leads: its own
task looks for everybody. When it leaves, whether done or canceled, another one takes over.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable

import anyio

from magica_mcp.api.watches import Watch


class Shift(ABC):
    """The runs of one group by id, and whether somebody is leading."""

    def __init__(self) -> None:
        self.watches: dict[str, Watch] = {}
        self._is_led = False
        self._idle: dict[str, int] = {}
        """By run, how many do nothing but wait here just now."""
        self._nap: anyio.CancelScope | None = None

    @abstractmethod
    async def step(self, left: float) -> None:
        """Look once, or pause until a look is due, for about as long as is left at most."""

    def join(self, watch: Watch) -> None:
        """One run more; whoever leads takes it in at once."""
        self.watches[watch.run_id] = watch
        self.hurry()

    def hurry(self) -> None:
        """Let whoever leads think again about what is due."""
        if self._nap is not None:
            self._nap.cancel()

    def leave(self, watch: Watch) -> None:
        """One run less, or one waiter less: where it led, another one takes over."""
        if not watch.waiting:
            self.watches.pop(watch.run_id, None)
        self.offer()

    def offer(self) -> None:
        """Where nobody leads, wake one of those who can: not of a run that has moved away."""
        if not self._is_led:
            able = (self.watches[run_id] for run_id in self._idle if run_id in self.watches)
            if (watch := next(able, None)) is not None:
                watch.wake()

    async def take_part(self, watch: Watch, *, left: float) -> None:
        """Lead one step, or wait for news while another one leads; as long as is left at most."""
        if not self._is_led:
            await self._lead(watch, left)
            return
        self._idle[watch.run_id] = self._idle.get(watch.run_id, 0) + 1
        try:
            await watch.nap(left)
        finally:
            self._idle[watch.run_id] -= 1
            if not self._idle[watch.run_id]:
                del self._idle[watch.run_id]

    async def _lead(self, watch: Watch, left: float) -> None:
        self._is_led = True
        try:
            await self.step(left)
        finally:
            self._is_led = False
            if watch.run_id not in self.watches:
                self.offer()

    async def _until_hurried(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do this, and drop it as soon as another run joins or a look is wanted sooner."""
        with anyio.CancelScope() as nap:
            self._nap = nap
            try:
                await work()
            finally:
                self._nap = None
