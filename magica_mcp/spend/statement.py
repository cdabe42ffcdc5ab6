"""What was spent, by account, day and model: rows and their sums. Pure; amounts in microcredits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from magica_mcp.spend.entries import DaySpend, Entry


@dataclass(frozen=True)
class Amounts:
    """Counts and sums of runs. `settled` are runs whose charge is known."""

    runs: int = 0
    estimated: int = 0
    settled: int = 0
    charged: int = 0
    above: int = 0
    """By how much charges exceeded their estimates."""
    unsettled: int = 0
    """Paid requests whose charge, or whose very fate, is not known."""
    reserved: int = 0
    """What those were estimated at."""

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.runs + other.runs,
            self.estimated + other.estimated,
            self.settled + other.settled,
            self.charged + other.charged,
            self.above + other.above,
            self.unsettled + other.unsettled,
            self.reserved + other.reserved,
        )


@dataclass(frozen=True)
class Row:
    """One model or workflow on one day of one account."""

    account: str
    day: date
    tool: str
    what: str
    amounts: Amounts


def statement(days: Iterable[DaySpend], unsettled: Iterable[Entry]) -> tuple[Row, ...]:
    """The rows, account by account, the newest day first, and the dearest of a day first."""
    sums: defaultdict[tuple[str, date, str, str], Amounts] = defaultdict(Amounts)
    for each in days:
        sums[each.account, each.day, each.tool, each.what] += Amounts(
            each.runs, each.estimated, each.settled, each.charged, each.above
        )
    for entry in unsettled:
        key = entry.account, day_of(entry.intended_at), entry.tool, entry.what
        sums[key] += Amounts(unsettled=1, reserved=entry.estimate or 0)
    rows = [Row(*key, amounts) for key, amounts in sums.items()]
    return tuple(
        sorted(rows, key=lambda row: (row.account, -row.day.toordinal(), -row.amounts.charged))
    )


def total(rows: Iterable[Row]) -> Amounts:
    """The sum of rows."""
    return sum((row.amounts for row in rows), Amounts())


def by_account(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each account: what one spent is no other's."""
    accounts: dict[str, list[Row]] = {}
    for row in rows:
        accounts.setdefault(row.account, []).append(row)
    return accounts


def day_of(moment: datetime) -> date:
    """The day of this machine's time zone, as budgets count days."""
    return moment.astimezone().date()


def first_day(now: datetime, *, days: int) -> date:
    """The first of so many days, of which today is the last."""
    return day_of(now) - timedelta(days=days - 1)
