"""The store as a whole: short transactions, each with the statements of every table."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

import sqlalchemy as sa

from magica_mcp.local.store.accounts import Accounts
from magica_mcp.local.store.bell import Bell
from magica_mcp.local.store.database import open_database, transaction
from magica_mcp.local.store.files import Files
from magica_mcp.local.store.ids import Clock, now
from magica_mcp.local.store.keys import Keys
from magica_mcp.local.store.ledger import Ledger
from magica_mcp.local.store.messages import Messages
from magica_mcp.local.store.node_runs import NodeRuns
from magica_mcp.local.store.processes import Processes
from magica_mcp.local.store.runs import Runs
from magica_mcp.local.store.secrets import Secrets
from magica_mcp.local.store.workflows import Workflows


class Statements:
    """Everything that can be said to the database within one transaction."""

    def __init__(self, connection: sa.Connection, *, now: Clock) -> None:
        self.secrets = Secrets(connection)
        self.accounts = Accounts(connection, now)
        self.keys = Keys(connection, now)
        self.ledger = Ledger(connection, now)
        self.workflows = Workflows(connection, now)
        self.runs = Runs(connection, now)
        self.node_runs = NodeRuns(connection, now)
        self.files = Files(connection, now)
        self.processes = Processes(connection)
        self.messages = Messages(connection, now)


@dataclass(frozen=True)
class Store:
    """A database of this version. Do nothing slow and nothing foreign inside a transaction."""

    engine: sa.Engine
    now: Clock = now
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    """Whose turn it is to write: SQLite has one writer at a time, and lets others doze and ask."""
    bell: Bell = field(default_factory=Bell, repr=False, compare=False)
    """Rung when a transaction that queued webhook messages is over."""

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """A transaction that changes nothing and sees one state of everything."""
        with transaction(self.engine, writes=False) as connection:
            yield Statements(connection, now=self.now)

    @contextmanager
    def writing(self) -> Iterator[Statements]:
        """A transaction that may change things: all of it happens, or nothing."""
        turn = self.turn if self.engine.dialect.name == "sqlite" else nullcontext()
        with turn, transaction(self.engine, writes=True) as connection:
            tx = Statements(connection, now=self.now)
            yield tx
        if tx.messages.queued:
            self.bell.ring()


@contextmanager
def open_store(url: str | sa.URL, *, now: Clock = now) -> Iterator[Store]:
    """The store at a SQLAlchemy URL.

    Raises:
        StoreTooNewError: a newer version of this program wrote it.
    """
    with open_database(url) as engine:
        yield Store(engine, now=now)
