"""Waits for runs: one watcher per account looks for all who wait, and for nobody when none does."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import anyio

from magica_mcp.api.cache import Cache
from magica_mcp.api.looking import Looker, ShowsRuns
from magica_mcp.api.rounds import SHORTEST_LOOK, Round
from magica_mcp.api.runs import names_of
from magica_mcp.api.schedule import (
    is_scarce,
    scarcity,
    seconds_to_first_look,
    seconds_to_go,
    supposed,
)
from magica_mcp.api.shifts import Shift
from magica_mcp.api.transport import Sleep
from magica_mcp.api.vigils import Vigils
from magica_mcp.api.watches import Watch, Watched
from magica_mcp.errors import MagicaError
from magica_mcp.graph.lifecycle import is_over
from magica_mcp.memory import Usual
from magica_mcp.models.runs import ModelRun, Run

OnChange = Callable[[Run, float], Awaitable[None]]
KnowsDurations = Callable[[str], Awaitable[Usual | None]]

FRESH_SECONDS = 2.0
"""How long a look counts as one just made."""
LEARNED_SECONDS = 60.0
"""How long a learned duration is believed."""
RECENT_SECONDS, RECENT_RUNS = 600.0, 64
"""How long, and of how many runs, it is remembered what was seen after the last waiter left."""


@dataclass(frozen=True)
class Prospect:
    """What can be said of a run that goes on: seconds so far, as expected, and until its end."""

    age: float
    usual: Usual
    seconds_to_go: float | None
    """None: it takes unusually long."""


async def nothing_learned(name: str) -> Usual | None:
    """For who remembers no durations."""
    del name
    return None


class RunWatcher:
    """Time is what `clock` and `sleep` say, and `now` in seconds since 1970.

    Whoever waits does the looking in turn (`shifts`), so there is no task of its own to end.
    """

    def __init__(
        self,
        client: ShowsRuns,
        *,
        sleep: Sleep,
        clock: Callable[[], float],
        now: Callable[[], float] = time.time,
        usual: KnowsDurations = nothing_learned,
    ) -> None:
        self._client, self._clock, self._now, self._usual = client, clock, now, usual
        looker = Looker(client, clock=clock)
        self._round, self._vigils = Round(looker, sleep=sleep), Vigils(looker, sleep)
        self._shifts: dict[str, Shift] = {}
        self._watches: dict[str, Watch] = {}
        self._recent: Cache[str, Watch] = Cache(
            clock=clock, seconds=RECENT_SECONDS, limit=RECENT_RUNS
        )
        self._learned: Cache[str, tuple[Usual | None]] = Cache(
            clock=clock, seconds=LEARNED_SECONDS, limit=256
        )

    async def wait(self, run_id: str, *, seconds: float, on_change: OnChange | None = None) -> Run:
        """The run when it is over, or as it was last seen after `seconds`; 0 looks at once.

        `on_change` is told the run and the seconds waited, at first and whenever it is different.

        Raises:
            MagicaError: no look succeeded in all that time, or one showed that none will.
        """
        watch = self._one_more_waits(run_id)
        try:
            began, told, enough = self._clock(), 0, self._enough(watch, seconds)
            while True:
                await self._learn_of(watch)
                if watch.run is not None and watch.news != told:
                    told = watch.news
                    await self._tell(watch, on_change, self._clock() - began)
                    continue
                left = began + seconds - self._clock()
                is_up = left <= 0 and (watch.looks >= enough or left <= -SHORTEST_LOOK)
                if watch.is_settled or is_up:
                    return watch.outcome()
                shift = self._shift_of(watch)
                if watch.looks < enough and watch.wanted_by > began + seconds:
                    watch.wanted_by = began + seconds
                    shift.hurry()
                await shift.take_part(watch, left=left if left > 0 else left + SHORTEST_LOOK)
        finally:
            self._one_less_waits(watch)

    async def wait_for_runs(
        self,
        run_ids: Sequence[str],
        *,
        seconds: float,
        any_of: bool,
        on_change: OnChange | None = None,
    ) -> Watched:
        """Several runs when all are over, or `any_of` them is, or as last seen after `seconds`.

        Raises:
            MagicaError: none of them was seen at all.
        """
        wanted = tuple(dict.fromkeys(run_ids))
        if len(wanted) == 1:
            return Watched((await self.wait(wanted[0], seconds=seconds, on_change=on_change),))
        return await self._wait_for_several(
            wanted, seconds=seconds, any_of=any_of, on_change=on_change
        )

    async def _wait_for_several(
        self,
        wanted: tuple[str, ...],
        *,
        seconds: float,
        any_of: bool,
        on_change: OnChange | None,
    ) -> Watched:
        found: dict[str, Run] = {}
        failures: dict[str, MagicaError] = {}
        last: dict[str, Watch] = {}
        async with anyio.create_task_group() as waits:

            async def wait_for(run_id: str) -> None:
                try:
                    run = await self.wait(run_id, seconds=seconds, on_change=on_change)
                except MagicaError as failure:
                    failures[run_id] = failure
                    return
                finally:
                    if watch := self._watches.get(run_id) or self._recent.get(run_id):
                        last[run_id] = watch
                found[run_id] = run
                if any_of and is_over(run.status):
                    waits.cancel_scope.cancel()

            for run_id in wanted:
                waits.start_soon(wait_for, run_id)
        found |= {
            run_id: watch.run
            for run_id, watch in last.items()
            if run_id not in failures and watch.run is not None
        }
        return _watched(wanted, found, failures)

    def prospect(self, run_id: str) -> Prospect | None:
        """What is expected of a run that was waited for lately."""
        watch = self._watches.get(run_id) or self._recent.get(run_id)
        if watch is None:
            return None
        age = max(0.0, self._clock() - watch.began)
        return Prospect(age, watch.usual, seconds_to_go(age, usual=watch.usual))

    def seconds_to_go(self, run_id: str) -> float | None:
        """How long a run is expected to go on; None: that is not known, or already exceeded."""
        prospect = self.prospect(run_id)
        return None if prospect is None else prospect.seconds_to_go

    def scarcity(self) -> str:
        """A sentence where the key's day runs short, so that looks are rare; else nothing."""
        return scarcity(self._client.quota())

    # Who waits ----------------------------------------------------------------------------------

    def _one_more_waits(self, run_id: str) -> Watch:
        """The run's watch, kept for as long as anyone waits for it."""
        watch = self._watches.get(run_id) or self._recent.get(run_id) or self._new_watch(run_id)
        self._watches[run_id] = watch
        watch.waiting += 1
        return watch

    def _one_less_waits(self, watch: Watch) -> None:
        watch.waiting -= 1
        if shift := self._shifts.get(watch.run_id):
            shift.leave(watch)
        if not watch.waiting:
            self._shifts.pop(watch.run_id, None)
            self._recent.keep(watch.run_id, self._watches.pop(watch.run_id))

    def _new_watch(self, run_id: str) -> Watch:
        known, now = self._client.known_run(run_id), self._clock()
        watch = Watch(run_id, began=now, due=now, known=known)
        if known is not None and known.started_at is not None:
            watch.began = known.started_at
        return watch

    def _enough(self, watch: Watch, seconds: float) -> int:
        """How many looks there must have been at a run before its waiting may end in time.

        A run is seen once at least, unless it was started here and the day runs short; without
        any time it is seen now.
        """
        watch.is_lost = False
        is_fresh = watch.run is not None and self._clock() - watch.seen_at < FRESH_SECONDS
        is_spared = watch.was_started_here and is_scarce(self._client.quota())
        is_enough = is_fresh if seconds <= 0 else watch.run is not None or is_spared
        return 0 if is_enough else watch.looks + 1

    async def _tell(self, watch: Watch, on_change: OnChange | None, elapsed: float) -> None:
        """Tell one waiter the news; meanwhile another one may lead."""
        if on_change is not None and watch.run is not None:
            if shift := self._shifts.get(watch.run_id):
                shift.offer()
            await on_change(watch.run, elapsed)

    def _shift_of(self, watch: Watch) -> Shift:
        """Where a run is looked at: by schedule, or by Magica itself once that is known to work."""
        present = self._shifts.get(watch.run_id)
        is_misplaced = watch.asks_alone and present is not None and len(present.watches) > 1
        if present is not None and present is not self._round and not is_misplaced:
            return present
        best: Shift = self._round
        if self._client.longest_wait and (watch.known or watch.run):
            best = self._vigils.for_run(watch) or best
        if best is not present:
            self._move(watch, best)
        return best

    def _move(self, watch: Watch, shift: Shift) -> None:
        if (present := self._shifts.get(watch.run_id)) is not None:
            del present.watches[watch.run_id]
            watch.wake()
            present.offer()
        self._shifts[watch.run_id] = shift
        shift.join(watch)

    # What is known of it ------------------------------------------------------------------------

    async def _learn_of(self, watch: Watch) -> None:
        """Once it is known what kind of run it is, how long those take and how old it is."""
        names = watch.known.names if watch.known else ()
        if not names and watch.run is not None:
            names = names_of(watch.run)
        if names == watch.learned_names:
            return
        watch.learned_names = names
        watch.usual = await self._usual_of(names) or self._supposed(watch, names)
        now = self._clock()
        if watch.run is not None and not watch.was_started_here:
            watch.began = min(watch.began, now - _age_of(watch.run, now=self._now()))
        if not watch.looks and watch.known is not None:
            age, quota = now - watch.began, self._client.quota()
            watch.due = now + seconds_to_first_look(age, usual=watch.usual, quota=quota)

    async def _usual_of(self, names: Sequence[str]) -> Usual | None:
        for name in names:
            found = self._learned.get(name)
            if found is None:
                found = self._learned.keep(name, (await self._usual(name),))
            if found[0] is not None:
                return found[0]
        return None

    def _supposed(self, watch: Watch, names: Sequence[str]) -> Usual:
        return supposed(self._client.category_of(names) if watch.is_model else "workflow")


def _watched(
    wanted: Sequence[str], found: Mapping[str, Run], failures: Mapping[str, MagicaError]
) -> Watched:
    """All that was seen of these runs, also of those that were waited for in vain."""
    if failures and not found:
        raise next(iter(failures.values()))
    unseen = {run_id: str(failure) for run_id, failure in failures.items()}
    return Watched(tuple(found[run_id] for run_id in wanted if run_id in found), unseen)


def _age_of(run: Run, *, now: float) -> float:
    """Seconds since a run began, as far as it says when; both clocks are taken to be right."""
    began = run.created_at if isinstance(run, ModelRun) else run.started_at or run.created_at
    try:
        return max(0.0, now - datetime.fromisoformat(began or "").timestamp())
    except ValueError:
        return 0.0
