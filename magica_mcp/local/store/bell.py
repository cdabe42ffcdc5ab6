"""A bell: rung in any thread, heard by whoever listens at the time, and by nobody otherwise."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Bell:
    """For at most one listener at a time, which is called in the thread that rings."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listener: Callable[[], object] | None = None

    def ring(self) -> None:
        with self._lock:
            if self._listener is not None:
                self._listener()

    @contextmanager
    def heard_by(self, listener: Callable[[], object]) -> Iterator[None]:
        """Have every ring answered by this; it must not block and is not called afterwards."""
        self._set(listener)
        try:
            yield
        finally:
            self._set(None)

    def _set(self, listener: Callable[[], object] | None) -> None:
        with self._lock:
            self._listener = listener
