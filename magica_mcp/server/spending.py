"""Every paid request goes through here: written down before it is sent, completed after."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anyio import to_thread

from magica_mcp.errors import OutcomeUnknownError
from magica_mcp.models.runs import StartedRun
from magica_mcp.server.workspace import Workspace

if TYPE_CHECKING:
    from magica_mcp.spend.journal import Again
    from magica_mcp.spend.wishes import Wish


@dataclass(frozen=True)
class Outcome:
    """The run that answers a wish. `is_new`: it was started for it, just now."""

    run_id: str
    is_new: bool


async def spend(
    workspace: Workspace,
    wish: "Wish",
    send: Callable[[], Awaitable[StartedRun]],
    *,
    again: "Again" = False,
) -> Outcome:
    """Send a paid request, unless an earlier one answers the same wish."""
    journal = workspace.journal
    (decision,) = await to_thread.run_sync(lambda: journal.intend([wish], again=again))
    entry = decision.entry
    assert entry is not None
    if not decision.is_new:
        if entry.run_id is None:
            raise OutcomeUnknownError("The same request was sent before, and its fate is unknown.")
        return Outcome(entry.run_id, is_new=False)
    try:
        started = await send()
    except OutcomeUnknownError:
        await to_thread.run_sync(journal.unknown, entry.id)
        raise
    except Exception:
        await to_thread.run_sync(journal.refused, entry.id)
        raise
    await to_thread.run_sync(lambda: journal.started(entry.id, run_id=started.run_id))
    await workspace.saver.remember_request(started.run_id, dict(wish.arguments))
    return Outcome(started.run_id, is_new=True)
