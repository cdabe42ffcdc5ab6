"""A journal that an earlier version has written keeps its runs and its money."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from magica_mcp.errors import JournalError
from magica_mcp.spend.entries import DaySpend, State
from magica_mcp.spend.journal import Journal
from magica_mcp.spend.schema import IS_OPEN, VERSION, migrate
from magica_mcp.spend.wishes import Wish, request_key

NOW = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
WISH = Wish("acc", "execute_tool", "flux_2_pro", {"prompt": "a fox"}, 5_000)

FIRST = """
    CREATE TABLE entries (
        id INTEGER PRIMARY KEY, request TEXT NOT NULL, tool TEXT NOT NULL, what TEXT NOT NULL,
        estimate INTEGER, run_id TEXT, charge INTEGER, refused INTEGER NOT NULL DEFAULT 0,
        intended_at TEXT NOT NULL
    );
    CREATE INDEX entries_by_request ON entries (request, id);
    CREATE UNIQUE INDEX entries_by_run ON entries (run_id);
    INSERT INTO entries VALUES
        (1, 'r1', 'start_run',    'wf_1',       7000, 'cm1', 9000, 0, '2026-11-04T10:00:00+00:00'),
        (2, 'r2', 'execute_tool', 'flux_2_pro', 5000, 'cm2', NULL, 0, '2026-11-05T11:00:00+00:00'),
        (3, 'r3', 'execute_tool', 'flux_2_pro', 5000, NULL,  NULL, 1, '2026-11-05T11:10:00+00:00'),
        (4, 'r4', 'execute_tool', 'flux_2_pro', NULL, NULL,  NULL, 0, '2026-11-05T11:20:00+00:00');
"""


SECOND = """
    CREATE TABLE entries (
        id INTEGER PRIMARY KEY, account TEXT NOT NULL, request TEXT NOT NULL, tool TEXT NOT NULL,
        what TEXT NOT NULL, estimate INTEGER, charge INTEGER, run_id TEXT, state TEXT NOT NULL,
        intended_at TEXT NOT NULL, seen_at TEXT, finished_at TEXT, repeats INTEGER, batch TEXT,
        approval TEXT, holder TEXT
    );
    CREATE INDEX entries_by_request ON entries (request, id);
    CREATE UNIQUE INDEX entries_by_run ON entries (run_id, account) WHERE run_id IS NOT NULL;
    CREATE INDEX entries_open ON entries (account, intended_at, estimate)
        WHERE state IN ('PLANNED', 'SENT', 'UNKNOWN', 'STARTED');
    CREATE INDEX entries_by_time ON entries (intended_at);
    CREATE INDEX entries_by_approval ON entries (approval) WHERE approval IS NOT NULL;
    CREATE TABLE days (
        account TEXT NOT NULL, day TEXT NOT NULL, tool TEXT NOT NULL, what TEXT NOT NULL,
        runs INTEGER NOT NULL DEFAULT 0, estimated INTEGER NOT NULL DEFAULT 0,
        settled INTEGER NOT NULL DEFAULT 0, charged INTEGER NOT NULL DEFAULT 0,
        above INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (account, day, tool, what)
    ) WITHOUT ROWID;
    CREATE TABLE approvals (
        sealed TEXT PRIMARY KEY, account TEXT NOT NULL, job TEXT NOT NULL, price INTEGER,
        shown_at TEXT NOT NULL
    ) WITHOUT ROWID;
    INSERT INTO entries (account, request, tool, what, estimate, state, intended_at) VALUES
        ('acc', 'r1', 'execute_tool', 'flux_2_pro', 5000, 'REFUSED', '2026-11-05T11:00:00+00:00'),
        ('acc', 'r2', 'execute_tool', 'flux_2_pro', 3000, 'UNKNOWN', '2026-11-05T11:10:00+00:00');
    INSERT INTO days (account, day, tool, what, runs, estimated, settled, charged, above)
        VALUES ('acc', '2026-11-05', 'execute_tool', 'flux_2_pro', 1, 5000, 1, 9000, 4000);
    PRAGMA user_version = 1;
"""


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A file as the first version left it: a settled run, an open, a refused and an unknown one."""
    file = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(FIRST)
    return file


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """A file of the version that did not date refusals: a refused request and an unknown one."""
    file = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(SECOND)
    return file


@pytest.mark.parametrize(
    ("entry_id", "state", "run_id", "estimate", "charge"),
    [
        (1, State.COMPLETED, "cm1", 7_000, 9_000),
        (2, State.STARTED, "cm2", 5_000, None),
        (3, State.REFUSED, None, 5_000, None),
        (4, State.UNKNOWN, None, None, None),
    ],
)
def test_every_entry_of_the_first_version_is_still_there(
    first: Path,
    entry_id: int,
    state: State,
    run_id: str | None,
    estimate: int | None,
    charge: int | None,
) -> None:
    with closing(Journal(first, now=lambda: NOW)) as journal:
        entry = journal.entry(entry_id)

    assert entry is not None
    assert (entry.state, entry.run_id) == (state, run_id)
    assert (entry.estimate, entry.charge) == (estimate, charge)


def test_the_money_of_the_first_version_is_in_the_sums(first: Path) -> None:
    with closing(Journal(first, now=lambda: NOW)) as journal:
        days = journal.spent_by_day()

    assert days == (
        DaySpend("", date(2026, 11, 5), "execute_tool", "flux_2_pro", 1, 5_000, 0, 0, 0),
        DaySpend("", date(2026, 11, 4), "start_run", "wf_1", 1, 7_000, 1, 9_000, 2_000),
    )


def test_a_journal_of_the_first_version_takes_new_entries(first: Path) -> None:
    with closing(Journal(first, now=lambda: NOW)) as journal:
        (decision,) = journal.intend([WISH])
        assert decision.entry is not None
        journal.started(decision.entry.id, run_id="cm5")

        assert decision.entry.id == 5
        assert journal.of_run("cm5", account="acc") is not None


def test_only_what_is_open_in_the_second_version_is_reserved(second: Path) -> None:
    with closing(Journal(second, now=lambda: NOW)) as journal:
        spent = journal.spent("acc")
        journal.intend([WISH])

        assert spent.reserved == 3_000
        assert journal.spent_by_day(account="acc")[0].above == 4_000
        assert journal.spent("acc").reserved == 8_000


def test_a_migrated_journal_is_not_migrated_again(first: Path) -> None:
    for _ in range(2):
        with closing(Journal(first, now=lambda: NOW)) as journal:
            assert len(journal.spent_by_day()) == 2
    with closing(sqlite3.connect(first)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_migration_that_fails_leaves_the_file_as_it_was(first: Path) -> None:
    with closing(sqlite3.connect(first, isolation_level=None)) as database:
        database.execute("CREATE TABLE days (is_in_the_way TEXT)")
        before = list(database.iterdump())

        with pytest.raises(sqlite3.OperationalError, match="days"):
            migrate(database)

        assert list(database.iterdump()) == before


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")

    with pytest.raises(JournalError, match="newer version of magica-mcp"):
        Journal(file).intend([WISH])


def test_two_that_open_an_old_file_at_once_migrate_it_once(first: Path) -> None:
    with (
        closing(sqlite3.connect(first, isolation_level=None)) as one,
        closing(sqlite3.connect(first, isolation_level=None)) as two,
    ):
        migrate(one)
        migrate(two)

        assert two.execute("SELECT count(*) FROM entries").fetchone() == (4,)


def test_the_indices_serve_what_every_start_asks(tmp_path: Path) -> None:
    """Otherwise a long journal would be read from one end to the other."""
    key = request_key("acc", "execute_tool", {"prompt": "a fox"})
    asked = {
        f"SELECT * FROM entries WHERE request = '{key}' ORDER BY id DESC": "entries_by_request",
        "SELECT * FROM entries WHERE run_id = 'cm1' AND account = 'acc'": "entries_by_run",
        f"SELECT sum(estimate) FROM entries WHERE {IS_OPEN} AND account = 'acc'"
        " AND intended_at > '2026'": "entries_open",
    }
    file = tmp_path / "journal.sqlite"
    with closing(Journal(file, now=lambda: NOW - timedelta(days=1))) as journal:
        journal.intend([WISH])
    with closing(sqlite3.connect(file)) as database:
        for query, index in asked.items():
            plan = database.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
            assert index in plan[0][3], plan
