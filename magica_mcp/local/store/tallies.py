"""How many runs there are of each workflow and status, and how many webhook messages.

Kept by the database itself, so that a list says how long it is without walking through a history.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from magica_mcp.local.store.tables import run_tallies

_MORE = """
    INSERT INTO run_tallies (account_id, kind, workflow_id, status, total)
        VALUES (NEW.account_id, NEW.kind, NEW.workflow_id, NEW.status, 1)
        ON CONFLICT (account_id, kind, workflow_id, status)
        DO UPDATE SET total = run_tallies.total + 1;
"""
_LESS = """
    UPDATE run_tallies SET total = total - 1
        WHERE account_id = OLD.account_id AND kind = OLD.kind
        AND workflow_id = OLD.workflow_id AND status = OLD.status;
"""
# First the status of before, then that of after: runs only move forward, so that transactions that
# change the same two tallies come to them in the same order.
_MOVED = _LESS + _MORE
_MESSAGE = """
    INSERT INTO message_counts (account_id, total) VALUES (NEW.account_id, 1)
        ON CONFLICT (account_id) DO UPDATE SET total = message_counts.total + 1;
"""

_NEW_RUN = "CREATE TRIGGER runs_are_tallied AFTER INSERT ON runs"
_CHANGED_RUN = (
    "CREATE TRIGGER runs_are_tallied_anew AFTER UPDATE OF status ON runs FOR EACH ROW "
    "WHEN (OLD.status <> NEW.status)"
)
_NEW_MESSAGE = "CREATE TRIGGER messages_are_counted AFTER INSERT ON messages"


def _function(name: str, body: str) -> str:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {body} RETURN NEW; END $$"
    )


TALLYING: Mapping[str, Sequence[str]] = {
    "sqlite": (
        f"{_NEW_RUN} BEGIN {_MORE} END",
        f"{_CHANGED_RUN} BEGIN {_MOVED} END",
        f"{_NEW_MESSAGE} BEGIN {_MESSAGE} END",
    ),
    "postgresql": (
        _function("tally_run", _MORE),
        _function("tally_run_anew", _MOVED),
        _function("count_message", _MESSAGE),
        f"{_NEW_RUN} FOR EACH ROW EXECUTE FUNCTION tally_run()",
        f"{_CHANGED_RUN} EXECUTE FUNCTION tally_run_anew()",
        f"{_NEW_MESSAGE} FOR EACH ROW EXECUTE FUNCTION count_message()",
    ),
}
"""The triggers, by the name of the kind of database."""


def total_of_runs(
    account_id: str, *, kind: str | None, workflow_id: str | None, status: str | None
) -> sa.Select[int]:
    """How many runs of an account are like this; None means any."""
    asked = {"kind": kind, "workflow_id": workflow_id, "status": status}
    conditions = [run_tallies.c[name] == value for name, value in asked.items() if value]
    total = sa.func.coalesce(sa.func.sum(run_tallies.c.total), 0)
    return sa.select(sa.cast(total, sa.Integer)).where(
        run_tallies.c.account_id == account_id, *conditions
    )


_TABLES = (
    """
    CREATE TABLE run_tallies (
        account_id TEXT NOT NULL REFERENCES accounts (id),
        kind TEXT NOT NULL,
        workflow_id TEXT NOT NULL,
        status TEXT NOT NULL,
        total BIGINT NOT NULL,
        PRIMARY KEY (account_id, kind, workflow_id, status)
    )
    """,
    """
    CREATE TABLE message_counts (
        account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
        total BIGINT NOT NULL
    )
    """,
    """
    INSERT INTO run_tallies (account_id, kind, workflow_id, status, total)
        SELECT account_id, kind, workflow_id, status, COUNT(*) FROM runs
        GROUP BY account_id, kind, workflow_id, status
    """,
    """
    INSERT INTO message_counts (account_id, total)
        SELECT account_id, COUNT(*) FROM messages GROUP BY account_id
    """,
)
_INDEXES = (
    "DROP INDEX runs_of_account",
    "CREATE INDEX runs_of_account ON runs (account_id, kind, created_at, id, name)",
    "CREATE INDEX runs_of_workflow ON runs (account_id, kind, workflow_id, created_at, id)",
    "CREATE INDEX runs_of_status ON runs (account_id, kind, status, created_at, id)",
    "CREATE INDEX files_in_order ON files (account_id, position)",
)


def add_tallies(connection: sa.Connection) -> None:
    """The migration of stores that counted what they listed, and listed without these indexes."""
    triggers = TALLYING.get(connection.dialect.name, ())
    for statement in (*_TABLES, *_INDEXES, *triggers):
        connection.exec_driver_sql(statement)
