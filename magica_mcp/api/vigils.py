"""Waiting where Magica waits by itself: one long request for one or several runs.

Only local Magica offers it, and says so (`X-Magica-Wait`); it answers once a run is over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from magica_mcp.api.looking import Looker
from magica_mcp.api.runs import WAIT_GRACE
from magica_mcp.api.schedule import growing_delay
from magica_mcp.api.shifts import Shift
from magica_mcp.api.transport import Sleep
from magica_mcp.api.watches import Watch

MOST_VIGILS = 40
"""Long requests at a time; a connection pool holds a hundred in all."""
MOST_SHARED = 4
"""From so many on, workflows share: when hundreds end together, an answer tells of many of them."""
GATHERED_SECONDS, LONGEST_GATHERING = 0.0005, 0.12
"""For so long, times the runs that share a request, is what begins or ends together gathered."""

SHORTEST_VIGIL = 5.0
"""Seconds of one request, so that there is news now and then; short runs end within the first."""
LIMITED_VIGIL = 30.0
"""Seconds of one request where requests are counted."""
RUNS_A_SECOND = 25
"""For how many runs an answer may be asked; with more of them, each request waits for longer."""


def vigil_seconds(runs: int, *, longest: float, is_limited: bool) -> float:
    """How long one request waits while so many runs are waited for in all."""
    shortest = LIMITED_VIGIL if is_limited else SHORTEST_VIGIL
    return min(longest, max(shortest, runs / RUNS_A_SECOND))


class Vigil(Shift):
    """The runs of one long request: several workflows, or a single model."""

    def __init__(self, looker: Looker, *, sleep: Sleep, seconds: Callable[[], float]) -> None:
        super().__init__()
        self._looker, self._sleep, self._seconds = looker, sleep, seconds
        self._hasty = 0
        """How often in a row Magica answered too soon, though nothing was over."""
        self._is_gathering = False

    def join(self, watch: Watch) -> None:
        self._is_gathering = bool(self.watches)
        super().join(watch)

    async def step(self, left: float) -> None:
        """Let Magica wait, until something is over, another run joins or time is up."""
        if self._is_gathering:
            await self._gather(left)
        watches = [watch for watch in self.watches.values() if not watch.is_settled]
        if not watches:
            return
        wanted = min(watch.wanted_by for watch in watches) - self._looker.clock()
        wait = max(0.0, min(self._seconds(), left, wanted))
        await self._until_hurried(lambda: self._keep_vigil(watches, wait))

    async def _gather(self, left: float) -> None:
        """Leave those time who begin or end together with others, so that one request is enough."""
        gathering = GATHERED_SECONDS * len(self.watches)
        await self._sleep(min(gathering, LONGEST_GATHERING, left))
        self._is_gathering = False

    async def _keep_vigil(self, watches: Sequence[Watch], wait: float) -> None:
        pause = min(self._pause(watches), wait)
        if pause > 0:
            await self._sleep(pause)
        began = self._looker.clock()
        await self._looker.look(watches, wait=wait - pause, seconds=wait + WAIT_GRACE)
        was_early = self._looker.clock() - began < (wait - pause) / 2
        self._is_gathering = len(watches) > 1 and any(watch.is_settled for watch in watches)
        is_hasty = was_early and not any(watch.is_settled for watch in watches)
        self._hasty = self._hasty + 1 if is_hasty else 0

    def _pause(self, watches: Sequence[Watch]) -> float:
        """Seconds to leave Magica alone after answers that came too soon, or failed."""
        failed = [watch.due - self._looker.clock() for watch in watches if watch.failure]
        return max(failed, default=growing_delay(self._hasty) if self._hasty else 0.0)


@dataclass(frozen=True)
class Vigils:
    """All vigils of an account: a run gets one of its own; later workflows share the first ones."""

    looker: Looker
    sleep: Sleep
    kept: list[Vigil] = field(default_factory=list)

    def for_run(self, watch: Watch) -> Vigil | None:
        """Where this run is to be waited for, or None where there is no room for it."""
        self.kept[:] = [vigil for vigil in self.kept if vigil.watches]
        shares = not (watch.is_model or watch.asks_alone)
        shared = [vigil for vigil in self.kept if _is_of_workflows(vigil)] if shares else []
        if len(self.kept) < MOST_VIGILS and len(shared) < MOST_SHARED:
            self.kept.append(Vigil(self.looker, sleep=self.sleep, seconds=self.seconds))
            return self.kept[-1]
        return min(shared, key=_size, default=None)

    def seconds(self) -> float:
        """How long the next request waits."""
        return vigil_seconds(
            sum(map(_size, self.kept)),
            longest=self.looker.client.longest_wait or 0.0,
            is_limited=self.looker.client.quota() is not None,
        )


def _size(vigil: Vigil) -> int:
    return len(vigil.watches)


def _is_of_workflows(vigil: Vigil) -> bool:
    return not any(watch.is_model or watch.asks_alone for watch in vigil.watches.values())
