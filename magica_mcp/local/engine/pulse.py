"""The heartbeat of a process that shares its store, and its look at those that fell silent."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from magica_mcp.local.store.store import Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rhythm:
    """How often a process says that it is alive, and after which silence it counts as gone."""

    beat_seconds: float = 1.0
    silent_seconds: float = 6.0


@contextmanager
def beating(
    store: Store, process_id: str, *, take_over: Callable[[str], None], rhythm: Rhythm
) -> Iterator[None]:
    """Be alive to the others; runs of those that are not are given to `take_over`."""
    is_over = threading.Event()

    def beat() -> None:
        with store.writing() as tx:
            tx.processes.beat(process_id)
            adopted = tx.processes.adopt(process_id, silent_seconds=rhythm.silent_seconds)
        for run_id in adopted:
            take_over(run_id)

    def beat_on() -> None:
        while not is_over.wait(rhythm.beat_seconds):
            try:
                beat()
            except sa.exc.SQLAlchemyError:
                logger.exception("The heartbeat of this process was not stored")

    beat()
    thread = threading.Thread(target=beat_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        with store.writing() as tx:
            tx.processes.leave(process_id)
