"""Results looked at: fetched for a moment, measured, and made into one picture.

Nothing here may cost a result: what cannot be looked at in time is told in a few words.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from magica_mcp.errors import FileTooLargeError, MagicaError, UnshowableError
from magica_mcp.media import looks
from magica_mcp.media.glimpse import TOO_SLOW, Deadline, Glimpse, Picture, Room
from magica_mcp.models.runs import Run
from magica_mcp.server.sights import Seen, Sight, Subject, numbers_of, subjects_of

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient

SECONDS = 2.0
"""For all that one answer shows."""
MOST_FILES = 12
"""On one sheet."""
MOST_MEGABYTES = 100
AT_ONCE = 2
"""Files that are decoded at the same time, also those given up meanwhile: it bounds the memory."""
KEPT_BYTES = 16_000_000
UNSEEN = Room(side=320, bytes=60_000, pixels=102_400)
"""Where only the measures count."""

logger = logging.getLogger(__name__)


class Previews:
    """Looks at results, and keeps what it saw: a run that is over never changes."""

    def __init__(
        self, *, seconds: float = SECONDS, can_look: Callable[[], bool] = looks.can_look
    ) -> None:
        """`seconds` bounds all looks of one answer together."""
        self._seconds, self._can_look = seconds, can_look
        self._slots = BoundedSemaphore(AT_ONCE)
        self._kept = _Kept()
        self._hinted = False

    async def seen(self, client: "MagicaClient", runs: Sequence[Run], *, room: Room | None) -> Seen:
        """What is to be seen of the runs that are completed; without room there is no picture."""
        found = [subject for run in runs for subject in subjects_of(run)]
        if not found:
            return Seen()
        subjects, left_out = found[:MOST_FILES], len(found[MOST_FILES:])
        if subjects and not self._can_look():
            hint, self._hinted = not self._hinted, True
            return Seen(tuple(map(Sight, subjects)), left_out=left_out, hint=hint)
        sights = await self._sights(client, subjects, room or UNSEEN)
        picture = await _together(sights, room=room) if room else None
        return Seen(sights, picture, left_out=left_out)

    async def _sights(
        self, client: "MagicaClient", subjects: Sequence[Subject], room: Room
    ) -> tuple[Sight, ...]:
        sights = [Sight(subject, trouble=TOO_SLOW) for subject in subjects]
        deadline = Deadline.after(self._seconds)

        async def see(index: int) -> None:
            sights[index] = await self._sight(client, subjects[index], room, deadline)

        with anyio.move_on_after(self._seconds):
            async with anyio.create_task_group() as tasks:
                for index in range(len(subjects)):
                    tasks.start_soon(see, index)
        return tuple(sights)

    async def _sight(
        self, client: "MagicaClient", subject: Subject, room: Room, deadline: Deadline
    ) -> Sight:
        key = (subject.run_id, subject.number, room)
        known = self._kept.get(key)
        if known is not None:
            return known
        try:
            sight = Sight(subject, await self._glimpse(client, subject, room, deadline))
        except UnshowableError as error:
            sight = Sight(subject, trouble=str(error))
        except FileTooLargeError:
            sight = Sight(subject, trouble=f"it is larger than {MOST_MEGABYTES} MB")
        except MagicaError:
            return Sight(subject, trouble="it could not be fetched")
        except Exception:  # decoders fail in many ways, and the result is there all the same
            logger.exception("looking at a result of %s failed", subject.run_id)
            sight = Sight(subject, trouble="looking at it failed")
        if sight.trouble != TOO_SLOW:
            self._kept.put(key, sight)
        return sight

    async def _glimpse(
        self, client: "MagicaClient", subject: Subject, room: Room, deadline: Deadline
    ) -> Glimpse:
        from magica_mcp.api.downloads import Limits  # noqa: PLC0415 - httpx, not before a call

        limits = Limits(megabytes=MOST_MEGABYTES, seconds=self._seconds)
        async with client.fetched(subject.asset.url, limits=limits) as file:
            work = partial(self._in_turn, file.path, room, deadline)
            return await to_thread.run_sync(work, abandon_on_cancel=True)

    def _in_turn(self, path: Path, room: Room, deadline: Deadline) -> Glimpse:
        """A look, in a thread; one that was given up still holds its turn until it ends."""
        if not self._slots.acquire(timeout=max(0.0, deadline.at - deadline.clock())):
            raise UnshowableError(TOO_SLOW)
        try:
            return looks.look(path, room=room, deadline=deadline)
        finally:
            self._slots.release()


class _Kept:
    """The latest sights, by run, number and room, as many as there is memory for."""

    def __init__(self) -> None:
        self._sights: OrderedDict[tuple[str, int, Room], Sight] = OrderedDict()

    def get(self, key: tuple[str, int, Room]) -> Sight | None:
        if key in self._sights:
            self._sights.move_to_end(key)
        return self._sights.get(key)

    def put(self, key: tuple[str, int, Room], sight: Sight) -> None:
        self._sights[key] = sight
        while sum(map(_weight, self._sights.values())) > KEPT_BYTES:
            self._sights.popitem(last=False)


def _weight(sight: Sight) -> int:
    """Bytes, about; a thousand for what is always there."""
    glimpse = sight.glimpse
    return 1_000 + (len(glimpse.picture.content) + len(glimpse.tile.content) if glimpse else 0)


async def _together(sights: Sequence[Sight], *, room: Room) -> Picture | None:
    """The picture of a single file, or a sheet of several, by their numbers in the answer."""
    numbered = zip(numbers_of(sights), sights, strict=True)
    tiles = {number: sight.glimpse.tile for number, sight in numbered if sight.glimpse}
    if len(sights) == 1 and sights[0].glimpse:
        return sights[0].glimpse.picture
    if not tiles:
        return None
    return await to_thread.run_sync(partial(looks.sheet_of, tiles, room=room))
