"""Wakes whoever waits for the end of a run in an event loop: one thread for any number of waits."""

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import anyio
import sqlalchemy as sa

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 1.0
"""How late a waiter learns of the end of a run that another process ended."""

Over = Callable[[Collection[str]], Collection[str]]
"""Those among some runs that are over, or not there; may block."""


@dataclass(eq=False)
class _Waiter:
    """One wait in one event loop, for any of some runs."""

    run_ids: frozenset[str]
    over: frozenset[str] = frozenset()
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """From any thread."""
        with suppress(RuntimeError):  # the loop is closed: nobody is left to be woken
            self.loop.call_soon_threadsafe(self.woken.set)


class Endings:
    """Looks at waited-for runs when told that something happened to them, and once a second."""

    def __init__(self, over: Over, *, pause: float = SECONDS_BETWEEN_LOOKS) -> None:
        self._over, self._pause = over, pause
        self._waiters: set[_Waiter] = set()
        self._touched: set[str] = set()
        self._changed = threading.Condition()
        self._is_watched = self._is_closed = False

    async def wait(self, run_ids: Collection[str], *, seconds: float) -> frozenset[str]:
        """Until any of these runs is over, the time is, or `close` was called; those that are."""
        waiter = _Waiter(frozenset(run_ids))
        with self._waiting(waiter), anyio.move_on_after(seconds):
            await waiter.woken.wait()
        return waiter.over

    def tell(self, run_id: str) -> None:
        """This run may be over; costs nothing where nobody waits for it."""
        with self._changed:
            if any(run_id in waiter.run_ids for waiter in self._waiters):
                self._touched.add(run_id)
                self._changed.notify_all()

    def close(self) -> None:
        """End every wait, and those to come at once."""
        with self._changed:
            self._is_closed = True
            for waiter in self._waiters:
                waiter.wake()
            self._changed.notify_all()

    def count(self) -> int:
        """How many wait."""
        with self._changed:
            return len(self._waiters)

    @contextmanager
    def _waiting(self, waiter: _Waiter) -> Iterator[None]:
        with self._changed:
            self._waiters.add(waiter)
            self._touched |= waiter.run_ids  # over before anybody waited: the first look tells
            if self._is_closed:
                waiter.wake()
            elif not self._is_watched:
                self._is_watched = True
                threading.Thread(target=self._watch, daemon=True).start()
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._waiters.discard(waiter)
                self._changed.notify_all()

    def _watch(self) -> None:
        """The work of the one thread, which ends when nobody waits any more."""
        while (looked_at := self._next_look()) is not None:
            try:
                over = frozenset(self._over(looked_at)) if looked_at else frozenset()
            except sa.exc.SQLAlchemyError:
                logger.exception("The store did not say which runs are over")
                over = frozenset()
            with self._changed:
                for waiter in self._waiters:
                    if found := waiter.run_ids & over:
                        waiter.over |= found
                        waiter.wake()

    def _next_look(self) -> frozenset[str] | None:
        """The runs to look at once there is a reason: those touched, or after a pause all."""
        with self._changed:
            is_told = self._changed.wait_for(
                lambda: self._touched or not self._waiters or self._is_closed, self._pause
            )
            if not self._waiters or self._is_closed:
                self._is_watched = False
                self._touched.clear()
                return None
            waited_for = frozenset(run for waiter in self._waiters for run in waiter.run_ids)
            found = self._touched & waited_for if is_told else waited_for
            self._touched.clear()
            return frozenset(found)
