"""What an account spent today, what it may still spend, and what a price means for that."""

from dataclasses import dataclass
from datetime import datetime

from anyio import to_thread

from magica_mcp.errors import JournalError, OverBudgetError
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.budgets import Limits, left_of_day, midnight, over_budget
from magica_mcp.spend.entries import Spent


@dataclass(frozen=True)
class Purse:
    """An account's money as the journal knows it; `spent` is None where that cannot be read."""

    limits: Limits
    spent: Spent | None
    problem: str
    """Why it cannot be read."""
    now: datetime

    @property
    def left(self) -> int | None:
        """What today's budget still has, in microcredits; None: there is none, or nobody knows."""
        return None if self.spent is None else left_of_day(self.limits, self.spent)

    def needs_approval(self, price: int | None) -> bool:
        """Whether a run at this price must be agreed to first."""
        return self.limits.wants_approval(price)

    def refusal(self, price: int | None) -> str:
        """Why a run at this price would be refused now; empty where it would not be."""
        if self.spent is None:
            return self.problem
        found: OverBudgetError | None = over_budget(
            self.limits, [price], spent=self.spent, now=self.now
        )
        return "" if found is None else str(found)

    def facts(self) -> JsonObject:
        """For programs; amounts in microcredits."""
        spent = self.spent
        return {
            "today": {
                "charged": spent.charged if spent else None,
                "reserved": spent.reserved if spent else None,
                "reservedWithoutPrice": spent.reserved_unpriced if spent else None,
                "renewsAt": midnight(self.now, days=1).isoformat(),
                "problem": self.problem or None,
            },
            "budget": {
                "perRun": self.limits.per_run,
                "perDay": self.limits.per_day,
                "leftToday": self.left,
                "confirmAbove": self.limits.confirm_above,
            },
        }

    def facts_of(self, price: int | None) -> JsonObject:
        """What a price means, for programs."""
        return {
            "needsApproval": self.needs_approval(price),
            "wouldBeRefused": self.refusal(price) or None,
        }


async def purse_of(workspace: Workspace) -> Purse:
    """The account's money now. A journal that cannot be used is told, and is no failure."""
    journal = workspace.journal

    def look() -> tuple[Spent | None, str]:
        try:
            return journal.spent(workspace.account), ""
        except JournalError as error:
            return None, str(error)

    spent, problem = await to_thread.run_sync(look)
    return Purse(workspace.limits, spent, problem, journal.now())
