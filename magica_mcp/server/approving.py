"""Whether a paid call may be paid: within the budgets, and agreed to where it is dear.

What is decided here is decided in the journal's transaction, for what would really be new: a call
that an earlier run answers needs neither budget nor approval.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import anyio
from anyio import to_thread
from mcp.server.mcpserver import Elicit
from mcp.types import CallToolResult
from pydantic import Field

from magica_mcp.errors import ApprovalNeededError, MagicaError, OverBudgetError
from magica_mcp.server.bills import Bill
from magica_mcp.server.cheaper import Choice
from magica_mcp.server.consent import Answer, Consent, ask, can_ask
from magica_mcp.server.render import money as text
from magica_mcp.server.spending import Gate, open_gate, wanted
from magica_mcp.server.tool import reply
from magica_mcp.server.workspace import Call, Workspace, workspace_of
from magica_mcp.spend.approvals import Presented, is_higher, require_good
from magica_mcp.spend.budgets import Allows, over_budget, require_within
from magica_mcp.spend.entries import Spent
from magica_mcp.spend.wishes import Wish

ApprovalToken = Annotated[str, Field(description="From the answer that told the price.")]
CHOICES_SECONDS = 8.0
"""Cheaper choices are a courtesy: an answer does not wait longer for them."""


@dataclass(frozen=True)
class Permit:
    """What a call brings along to be allowed to pay: an approval, or the person's own answer."""

    approval: str
    answer: Answer


async def paid(
    workspace: Workspace,
    bill: Bill,
    permit: Permit,
    *,
    start: Callable[[Bill, Gate], Awaitable[CallToolResult]],
) -> CallToolResult:
    """Start what is on the bill, or answer with the price where that must be agreed to first.

    Raises:
        OverBudgetError: the budgets do not allow it; what would fit is in the sentence.
        ApprovalRefusedError: the approval is not good for this call.
    """
    redeeming = bill.redeeming(permit.approval)
    try:
        return await start(redeeming, gate_of(workspace, redeeming, permit))
    except ApprovalNeededError as needed:
        return await _priced(workspace, bill, permit, price=needed.price)
    except OverBudgetError as error:
        fits = error.fits or 0
        choices = [one for one in await _choices(bill, fits) if one.microcredits <= fits]
        raise error.with_advice(text.fitting(choices)) from error


def gate_of(workspace: Workspace, bill: Bill, permit: Permit) -> Gate:
    """What the journal checks before it writes: budgets first, then whether somebody agreed."""
    journal, limits = workspace.journal, workspace.limits
    price_of_all = total([wish.estimate for wish in bill.wishes])
    if not limits.has_budget and not limits.wants_approval(price_of_all):
        return open_gate

    async def gate(_new: Sequence[Wish]) -> Allows:
        token = permit.approval
        found = await to_thread.run_sync(journal.approval, token) if token else None

        def allows(spent: Spent) -> None:
            now, price = journal.now(), total(spent.wanted)
            require_within(limits, spent.wanted, spent=spent, now=now)
            if permit.answer is Answer.AGREED or not limits.wants_approval(price):
                return
            if not token:
                raise ApprovalNeededError("The price must be agreed to first.", price=price)
            require_good(
                Presented(
                    found=found,
                    is_used=spent.is_redeemed,
                    account=workspace.account,
                    job=bill.job,
                    price=price,
                    now=now,
                )
            )

        return allows

    return gate


def total(prices: Sequence[int | None]) -> int | None:
    """The sum of prices in microcredits; unknown where one of them is."""
    known = [price for price in prices if price is not None]
    return sum(known) if len(known) == len(prices) else None


# What an unpaid call answers ------------------------------------------------------------------


async def _priced(
    workspace: Workspace, bill: Bill, permit: Permit, *, price: int | None
) -> CallToolResult:
    """The price, what it leaves, what would be cheaper, and the approval: nothing is paid."""
    journal, confirm_above = workspace.journal, workspace.limits.confirm_above or 0
    token, given = await to_thread.run_sync(
        lambda: journal.show(workspace.account, job=bill.job, price=price)
    )
    offer = text.Offer(
        what=bill.what,
        remarks=bill.remarks,
        price=price,
        confirm_above=confirm_above,
        balance=await _balance(workspace),
        choices=await _choices(bill, confirm_above),
        token=token,
        expires_at=given.expires_at,
        was_declined=permit.answer is Answer.DECLINED,
    )
    return reply(text.offered(offer), text.offer_facts(offer))


async def _balance(workspace: Workspace) -> int | None:
    try:
        return (await workspace.client.balance()).available_balance
    except MagicaError:
        return None


async def _choices(bill: Bill, target: int) -> tuple[Choice, ...]:
    with anyio.move_on_after(CHOICES_SECONDS):
        return await bill.cheaper(target)
    return ()


# Asking the person ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Question:
    """The price that somebody has to agree to; None: it is not known."""

    price: int | None


async def ask_about(ctx: Call, bill: Bill, *, approval: str) -> Elicit[Consent] | Answer:
    """Ask the person about a bill, where that is needed and the client can."""
    workspace = workspace_of(ctx)
    is_free = not bill.orders or workspace.limits.confirm_above is None
    if is_free or approval or not can_ask(ctx):
        return Answer.NOT_ASKED
    question = await _question(workspace, bill)
    if question is None:
        return Answer.NOT_ASKED
    asked = await ask(ctx, text.question(bill.what, bill.subject, question.price))
    if asked is not Answer.AGREED:
        return asked
    now = await _question(workspace, bill)  # the person may have taken minutes
    is_dearer = now is not None and is_higher(now.price, than=question.price)
    return Answer.DECLINED if is_dearer else asked


async def _question(workspace: Workspace, bill: Bill) -> _Question | None:
    """What would have to be agreed to if the bill were paid now; None: nothing."""
    journal, limits = workspace.journal, workspace.limits
    new = await wanted(workspace, bill.orders, again=bill.again, is_batch=bill.is_batch)
    prices = [wish.estimate for wish in new]
    if not new or not limits.wants_approval(total(prices)):
        return None
    spent = await to_thread.run_sync(journal.spent, workspace.account)
    is_refused = over_budget(limits, prices, spent=spent, now=journal.now()) is not None
    return None if is_refused else _Question(total(prices))
