"""One run that is waited for: what was seen of it, and who is to be told."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from magica_mcp.api.runs import KnownRun, RunKind, accepted
from magica_mcp.api.schedule import UNKNOWN
from magica_mcp.errors import MagicaError, UnreachableError
from magica_mcp.graph.lifecycle import is_over
from magica_mcp.memory import Usual
from magica_mcp.models.runs import ModelRun, Run


@dataclass(eq=False, slots=True)
class Watch:
    """Shared by all who wait for the same run, and kept a while after the last of them left.

    Mutable by nature: whoever looks writes down here what it saw. Times are the clock's seconds.
    """

    run_id: str
    began: float
    """When the run was started, or else first heard of."""
    due: float
    """When the next look at it is due by the schedule."""
    wanted_by: float = math.inf
    """When somebody needs to have seen it, whatever the schedule says."""
    known: KnownRun | None = None
    usual: Usual = UNKNOWN
    learned_names: tuple[str, ...] | None = None
    """The names of its kind for which `usual` was looked up."""
    run: Run | None = None
    seen_at: float = 0.0
    failure: MagicaError | None = None
    """Why the last look failed."""
    failures: int = 0
    is_lost: bool = False
    """Whether no later look can succeed."""
    asks_alone: bool = False
    """Whether looks at many runs at once do not find it."""
    looks: int = 0
    news: int = 0
    """Counts what there was to tell of it."""
    waiting: int = 0
    naps: tuple[asyncio.Future[None], ...] = ()
    """Of those who do nothing but wait just now; events would weigh five times as much."""

    @property
    def is_model(self) -> bool:
        """Whether it is known to be the run of a single model."""
        is_known = self.known is not None and self.known.kind is RunKind.MODEL
        return is_known or isinstance(self.run, ModelRun)

    @property
    def next_look(self) -> float:
        """When it is to be looked at."""
        return min(self.due, self.wanted_by)

    @property
    def was_started_here(self) -> bool:
        """Whether this client started it, so that it is known to exist and since when."""
        return self.known is not None and self.known.started_at is not None

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing left to wait for."""
        return self.is_lost or (self.run is not None and is_over(self.run.status))

    def saw(self, run: Run, *, at: float) -> None:
        self.seen_at, self.failure, self.failures = at, None, 0
        is_new = run != self.run
        if is_new:  # else the one that is held stays, and a thousand waits go on undisturbed
            self.run = run
            self.news += 1
        self._looked(is_new=is_new)

    def missed(self, failure: MagicaError, *, due: float) -> None:
        """A look failed in a way that a later one may not."""
        self.failure, self.due = failure, due
        self.failures += 1
        self._looked(is_new=True)

    def lose(self, failure: MagicaError) -> None:
        """A look failed as every later one will."""
        self.is_lost = True
        self.missed(failure, due=self.due)

    def _looked(self, *, is_new: bool) -> None:
        is_wanted = self.wanted_by < math.inf
        self.looks += 1
        self.wanted_by = math.inf
        if is_new or is_wanted:
            self.wake()

    async def nap(self, seconds: float) -> None:
        """Wait until woken, for so many seconds at most."""
        loop = asyncio.get_running_loop()
        nap = loop.create_future()
        alarm = loop.call_later(seconds, _end, nap)
        self.naps = (*self.naps, nap)
        try:
            await nap
        finally:
            alarm.cancel()
            self.naps = tuple(other for other in self.naps if other is not nap)

    def wake(self) -> None:
        """Let all who wait for it see for themselves what there is to do."""
        for nap in self.naps:
            _end(nap)

    def outcome(self) -> Run:
        """The run as it was last seen, or as it was accepted.

        Raises:
            MagicaError: why it was not.
        """
        if self.run is not None and not self.is_lost:
            return self.run
        if self.known is not None and self.was_started_here and self.failure is None:
            return accepted(self.run_id, self.known)
        raise self.failure or UnreachableError(
            f"Magica did not say in time how run '{self.run_id}' is. It goes on: look again later."
        )


def _end(nap: asyncio.Future[None]) -> None:
    if not nap.done():
        nap.set_result(None)


@dataclass(frozen=True)
class Watched:
    """What waiting for several runs came to, in the order in which they were asked for."""

    runs: tuple[Run, ...]
    """As they were last seen."""
    unseen: Mapping[str, str] = field(default_factory=dict)
    """The ids of the others, and a sentence why."""
