"""How the database is opened; whatever is special about SQLite is in here and nowhere else."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from magica_mcp.errors import ConfigurationError, LocalMagicaError
from magica_mcp.local.store.enforced import enforce
from magica_mcp.local.store.migrations import MIGRATIONS, Migration, bring_up_to_date
from magica_mcp.local.store.processes import Processes

CONNECT_SECONDS = 10
"""How long a server is waited for that does not answer; afterwards it is one error more."""

_BUSY_MILLISECONDS = 30_000

_PRAGMAS = (
    f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}",
    "PRAGMA journal_mode = WAL",
    # Commits outlive the end of the process; after a power cut the last ones may be missing, whole.
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)


@contextmanager
def open_database(
    url: str | sa.URL, *, migrations: Sequence[Migration] = MIGRATIONS
) -> Iterator[sa.Engine]:
    """The database at a SQLAlchemy URL, with the tables of this version.

    Raises:
        ConfigurationError: the URL cannot be read.
        LocalMagicaError: the database cannot be opened.
        StoreTooNewError: a newer version of this program wrote it.
    """
    engine = _engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine.pool, "connect", _prepare)
    try:
        with _foreign_errors_as_ours(), transaction(engine, writes=True) as connection:
            Processes(connection).take_turns()
            if bring_up_to_date(connection, migrations=migrations):
                enforce(connection)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def transaction(engine: sa.Engine, *, writes: bool) -> Iterator[sa.Connection]:
    """All that is said within happens, or nothing of it.

    One that writes takes the lock of SQLite at once, so that what it read cannot change before.
    """
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "sqlite":
            # To the driver itself: with a listener to "begin" every statement looks for listeners.
            _begin(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")
        yield connection


def _begin(connection: sa.Connection, statement: str) -> None:
    try:
        connection.connection.cursor().execute(statement)
    except sqlite3.OperationalError as error:
        raise sa.exc.OperationalError(statement, None, error) from error


def url_in(folder: Path, database_url: str | None) -> str | sa.URL:
    """The database that is asked for, or a file in this folder."""
    return database_url or sa.URL.create("sqlite", database=str(folder / "magica.sqlite"))


def is_shared(database_url: str | None) -> bool:
    """Whether several processes may have the database open, rather than one of this machine."""
    return bool(database_url) and not str(database_url).startswith("sqlite")


def _engine(url: str | sa.URL) -> sa.Engine:
    try:
        made = sa.make_url(url)
        if made.get_backend_name() == "sqlite":
            return sa.create_engine(made, pool_size=20)
        # Shared by machines: few connections each, and none trusted that has long been idle.
        return sa.create_engine(
            made,
            pool_size=10,
            max_overflow=20,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_SECONDS},
        )
    except (sa.exc.ArgumentError, ImportError) as error:
        raise ConfigurationError(
            "MAGICA_LOCAL_DATABASE_URL does not name a database that can be used here. Write it as "
            "sqlite:////folder/file or postgresql+psycopg://user:password@host/database."
        ) from error


@contextmanager
def _foreign_errors_as_ours() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise LocalMagicaError(
            f"The database of local Magica cannot be opened: {error.orig}. Mend what this says, or "
            "name another with MAGICA_HOME or MAGICA_LOCAL_DATABASE_URL."
        ) from error


def tune(connection: sqlite3.Connection) -> None:
    """Let readers and the writer of a file not wait for each other, nor commits for the disk."""
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # they begin where `transaction` says
    tune(connection)
