"""What became of an earlier request: waited for while on its way, asked about once it runs."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from anyio import to_thread

from magica_mcp.errors import NotFoundError
from magica_mcp.graph.lifecycle import is_over
from magica_mcp.models.runs import Run
from magica_mcp.server.settling import settle
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.decisions import Verdict
from magica_mcp.spend.entries import Entry, State

if TYPE_CHECKING:
    from magica_mcp.spend.journal import Decision

BETWEEN_LOOKS = 0.25
PATIENCE = 30.0
"""Seconds for which a call waits for another one that is sending the same request."""

START_RUN = "start_run"
"""The tool whose runs are those of workflows."""


async def fate_of(workspace: Workspace, entry: Entry) -> Entry:
    """The entry as it is once nobody is sending its request any more, or patience is at its end."""
    journal = workspace.journal
    for _ in range(round(PATIENCE / BETWEEN_LOOKS)):
        if not await to_thread.run_sync(journal.is_under_way, entry):
            break
        await workspace.sleep(BETWEEN_LOOKS)
        now = await to_thread.run_sync(journal.entry, entry.id)
        entry = now or entry
    return entry


async def refreshed(workspace: Workspace, decisions: Iterable["Decision"]) -> bool:
    """Ask how the runs of those entries are that may be over; whether there were any.

    Raises:
        ApiError: Magica could not be asked.
    """
    doubtful = [
        each.entry for each in decisions if each.verdict is Verdict.ASK and each.entry is not None
    ]
    for entry in doubtful:
        await look_after(workspace, entry)
    return bool(doubtful)


async def look_after(workspace: Workspace, entry: Entry) -> None:
    """Note how the run of an entry is, and what it came to if it is over."""
    journal, run_id = workspace.journal, entry.run_id
    if run_id is None:
        return
    try:
        run = await run_of(workspace, entry, run_id)
    except NotFoundError:  # it was deleted, so nobody can wait for it
        await to_thread.run_sync(
            lambda: journal.settle(run_id, account=entry.account, state=State.CANCELED, charge=None)
        )
        return
    if is_over(run.status):
        await settle(workspace, run)
    else:
        await to_thread.run_sync(journal.seen, entry.id)


async def run_of(workspace: Workspace, entry: Entry, run_id: str) -> Run:
    """How the run of an entry is."""
    if entry.tool == START_RUN:
        return await workspace.client.get_run(run_id)
    return await workspace.client.get_model_run(run_id)
