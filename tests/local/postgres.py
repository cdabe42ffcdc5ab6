"""A PostgreSQL database for whoever asks, where MAGICA_TEST_POSTGRES_URL names a server.

Such as postgresql+psycopg://magica@127.0.0.1:5432/postgres; whoever it names may create databases.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

SERVER = os.environ.get("MAGICA_TEST_POSTGRES_URL", "")
needs_postgres = pytest.mark.skipif(not SERVER, reason="MAGICA_TEST_POSTGRES_URL is not set")

on_sqlite_alone = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""For what only SQLite has: its own settings, or stores of versions that knew nothing else."""


@contextmanager
def new_database() -> Iterator[str]:
    """The URL of an empty database, which is removed in the end."""
    name = f"magica_{uuid.uuid4().hex}"
    server = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield sa.make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        server.dispose()


@contextmanager
def new_schema(database: str) -> Iterator[str]:
    """The URL of an empty schema of a database, which is made much faster than a database."""
    name = f"magica_{uuid.uuid4().hex}"
    engine = sa.create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    try:
        there = sa.make_url(database).update_query_dict({"options": f"-csearch_path={name}"})
        yield there.render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
        engine.dispose()
