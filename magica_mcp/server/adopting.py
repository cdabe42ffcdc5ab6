"""Runs whose start was never answered, found among the recent runs of the account.

Nothing is sent again before that: it looks twice, over ten seconds, for a run that nobody else's
entry has, of the same model or workflow, with the same input, from the time of the request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anyio import to_thread

from magica_mcp.errors import ApiError, JournalError, MagicaError
from magica_mcp.server.likeness import Likeness
from magica_mcp.server.sightings import Sighting, Trace, Window, sightings
from magica_mcp.server.workspace import Workspace

if TYPE_CHECKING:
    from magica_mcp.spend.entries import Entry

SECONDS_BETWEEN = 10.0
LOOKS = 2


@dataclass(frozen=True)
class Missing:
    """An entry without an answer, and what its run looks like."""

    entry: "Entry"
    trace: Trace


@dataclass(frozen=True)
class Search:
    """What came of looking for a run."""

    run_id: str | None = None
    is_certain: bool = True
    """False: nothing contradicts, but its inputs could not be compared in full."""
    unsure: tuple[str, ...] = ()
    """Several runs that it may be, where none could be told from the others."""
    problem: MagicaError | None = None
    """Why the recent runs could not be searched."""


async def adopt(workspace: Workspace, missing: Sequence[Missing]) -> list[Search]:
    """Look for the run of each entry and attribute what is found to it, in the order given."""
    found = [Search() for _ in missing]
    for look in range(1, LOOKS + 1):
        for place, each in enumerate(missing):
            if found[place].run_id is None:
                found[place] = await _look(workspace, each, is_last=look == LOOKS)
        if all(search.run_id for search in found):
            break
        if look < LOOKS:
            await workspace.sleep(SECONDS_BETWEEN)
    return found


async def _look(workspace: Workspace, missing: Missing, *, is_last: bool) -> Search:
    try:
        entry = await to_thread.run_sync(workspace.journal.entry, missing.entry.id)
        if entry is not None and entry.run_id is not None:
            return Search(run_id=entry.run_id)  # another call was faster
        seen = await sightings(workspace.client, missing.trace, Window.of(missing.entry))
        return await _chosen(workspace, missing.entry, seen, is_last=is_last)
    except (ApiError, JournalError) as error:
        return Search(problem=error)


async def _chosen(
    workspace: Workspace, entry: "Entry", seen: Sequence[Sighting], *, is_last: bool
) -> Search:
    free = await _not_taken(workspace, seen)
    same = [each for each in free if each.likeness is Likeness.SAME]
    unsure = [each for each in free if each.likeness is Likeness.UNSURE]
    chosen = same or (unsure if is_last and len(unsure) == 1 else [])
    for each in chosen:
        if await _attributed(workspace, entry, each):
            return Search(run_id=each.run_id, is_certain=bool(same))
    return Search(unsure=tuple(each.run_id for each in unsure))


async def _not_taken(workspace: Workspace, seen: Sequence[Sighting]) -> list[Sighting]:
    ids = [each.run_id for each in seen]
    taken = await to_thread.run_sync(
        lambda: workspace.journal.known_runs(ids, account=workspace.account)
    )
    return [each for each in seen if each.run_id not in taken]


async def _attributed(workspace: Workspace, entry: "Entry", sighting: Sighting) -> bool:
    run_id = sighting.run_id
    return await to_thread.run_sync(lambda: workspace.journal.adopt(entry.id, run_id=run_id))
