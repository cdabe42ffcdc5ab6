"""What the database itself enforces and sums up, as triggers of each kind of database.

The ledger is only ever appended to. Balances and numbers of runs are kept by the database, so that
no answer walks through a history that grows.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from magica_mcp.local.store.tallies import TALLYING

_REFUSAL = "the ledger is only ever appended to"
_VERBS = ("UPDATE", "DELETE")

_MOVE_BALANCE = """
    INSERT INTO balances (account_id, microcredits) VALUES (NEW.account_id, 0)
        ON CONFLICT (account_id) DO NOTHING;
    UPDATE balances SET microcredits = microcredits + NEW.microcredits
        WHERE account_id = NEW.account_id;
"""
_COUNT_RUN = """
    INSERT INTO run_counts (account_id, kind, total) VALUES (NEW.account_id, NEW.kind, 1)
        ON CONFLICT (account_id, kind) DO UPDATE SET total = run_counts.total + 1;
"""

_ON_SQLITE = (
    *(
        f"CREATE TRIGGER ledger_refuses_{verb.lower()} BEFORE {verb} ON ledger "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for verb in _VERBS
    ),
    f"CREATE TRIGGER ledger_moves_balance AFTER INSERT ON ledger BEGIN {_MOVE_BALANCE} END",
    f"CREATE TRIGGER runs_are_counted AFTER INSERT ON runs BEGIN {_COUNT_RUN} END",
)


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _trigger(name: str, moment: str, *, each: str, calls: str) -> str:
    return f"CREATE TRIGGER {name} {moment} FOR EACH {each} EXECUTE FUNCTION {calls}()"


_ON_POSTGRESQL = (
    _function("refuse_ledger_change", f"RAISE EXCEPTION '{_REFUSAL}';"),
    *(
        _trigger(
            f"ledger_refuses_{verb.lower()}",
            f"BEFORE {verb} ON ledger",
            each="STATEMENT",
            calls="refuse_ledger_change",
        )
        for verb in (*_VERBS, "TRUNCATE")
    ),
    _function("move_balance", f"{_MOVE_BALANCE} RETURN NEW;"),
    _trigger("ledger_moves_balance", "AFTER INSERT ON ledger", each="ROW", calls="move_balance"),
    _function("count_run", f"{_COUNT_RUN} RETURN NEW;"),
    _trigger("runs_are_counted", "AFTER INSERT ON runs", each="ROW", calls="count_run"),
)

TRIGGERS: Mapping[str, Sequence[str]] = {"sqlite": _ON_SQLITE, "postgresql": _ON_POSTGRESQL}
"""What a new database is given once its tables exist, by the name of its kind."""


def enforce(connection: sa.Connection) -> None:
    kind = connection.dialect.name
    for statement in (*TRIGGERS.get(kind, ()), *TALLYING.get(kind, ())):
        connection.exec_driver_sql(statement)


_SUMS = (
    """
    CREATE TABLE balances (
        account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
        microcredits BIGINT NOT NULL,
        CONSTRAINT nothing_is_overdrawn CHECK (microcredits >= 0)
    )
    """,
    """
    CREATE TABLE run_counts (
        account_id TEXT NOT NULL REFERENCES accounts (id),
        kind TEXT NOT NULL,
        total BIGINT NOT NULL,
        PRIMARY KEY (account_id, kind)
    )
    """,
    """
    INSERT INTO balances (account_id, microcredits)
        SELECT account_id, SUM(microcredits) FROM ledger GROUP BY account_id
    """,
    """
    INSERT INTO run_counts (account_id, kind, total)
        SELECT account_id, kind, COUNT(*) FROM runs GROUP BY account_id, kind
    """,
    "DROP INDEX runs_of_account",
    "CREATE INDEX runs_of_account ON runs (account_id, kind, created_at, id)",
    _ON_SQLITE[2],
    _ON_SQLITE[3],
)


def add_sums(connection: sa.Connection) -> None:
    """From version 1 to 2: balances and numbers of runs are kept. Only SQLite had a version 1."""
    for statement in _SUMS:
        connection.exec_driver_sql(statement)
