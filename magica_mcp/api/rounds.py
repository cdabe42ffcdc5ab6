"""Looking at runs on a schedule: many workflows in one request, models one after the other."""

import heapq
import math
from collections.abc import Sequence

from magica_mcp.api.looking import Looker
from magica_mcp.api.schedule import (
    Crowd,
    growing_delay,
    seconds_to_next_look,
    spacing,
)
from magica_mcp.api.shifts import Shift
from magica_mcp.api.transport import Sleep
from magica_mcp.api.watches import Watch

LARGEST_BATCH = 100
"""Runs in one request."""

SHORTEST_LOOK = 5.0
"""Seconds that a look may take even where less is left of the window."""
LONGEST_LOOK = 20.0
"""Seconds that a look may take at most: one that hangs must not keep others from theirs."""

MODELS_A_SECOND = 20
"""How many model runs are looked at where nothing is limited."""


class Round(Shift):
    """All runs of an account that Magica does not wait for by itself."""

    def __init__(self, looker: Looker, *, sleep: Sleep) -> None:
        super().__init__()
        self._looker, self._sleep = looker, sleep
        self._free_at = -math.inf

    async def step(self, left: float) -> None:
        """Look at what is due, or pause until something is."""
        now = self._looker.clock()
        first = min(self._open(), key=lambda watch: watch.next_look)
        pause = min(max(first.next_look, self._free_at) - now, left)
        if pause > 0:
            await self._until_hurried(lambda: self._sleep(pause))
            return
        watches = self._together_with(first)
        self._free_at = now + spacing(self._looker.client.quota())
        seen = await self._looker.look(watches, seconds=min(max(left, SHORTEST_LOOK), LONGEST_LOOK))
        crowd = self._crowd()
        for watch in seen:
            watch.due = self._looker.clock() + self._pause_after(watch, crowd)

    def _together_with(self, first: Watch) -> Sequence[Watch]:
        """What the same request answers: all workflows, or one model."""
        if _is_alone(first):
            return [first]
        others = (watch for watch in self._open() if not _is_alone(watch))
        return heapq.nsmallest(LARGEST_BATCH, others, key=lambda watch: watch.next_look)

    def _pause_after(self, watch: Watch, crowd: Crowd) -> float:
        quota = self._looker.client.quota()
        if quota is None:
            return max(growing_delay(watch.looks), crowd.models / MODELS_A_SECOND)
        return seconds_to_next_look(
            self._looker.clock() - watch.began,
            usual=watch.usual,
            is_model=_is_alone(watch),
            crowd=crowd,
            quota=quota,
        )

    def _crowd(self) -> Crowd:
        alone = [_is_alone(watch) for watch in self._open()]
        return Crowd(workflows=alone.count(False), models=alone.count(True))

    def _open(self) -> list[Watch]:
        """Those that are not over: whoever waited for the others may not have left yet."""
        return [watch for watch in self.watches.values() if not watch.is_settled]


def _is_alone(watch: Watch) -> bool:
    return watch.is_model or watch.asks_alone
