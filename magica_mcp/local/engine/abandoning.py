"""Blocking work that can be left behind: a node that waits for a network does not hear a cancel."""

import concurrent.futures
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from magica_mcp.errors import NodeFailedError

Result = TypeVar("Result")

SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_TO_STOP = 0.5
"""How long work that is to stop may take to end by itself."""


def unless_abandoned(work: Callable[[], Result], *, should_stop: Callable[[], bool]) -> Result:
    """What the work gives or raises; `NodeFailedError` when it is to stop and does not.

    It runs in a thread of its own, for which neither we nor the end of the process wait.
    """
    done: concurrent.futures.Future[Result] = concurrent.futures.Future()
    _threads.run(lambda: _fulfill(done, work))
    while not _is_done(done, seconds=SECONDS_BETWEEN_LOOKS):
        if should_stop() and not _is_done(done, seconds=SECONDS_TO_STOP):
            raise NodeFailedError("This node was stopped before it was done.")
    return done.result()


class _Threads:
    """Threads that nobody waits for; one that is done is used again before another is started."""

    def __init__(self) -> None:
        self._idle: list[queue.SimpleQueue[Callable[[], None]]] = []

    def run(self, work: Callable[[], None]) -> None:
        try:
            given = self._idle.pop()
        except IndexError:
            threading.Thread(target=self._live, args=(work,), daemon=True).start()
        else:
            given.put(work)

    def _live(self, work: Callable[[], None]) -> None:
        given: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        while True:
            work()
            del work  # what it holds is not held until the next comes
            self._idle.append(given)
            work = given.get()


_threads = _Threads()


def _is_done(future: concurrent.futures.Future[Result], *, seconds: float) -> bool:
    try:
        future.exception(timeout=seconds)
    except concurrent.futures.TimeoutError:
        return False
    return True


def _fulfill(done: concurrent.futures.Future[Result], work: Callable[[], Result]) -> None:
    try:
        done.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again where the result is waited for
        done.set_exception(error)
