"""Every paid request goes through here: written down before it is sent, completed after."""

from collections.abc import Awaitable, Callable

from anyio import to_thread

from magica_mcp.errors import OutcomeUnknownError
from magica_mcp.models.runs import StartedRun
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.journal import request_key


async def spend(
    workspace: Workspace,
    send: Callable[[], Awaitable[StartedRun]],
    *,
    tool: str,
    what: str,
    arguments: JsonObject,
    estimate: int | None,
) -> StartedRun:
    """Send a paid request with its entry in the journal. `estimate` is in microcredits."""
    journal = workspace.journal
    key = request_key(workspace.account, tool, arguments)
    entry = await to_thread.run_sync(
        lambda: journal.intend(key, tool=tool, what=what, estimate=estimate)
    )
    try:
        started = await send()
    except OutcomeUnknownError:
        raise  # the entry stays open: whether it was accepted is not known
    except Exception:
        await to_thread.run_sync(lambda: journal.refused(entry))
        raise
    await to_thread.run_sync(lambda: journal.started(entry, run_id=started.run_id))
    return started


async def note_charge(workspace: Workspace, run_id: str, *, microcredits: int) -> int | None:
    """Note what a run came to, and return what it was estimated at, where it was started here."""
    journal = workspace.journal

    def note() -> int | None:
        journal.charged(run_id, microcredits=microcredits)
        entry = journal.of_run(run_id)
        return entry.estimate if entry else None

    return await to_thread.run_sync(note)
