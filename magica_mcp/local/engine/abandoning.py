"""Blocking work that can be left behind: a node that waits for a network does not hear a cancel."""

import concurrent.futures
import threading
from collections.abc import Callable
from typing import TypeVar

from magica_mcp.errors import NodeFailedError

Result = TypeVar("Result")

SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_TO_STOP = 1.0
"""How long work that is to stop may take to end by itself."""


def unless_abandoned(work: Callable[[], Result], *, should_stop: Callable[[], bool]) -> Result:
    """What the work gives or raises; `NodeFailedError` when it is to stop and does not.

    It runs in a thread of its own, for which neither we nor the end of the process wait.
    """
    done: concurrent.futures.Future[Result] = concurrent.futures.Future()
    threading.Thread(target=_fulfill, args=(done, work), daemon=True).start()
    while not _is_done(done, seconds=SECONDS_BETWEEN_LOOKS):
        if should_stop() and not _is_done(done, seconds=SECONDS_TO_STOP):
            raise NodeFailedError("This node was stopped before it was done.")
    return done.result()


def _is_done(future: concurrent.futures.Future[Result], *, seconds: float) -> bool:
    return bool(concurrent.futures.wait([future], timeout=seconds).done)


def _fulfill(done: concurrent.futures.Future[Result], work: Callable[[], Result]) -> None:
    try:
        done.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again where the result is waited for
        done.set_exception(error)
