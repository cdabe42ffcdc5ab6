"""What may be spent: above which price to ask first, at most by one run, at most in one day.

Pure; amounts are whole microcredits. Refuses to know where the figures come from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from magica_mcp.errors import OverBudgetError
from magica_mcp.models.credits import MICROCREDITS_PER_CREDIT, credits_text
from magica_mcp.spend.entries import Spent

PER_RUN = "MAGICA_BUDGET_PER_RUN"
PER_DAY = "MAGICA_BUDGET_PER_DAY"
UNTOUCHED = "Nothing was started and nothing was charged."
WHOSE = "Only the person can change it, in the server's settings."

Allows = Callable[[Spent], None]
"""Raises an error of ours when the money that new entries of the journal would add is not allowed.

It is called inside the transaction that writes them, with the sums of that transaction and only
when there are new entries, so that two processes cannot both pass with the last credits of a
budget. It must be quick and must not use the journal.
"""


def allow_all(_spent: Spent) -> None:
    """No limit: the sums need not even be made."""


@dataclass(frozen=True)
class Limits:
    """The limits of an account; None: there is none."""

    confirm_above: int | None = None
    """A price above it needs an approval."""
    per_run: int | None = None
    per_day: int | None = None

    @property
    def has_budget(self) -> bool:
        """Whether anything is ever refused for its price alone."""
        return self.per_run is not None or self.per_day is not None

    def wants_approval(self, price: int | None) -> bool:
        """Whether a price must be agreed to first; an unknown one counts as above."""
        if self.confirm_above is None:
            return False
        return self.confirm_above == 0 or price is None or price > self.confirm_above


def microcredits(credits_given: float | None) -> int | None:
    """A setting in credits as microcredits."""
    return None if credits_given is None else round(credits_given * MICROCREDITS_PER_CREDIT)


def midnight(now: datetime, *, days: int = 0, zone: tzinfo | None = None) -> datetime:
    """The local midnight at which the day of `now` began, or that of some days later.

    Budgets follow the person's own day. `zone` None: the zone of this machine, which knows its
    changes to and from summer time; a fixed offset would not.
    """
    local = now.astimezone(zone)
    naive = datetime.combine(local.date() + timedelta(days=days), time.min)
    return naive.replace(tzinfo=zone) if zone is not None else naive.astimezone()


def left_of_day(limits: Limits, spent: Spent) -> int | None:
    """What the day's budget still has; None: there is no such budget."""
    return None if limits.per_day is None else max(0, limits.per_day - spent.total)


def what_fits(limits: Limits, spent: Spent) -> int | None:
    """The highest price that one run may have now; None: any."""
    known = [
        amount for amount in (limits.per_run, left_of_day(limits, spent)) if amount is not None
    ]
    return min(known, default=None)


def require_within(
    limits: Limits, prices: Sequence[int | None], *, spent: Spent, now: datetime
) -> None:
    """Refuse what the budgets do not allow; several prices are runs of one batch, all or none.

    Raises:
        OverBudgetError: what is left, when it renews, and what would fit.
    """
    refusal = over_budget(limits, prices, spent=spent, now=now)
    if refusal is not None:
        raise refusal


def over_budget(
    limits: Limits, prices: Sequence[int | None], *, spent: Spent, now: datetime
) -> OverBudgetError | None:
    """Why these runs do not fit, or None."""
    for sentence in (_unknown(limits, prices), _too_dear(limits, prices)):
        if sentence:
            return _refusal(sentence, limits, spent=spent, now=now)
    known = [price for price in prices if price is not None]
    left = left_of_day(limits, spent)
    if left is not None and known and sum(known) > left:
        return _refusal(_over_the_day(limits, known, spent, now), limits, spent=spent, now=now)
    return None


def _refusal(sentence: str, limits: Limits, *, spent: Spent, now: datetime) -> OverBudgetError:
    left = left_of_day(limits, spent)
    return OverBudgetError(
        f"{sentence} {WHOSE}",
        left=left,
        fits=what_fits(limits, spent),
        renews_at=None if left is None else midnight(now, days=1).isoformat(),
    )


def _unknown(limits: Limits, prices: Sequence[int | None]) -> str:
    if not limits.has_budget or None not in prices:
        return ""
    names = [
        name
        for name, limit in ((PER_RUN, limits.per_run), (PER_DAY, limits.per_day))
        if limit is not None
    ]
    return (
        f"What this would cost is not known beforehand, so it cannot be held against "
        f"{' and '.join(names)}. {UNTOUCHED} Run something that has a price instead."
    )


def _too_dear(limits: Limits, prices: Sequence[int | None]) -> str:
    limit = limits.per_run
    dearest = max((price for price in prices if price is not None), default=0)
    if limit is None or dearest <= limit:
        return ""
    what = "This run" if len(prices) == 1 else "The dearest run of this batch"
    return (
        f"{what} would cost {credits_text(dearest)}, and {PER_RUN} is {credits_text(limit)}. "
        f"{UNTOUCHED} A run of up to {credits_text(limit)} fits."
    )


def _over_the_day(limits: Limits, prices: Sequence[int], spent: Spent, now: datetime) -> str:
    left = left_of_day(limits, spent) or 0
    return (
        f"This would cost {credits_text(sum(prices))}, and what today has left of {PER_DAY} "
        f"({credits_text(limits.per_day or 0)}) is {credits_text(left)}: "
        f"{credits_text(spent.charged)} charged, {credits_text(spent.reserved)} reserved. "
        f"{UNTOUCHED} {renewal(now)} {_fitting(prices, left)}"
    )


def _fitting(prices: Sequence[int], left: int) -> str:
    fits = f"Until then up to {credits_text(left)} fits"
    if len(prices) == 1:
        return f"{fits}."
    count = next(n for n in range(len(prices) - 1, -1, -1) if sum(prices[:n]) <= left)
    return f"{fits}: the first {count} of these {len(prices)} runs." if count else f"{fits}."


def renewal(now: datetime) -> str:
    """When the day's budget is whole again."""
    ends = midnight(now, days=1)
    minutes = max(1, round((ends - now).total_seconds() / 60))
    return (
        f"It renews at local midnight ({ends:%Y-%m-%d %H:%M}, UTC{ends:%z}), "
        f"in {minutes // 60} h {minutes % 60} min."
    )
