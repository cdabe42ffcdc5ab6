"""What the journal of paid requests adds to a start, and whether it stays so as it grows.

Five sides take turns in one folder, in an order drawn anew for each round: one bare durable commit
(WAL, synchronous FULL, one row), an empty journal, another whose starts are held against a budget,
one with 100,000 entries of the last 29 days, and one whose 100,000 are so old that the end of each
run takes some away. A start is `intend` (durable) and
`started`; `settle` is timed apart, since nobody waits for it. A ratio is the median over the rounds
of one side divided by its neighbour. Then days go by on a clock of our own, most of their requests
in batches, to see what is left of them.

usage: python -m benchmarks.spending [ROUNDS [ENTRIES]]
"""

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from magica_mcp.spend.budgets import Allows, Limits, allow_all, require_within
from magica_mcp.spend.entries import Spent, State
from magica_mcp.spend.journal import KEPT, Journal
from magica_mcp.spend.wishes import Wish

ROUNDS, ENTRIES = 200, 100_000
WARMING_UP = 20
START, GROWN, ROOM = 2.0, 1.2, 1.1
"""The limits: a start against a bare commit, a long history against none, a size against an
earlier one."""
ACCOUNT, MODEL = "acc", "flux_2_pro"
DAYS, SINGLES, BATCHES, OF = 90, 2, 2, 25
"""Of the simulated days, and of the requests of each: so many, and so many batches of so many."""

HISTORY = """
    WITH RECURSIVE numbers(number) AS
        (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number < :entries - 1)
    INSERT INTO entries (account, request, tool, what, estimate, charge, run_id, state, intended_at,
        finished_at, holder)
    SELECT account, lower(hex(randomblob(32))), tool, what, estimate, charge,
        lower(hex(randomblob(12))), state,
        strftime('%Y-%m-%dT%H:%M:%f000+00:00', :began, (number * :step) || ' seconds'),
        strftime('%Y-%m-%dT%H:%M:%f000+00:00', :began, (number * :step + 20) || ' seconds'), holder
    FROM entries, numbers WHERE id = 1
"""


def main(rounds: int = ROUNDS, entries: int = ENTRIES) -> None:
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), rounds=rounds, entries=entries)
    with tempfile.TemporaryDirectory() as folder:
        let_days_go_by(Path(folder) / "journal.sqlite")


def verdict(what: str, figure: float, limit: float) -> str:
    word = "holds" if figure <= limit else "DOES NOT HOLD"
    return f"  {what:58} {figure:6.2f} x   limit {limit:.1f} x   {word}"


# What a start costs ---------------------------------------------------------------------------


class Bare:
    """One table, and each commit a row of it that outlives a loss of power."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE requests (id INTEGER PRIMARY KEY, request TEXT)")

    def commit(self, key: str) -> float:
        """The seconds that it took."""
        began = time.perf_counter()
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO requests (request) VALUES (?)", (key,))
        self._connection.execute("COMMIT")
        return time.perf_counter() - began

    def close(self) -> None:
        self._connection.close()


def compare(folder: Path, *, rounds: int, entries: int) -> None:
    names = ("bare", "empty", "budget", "grown", "old")
    spent: dict[str, list[float]] = {f"{name}{part}": [] for name in names for part in ("", "+")}
    with (
        closing(Bare(folder / "bare.sqlite")) as bare,
        closing(Journal(folder / "empty.sqlite")) as empty,
        closing(Journal(folder / "budget.sqlite")) as budget,
        closing(grown(folder / "grown.sqlite", entries)) as full,
        closing(grown(folder / "old.sqlite", entries, days_ago=90)) as old,
    ):
        for number in range(-WARMING_UP, rounds):
            for name in random.sample(names, len(names)):
                key = f"{name} {number}"
                journal = {"empty": empty, "budget": budget, "grown": full, "old": old}.get(name)
                allows = within_budget if name == "budget" else allow_all
                times = paid(journal, key, allows) if journal else (bare.commit(key), 0.0)
                for part, each in zip(("", "+"), times, strict=True):
                    spent[name + part] += [each] if number >= 0 else []
    report(spent, entries=entries)


def grown(file: Path, entries: int, *, days_ago: int = 0) -> Journal:
    """A journal with so many settled entries, spread over 29 days until then."""
    with closing(Journal(file)) as journal:
        paid(journal, "the first")
    span = KEPT - timedelta(days=1)
    began = datetime.now(UTC) - span - timedelta(days=days_ago)
    values = {
        "entries": entries,
        "began": began.isoformat(" ", timespec="milliseconds")[:23],
        "step": span.total_seconds() / entries,
    }
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(HISTORY, values)
    return Journal(file)


def within_budget(spent: Spent) -> None:
    limits = Limits(per_day=1_000_000_000)
    require_within(limits, spent.wanted, spent=spent, now=datetime.now(UTC))


def paid(journal: Journal, key: str, allows: Allows = allow_all) -> tuple[float, float]:
    """One request that nobody made before: the seconds of its start, and of its end."""
    wish = Wish(ACCOUNT, "execute_tool", MODEL, {"prompt": key, "width": 1024}, 50_000)

    def start() -> None:
        (decision,) = journal.intend([wish], allows=allows)
        assert decision.is_new
        assert decision.entry is not None
        journal.started(decision.entry.id, run_id=key)

    def settle() -> None:
        assert journal.settle(key, account=ACCOUNT, state=State.COMPLETED, charge=45_000)

    return seconds(start), seconds(settle)


def seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def report(spent: dict[str, list[float]], *, entries: int) -> None:
    def ms(side: str) -> str:
        return f"{statistics.median(spent[side]) * 1000:.2f} ms"

    def ratio(side: str, other: str) -> float:
        pairs = zip(spent[side], spent[other], strict=True)
        return statistics.median(one / two for one, two in pairs)

    print(f"a start, the median of {len(spent['bare'])} rounds")
    print(f"  one bare durable commit {ms('bare')}")
    print(f"  an empty journal        {ms('empty')}, settling {ms('empty+')}")
    print(f"  one held to a budget    {ms('budget')}, settling {ms('budget+')}")
    print(f"  {entries:,} entries         {ms('grown')}, settling {ms('grown+')}")
    print(f"  {entries:,} old ones        {ms('old')}, settling {ms('old+')}")
    print(verdict("a start against one bare commit", ratio("empty", "bare"), START))
    print(f"  {'a start held to a budget against one':58} {ratio('budget', 'bare'):6.2f} x")
    print(verdict(f"a start with {entries:,} entries against none", ratio("grown", "empty"), GROWN))
    print(verdict(f"a start with {entries:,} old ones against none", ratio("old", "empty"), GROWN))
    print(verdict("settling with them against none", ratio("grown+", "empty+"), GROWN))


# What is left of old days -----------------------------------------------------------------------


def let_days_go_by(file: Path) -> None:
    """Print how many entries and bytes there are every so often, and whether that is bounded."""
    moment = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
    a_day = SINGLES + BATCHES * OF
    kept = KEPT.days * a_day
    at_first, numbers = 0, count()
    with closing(Journal(file, now=lambda: moment)) as journal:
        print(f"{DAYS} days of {a_day} paid requests, in the journal after")
        for day in range(1, DAYS + 1):
            for wishes in wishes_of_a_day(numbers):
                moment += timedelta(minutes=1)
                pay(journal, wishes)
            moment += timedelta(days=1) - timedelta(minutes=SINGLES + BATCHES)
            rows, size = entries_in(file), size_of(file)
            at_first = size if day == KEPT.days + 2 else at_first
            if day in {1, 10, KEPT.days, KEPT.days + 2, DAYS // 2, DAYS}:
                print(f"  {day:4} days {rows:6,} entries {size / 1000:8,.0f} kB")
        charged = sum(each.charged for each in journal.spent_by_day())
    print(verdict("entries at the end against those of 30 days", rows / kept, ROOM))
    print(verdict("bytes at the end against those after 32 days", size / at_first, ROOM))
    print(f"  the sums still have every charge: {charged == DAYS * a_day * 45_000}")


def wishes_of_a_day(numbers: Iterator[int]) -> Iterator[Sequence[Wish]]:
    for many in [1] * SINGLES + [OF] * BATCHES:
        yield [
            Wish(ACCOUNT, "execute_tool", MODEL, {"prompt": next(numbers)}, 50_000)
            for _ in range(many)
        ]


def pay(journal: Journal, wishes: Sequence[Wish]) -> None:
    for decision in journal.intend(wishes, is_batch=len(wishes) > 1):
        assert decision.entry is not None
        run_id = f"cm{decision.entry.id}-{decision.entry.intended_at:%m%d}"
        journal.started(decision.entry.id, run_id=run_id)
        journal.settle(run_id, account=ACCOUNT, state=State.COMPLETED, charge=45_000)


def entries_in(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        return int(database.execute("SELECT count(*) FROM entries").fetchone()[0])


def size_of(file: Path) -> int:
    """The bytes of the file and of what SQLite keeps next to it."""
    return sum(each.stat().st_size for each in file.parent.glob(f"{file.name}*"))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
