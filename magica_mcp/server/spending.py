"""Every paid request goes through here: written down before it is sent, completed after.

The same wish is sent once. One whose fate is not known is looked for before anything is sent.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from magica_mcp.errors import JournalError, MagicaError, OutcomeUnknownError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.models.runs import StartedRun
from magica_mcp.server.adopting import Missing, Search, adopt
from magica_mcp.server.fates import fate_of, refreshed
from magica_mcp.server.render import spending as text
from magica_mcp.server.sightings import Trace
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.budgets import Allows, allow_all
from magica_mcp.spend.entries import OVER, Entry, State
from magica_mcp.spend.wishes import Wish

if TYPE_CHECKING:
    from magica_mcp.spend.journal import Again, Decision

logger = logging.getLogger(__name__)
LIMITED = 429


@dataclass(frozen=True)
class Order:
    """A paid request, ready to be sent, and what its run looks like should the answer be lost."""

    wish: Wish
    send: Callable[[], Awaitable[StartedRun]]
    trace: Trace


@dataclass(frozen=True)
class Outcome:
    """The run that answers a wish."""

    run_id: str
    is_new: bool
    """Whether it was started by this very call."""
    words: str = ""
    """Why nothing was started, in sentences."""
    state: State = State.STARTED
    """As far as it is known."""

    def status_or(self, first: RunStatus) -> RunStatus:
        """The status of the run; `first` is what one has that was just started."""
        return RunStatus(self.state.value) if self.state in OVER else first


@dataclass(frozen=True)
class Lost:
    """An order whose entry has no answer, and what was the trouble, if it was met just now."""

    order: Order
    entry: Entry
    trouble: OutcomeUnknownError | None = None


Gate = Callable[[Sequence[Wish]], Awaitable[Allows]]
"""Asked once before anything is written, with the wishes that would be new: may raise, may ask the
person, and gives what the transaction that writes them checks (see `spend.budgets.Allows`)."""


async def open_gate(_new: Sequence[Wish]) -> Allows:
    """Lets everything pass."""
    return allow_all


async def spend(
    workspace: Workspace, order: Order, *, again: "Again" = False, gate: Gate = open_gate
) -> Outcome:
    """The run of a wish: an earlier one, or one that is started now.

    Raises:
        OutcomeUnknownError: whether it runs cannot be found out; nothing was sent again.
        MagicaError: it was not started, or the gate was closed.
    """
    (outcome,) = await _spend(workspace, [order], again=again, is_batch=False, gate=gate)
    if isinstance(outcome, MagicaError):
        raise outcome
    return outcome


async def spend_on_batch(
    workspace: Workspace, orders: Sequence[Order], *, again: bool = False, gate: Gate = open_gate
) -> list[Outcome | MagicaError]:
    """The run of each wish of a batch, or why it has none, in their order.

    The gate is asked once, for all that is new.

    Raises:
        MagicaError: the gate was closed; nothing was started.
    """
    return await _spend(workspace, orders, again=again, is_batch=True, gate=gate)


async def _spend(
    workspace: Workspace, orders: Sequence[Order], *, again: "Again", is_batch: bool, gate: Gate
) -> list[Outcome | MagicaError]:
    decisions = await _decided(workspace, orders, again=again, is_batch=is_batch, gate=gate)
    results: list[Outcome | MagicaError | Lost] = []
    try:
        for order, decision in zip(orders, decisions, strict=True):
            results.append(await _carried_out(workspace, order, decision, again=again, gate=gate))
    except BaseException:
        await _dropped(workspace, decisions[len(results) :])
        raise
    lost = [result for result in results if isinstance(result, Lost)]
    found = iter(await _looked_for(workspace, lost) if lost else ())
    return [next(found) if isinstance(result, Lost) else result for result in results]


async def wanted(
    workspace: Workspace, orders: Sequence[Order], *, again: "Again", is_batch: bool
) -> list[Wish]:
    """The wishes that would be new now, and so would be paid for; nothing is written or sent."""
    journal, wishes = workspace.journal, [order.wish for order in orders]

    def consider() -> tuple["Decision", ...]:
        return journal.consider(wishes, again=again, is_batch=is_batch)

    considered = await to_thread.run_sync(consider)
    if await refreshed(workspace, considered):
        considered = await to_thread.run_sync(consider)
    return [wish for wish, each in zip(wishes, considered, strict=True) if each.is_new]


async def _decided(
    workspace: Workspace, orders: Sequence[Order], *, again: "Again", is_batch: bool, gate: Gate
) -> tuple["Decision", ...]:
    journal, wishes = workspace.journal, [order.wish for order in orders]

    async def intended(allows: Allows) -> tuple["Decision", ...]:
        return await to_thread.run_sync(
            lambda: journal.intend(wishes, again=again, is_batch=is_batch, allows=allows)
        )

    if gate is open_gate and not is_batch:  # nobody has to know beforehand what would be new
        decided = await intended(allow_all)
        return await intended(allow_all) if await refreshed(workspace, decided) else decided
    new = await wanted(workspace, orders, again=again, is_batch=is_batch)
    return await intended(await gate(new) if new else allow_all)


async def _carried_out(
    workspace: Workspace, order: Order, decision: "Decision", *, again: "Again", gate: Gate
) -> Outcome | MagicaError | Lost:
    entry = decision.entry
    if entry is None:
        raise AssertionError("what is intended has an entry")
    if decision.is_new:
        return await _sent(workspace, order, entry)
    entry, now = await fate_of(workspace, entry), workspace.journal.now()
    if entry.run_id is not None:
        words = text.already_started(entry, now=now)
        return Outcome(entry.run_id, is_new=False, words=words, state=entry.state)
    if entry.state is State.REFUSED:  # by whoever sent it: then this wish is a new one
        return await _alone(workspace, order, again=again, gate=gate)
    if await to_thread.run_sync(workspace.journal.is_under_way, entry):
        return OutcomeUnknownError(text.under_way(entry, now=now))
    return Lost(order, entry)


async def _alone(
    workspace: Workspace, order: Order, *, again: "Again", gate: Gate
) -> Outcome | MagicaError:
    try:
        return await spend(workspace, order, again=again, gate=gate)
    except MagicaError as error:
        return error


async def _sent(workspace: Workspace, order: Order, entry: Entry) -> Outcome | MagicaError | Lost:
    journal = workspace.journal
    try:
        if entry.state is State.PLANNED and not await to_thread.run_sync(journal.sending, entry.id):
            return OutcomeUnknownError(text.given_up())
        started = await order.send()
    except OutcomeUnknownError as error:
        await _noted(lambda: journal.unknown(entry.id))
        if error.status == LIMITED:  # a search would meet the same limit
            return OutcomeUnknownError(text.limited(entry, error))
        return Lost(order, entry, error)
    except MagicaError as error:
        await _noted(lambda: journal.refused(entry.id))
        return error
    except BaseException:  # canceled on the way, or a fault of ours: it may have been accepted
        await _noted(lambda: journal.unknown(entry.id))
        raise
    await _noted(lambda: journal.started(entry.id, run_id=started.run_id))
    await workspace.saver.remember_request(started.run_id, dict(order.wish.arguments))
    return Outcome(started.run_id, is_new=True)


async def _noted(note: Callable[[], object]) -> None:
    """Write something down whatever happens to this call; the request was sent already.

    Where that fails, the entry stays open and the next request like it looks for the run.
    """
    with anyio.CancelScope(shield=True):
        try:
            await to_thread.run_sync(note)
        except JournalError as error:
            logger.error("What became of a paid request is not written down: %s", error)  # noqa: TRY400 - its trace says no more


async def _dropped(workspace: Workspace, decisions: Sequence["Decision"]) -> None:
    """Give up what a batch planned and will not send."""
    for decision in decisions:
        entry = decision.entry
        if decision.is_new and entry is not None and entry.state is State.PLANNED:
            await _noted(partial(workspace.journal.dropped, entry.id))


async def _looked_for(workspace: Workspace, lost: Sequence[Lost]) -> list[Outcome | MagicaError]:
    searches = await adopt(workspace, [Missing(each.entry, each.order.trace) for each in lost])
    return [
        await _found(workspace, each, search) for each, search in zip(lost, searches, strict=True)
    ]


async def _found(workspace: Workspace, lost: Lost, search: Search) -> Outcome | MagicaError:
    if search.run_id is None:
        now = workspace.journal.now()
        words = text.not_found(lost.entry, search, trouble=lost.trouble, now=now)
        return OutcomeUnknownError(words)
    await workspace.saver.remember_request(search.run_id, dict(lost.order.wish.arguments))
    words = text.adopted(is_certain=search.is_certain)
    return Outcome(search.run_id, is_new=False, words=words)
