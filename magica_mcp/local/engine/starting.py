"""What the engine wants of whatever starts the work on nodes, and hands whole runs out."""

from collections.abc import Callable, Collection
from typing import Protocol

Work = Callable[[str, str], None]
"""The work on a node, by run id and node id."""

GoOn = Callable[[str], None]
"""Starts what can be started of a run, by its id."""


class Starter(Protocol):
    """Sees to it that the work on a node is done, by whatever means."""

    def room(self) -> int:
        """How many nodes would be worked on at once if this thread started them now."""
        ...

    def is_idle(self) -> bool:
        """Whether nothing is being worked on in this process, or about to be."""
        ...

    def start(self, run_id: str, node_id: str) -> None:
        """Have a node worked on soon; nothing happens if it was started before."""
        ...

    def start_if_lost(self, run_id: str, node_id: str) -> None:
        """Start a node that should be under way and is not."""
        ...

    def forget(self, run_id: str, node_id: str) -> None:
        """Let it be started again, whoever started it before."""
        ...

    def hand_out(self, run_id: str) -> None:
        """Have whichever process has room go on with a run; nothing happens if it is handed out."""
        ...

    def take_back(self, run_id: str) -> None:
        """Let a run be handed out again, whoever took it before."""
        ...

    def is_in_hand(self, run_id: str, *, alive: Collection[str]) -> bool:
        """Whether a run is still to be taken, or a process that is alive has just done so."""
        ...

    def let_fall(self, *, alive: Collection[str]) -> tuple[str, ...]:
        """Runs that were just taken by processes that are not alive any more."""
        ...
