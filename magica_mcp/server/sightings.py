"""Recent runs that may be the one that a request started, wherever Magica lists them.

Runs of workflows are listed; of runs of models hosted Magica lists only what they made
(magica-contract 2.3, 2.7), so that one which made no file, or none yet, is not seen there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from magica_mcp.errors import NotFoundError
from magica_mcp.models.runs import ModelRun, WorkflowRun
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.likeness import (
    Likeness,
    likeness_of_model_run,
    likeness_of_workflow_run,
)
from magica_mcp.server.settling import moment_in
from magica_mcp.spend.entries import LONGEST_SENDING, Entry

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient

CLOCK_SKEW = timedelta(minutes=2)
PAGE = 50
PAGES = 3
MOST_COMPARED = 10
"""How many runs of one search are looked at one by one."""


@dataclass(frozen=True)
class ModelTrace:
    """What the run of a model looks like: its model, and the complete input."""

    node_type: str
    sub_model_id: str | None
    input: JsonObject

    def fits(self, run: ModelRun) -> bool:
        """Whether the run is of this model, in this mode as far as either says it."""
        modes = {self.sub_model_id, run.sub_model_id} - {None}
        return run.node_type in {"", self.node_type} and len(modes) < 2


@dataclass(frozen=True)
class WorkflowTrace:
    """What the run of a workflow looks like; `handed` as in `likeness_of_workflow_run`."""

    ids: frozenset[str]
    values: JsonObject
    handed: Mapping[str, JsonObject] | None


Trace = ModelTrace | WorkflowTrace


@dataclass(frozen=True)
class Window:
    """When a run may have been accepted, by Magica's clock."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, entry: Entry) -> "Window":
        """From the intent to when it was given up, and two minutes more on either side."""
        given_up = entry.seen_at or entry.intended_at + LONGEST_SENDING
        return cls(entry.intended_at - CLOCK_SKEW, given_up + CLOCK_SKEW)

    def holds(self, text: str | None) -> bool:
        """Whether a moment on the wire lies within; one that is not told does not."""
        moment = moment_in(text)
        return moment is not None and self.since <= moment <= self.until

    def is_before(self, text: str | None) -> bool:
        """Whether a moment lies before it all."""
        moment = moment_in(text)
        return moment is not None and moment < self.since


@dataclass(frozen=True)
class Sighting:
    """A run that may be the one."""

    run_id: str
    likeness: Likeness


async def sightings(client: "MagicaClient", trace: Trace, window: Window) -> list[Sighting]:
    """Every recent run that may be the one, the latest first, without those that differ.

    Raises:
        ApiError: Magica could not be asked.
    """
    if isinstance(trace, WorkflowTrace):
        found = await _workflow_runs(client, trace, window)
    else:
        found = await _model_runs(client, trace, window)
    return [each for each in found if each.likeness is not Likeness.OTHER]


async def _workflow_runs(
    client: "MagicaClient", trace: WorkflowTrace, window: Window
) -> list[Sighting]:
    rows = await _rows(client, window)
    wanted = [row.run_id for row in rows if _is_of(row, trace) and window.holds(row.created_at)]
    runs = await client.get_runs(wanted[:MOST_COMPARED])
    return [
        Sighting(
            run.run_id, likeness_of_workflow_run(run, handed=trace.handed, values=trace.values)
        )
        for run in runs
    ]


async def _rows(client: "MagicaClient", window: Window) -> list[WorkflowRun]:
    """The listing as far back as the window, a few pages at most."""
    rows: list[WorkflowRun] = []
    cursor: str | None = None
    for page in range(1, PAGES + 1):
        found = await client.list_runs(page=page, page_size=PAGE, cursor=cursor)
        rows.extend(found.items)
        is_done = not found.items or window.is_before(found.items[-1].created_at)
        if is_done or not (found.next_cursor or found.has_more):
            break
        cursor = found.next_cursor
    return rows


def _is_of(row: WorkflowRun, trace: WorkflowTrace) -> bool:
    return bool({row.workflow_id, row.workflow_name} & trace.ids)


async def _model_runs(client: "MagicaClient", trace: ModelTrace, window: Window) -> list[Sighting]:
    listed = await client.list_model_runs(page_size=PAGE)
    runs = await _runs_in_library(client, trace, window) if listed is None else listed
    return [
        Sighting(run.run_id, likeness_of_model_run(run, given=trace.input))
        for run in runs
        if trace.fits(run) and window.holds(run.created_at)
    ]


async def _runs_in_library(
    client: "MagicaClient", trace: ModelTrace, window: Window
) -> Sequence[ModelRun]:
    """The runs behind what was made since; a file is made after its run was accepted."""
    names = {None, trace.node_type, trace.sub_model_id}
    ids = [
        item.run_id
        for item in (await client.media_library(limit=PAGE)).items
        if item.run_id
        and not window.is_before(item.created_at)
        and (trace.sub_model_id is None or item.model_id in names)
    ]
    return await _all_of(client, list(dict.fromkeys(ids))[:MOST_COMPARED])


async def _all_of(client: "MagicaClient", run_ids: Iterable[str]) -> list[ModelRun]:
    found = []
    for run_id in run_ids:
        try:
            found.append(await client.get_model_run(run_id))
        except NotFoundError:
            continue  # the file of a workflow's run
    return found
