"""The heartbeat of a process that shares its store, and its look at those that fell silent."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from magica_mcp.local.store.store import Store

logger = logging.getLogger(__name__)

AT_ONCE = 50
"""How many runs are handed out anew between two beats; more would make this process look silent."""

Clock = Callable[[], float]


@dataclass(frozen=True)
class Rhythm:
    """How often a process says that it is alive, and after which silence it counts as gone."""

    beat_seconds: float = 1.0
    silent_seconds: float = 6.0


class TakesOver(Protocol):
    """Sees to runs that nobody does who is alive."""

    def __call__(self, run_ids: Collection[str], *, alive: Collection[str]) -> None: ...


class Pulse:
    """Beats for one process. The first by name of those alive looks after what others left."""

    def __init__(
        self,
        store: Store,
        process_id: str,
        *,
        take_over: TakesOver,
        rhythm: Rhythm,
        clock: Clock = time.monotonic,
    ) -> None:
        self._store, self._process_id = store, process_id
        self._take_over, self._rhythm, self._clock = take_over, rhythm, clock
        self._last = clock()
        self._patient_until = self._last

    def beat(self) -> None:
        """Say that this process is alive, and hand out anew what those left that are not."""
        with self._store.writing() as tx:
            tx.processes.beat(self._process_id)
            alive = tx.processes.alive(silent_seconds=self._rhythm.silent_seconds)
            left = tx.processes.left_by_all_but(alive)
        if self._is_patient() or alive[:1] != (self._process_id,):
            return
        self._take_over(left[:AT_ONCE], alive=alive)
        with self._store.writing() as tx:
            tx.processes.forget_all_but(alive)

    def _is_patient(self) -> bool:
        """Whether the others are to speak first: the database was away, or this machine slept."""
        now = self._clock()
        silence, self._last = now - self._last, now
        if silence > self._rhythm.silent_seconds / 2:
            self._patient_until = now + self._rhythm.silent_seconds
        return now < self._patient_until

    def leave(self) -> None:
        """Let others go on at once with what this process leaves unfinished."""
        with self._store.writing() as tx:
            tx.processes.leave(self._process_id)


@contextmanager
def beating(
    store: Store, process_id: str, *, take_over: TakesOver, rhythm: Rhythm
) -> Iterator[None]:
    """Be alive to the others; runs of those that are not are given to `take_over`."""
    pulse = Pulse(store, process_id, take_over=take_over, rhythm=rhythm)
    is_over = threading.Event()

    def beat_on() -> None:
        while not is_over.wait(rhythm.beat_seconds):
            try:
                pulse.beat()
            except Exception:  # the outermost loop: a process whose heart stops loses its runs
                logger.exception("The heartbeat of this process was not stored")

    pulse.beat()
    thread = threading.Thread(target=beat_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        pulse.leave()
