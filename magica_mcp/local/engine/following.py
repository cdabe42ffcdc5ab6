"""Which node a thread goes on with, so that one durable workflow does several after another."""

import threading
from collections.abc import Callable

from magica_mcp.local.engine.starting import Work


class Following(threading.local):
    """The node that this thread goes on with once the one it works on has ended."""

    is_open = False
    node: tuple[str, str] | None = None

    @property
    def is_free(self) -> bool:
        """Whether this thread works on a node and has none to go on with yet."""
        return self.is_open and self.node is None

    def take(self, run_id: str, node_id: str) -> bool:
        """Go on with a node, if this thread is free to."""
        if not self.is_free:
            return False
        self.node = (run_id, node_id)
        return True

    def work_through(self, work: Work, begin: Callable[[], None]) -> None:
        """Begin, then work on the first node that was started by that, and so on."""
        self.is_open = True
        try:
            begin()
            while self.node is not None:
                node, self.node = self.node, None
                work(*node)
        finally:
            self.is_open, self.node = False, None
