"""Opening a database: its version, what it enforces, and that nothing depends on SQLite."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateTable

from magica_mcp.errors import ConfigurationError, LocalMagicaError, StoreTooNewError
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.database import open_database
from magica_mcp.local.store.keys import KeyTerms, StoredKey
from magica_mcp.local.store.migrations import MIGRATIONS
from magica_mcp.local.store.store import Store
from magica_mcp.local.store.tables import accounts, keys, schema_version, tables
from tests.local.postgres import on_sqlite_alone

KEY = StoredKey(id="key_1", prefix="gx_secre", terms=KeyTerms("Laptop"), created_at="now")


def add_a_column(connection: sa.Connection) -> None:
    connection.execute(sa.text("ALTER TABLE accounts ADD COLUMN color TEXT"))


def version_of(engine: sa.Engine) -> int | None:
    with engine.connect() as connection:
        return connection.execute(sa.select(schema_version.c.version)).scalar()


def test_a_database_of_a_newer_version_is_refused(url: str) -> None:
    with open_database(url, migrations=[*MIGRATIONS, add_a_column]):
        pass

    with pytest.raises(StoreTooNewError, match="Upgrade magica-mcp"), open_database(url):
        pass


def test_a_database_of_an_older_version_is_migrated(url: str) -> None:
    with open_database(url):
        pass

    with open_database(url, migrations=[*MIGRATIONS, add_a_column]) as engine:
        columns = {column["name"] for column in sa.inspect(engine).get_columns("accounts")}

    assert "color" in columns


def test_a_migration_runs_once(url: str) -> None:
    newer = [*MIGRATIONS, add_a_column]
    for migrations in (MIGRATIONS, newer, newer):
        with open_database(url, migrations=migrations) as engine:
            version = version_of(engine)

    assert version == 1 + len(newer)


def test_a_failed_migration_leaves_the_database_as_it_was(url: str) -> None:
    def broken(connection: sa.Connection) -> None:
        add_a_column(connection)
        connection.execute(sa.text("SELECT * FROM nowhere"))

    with open_database(url):
        pass
    with pytest.raises(LocalMagicaError), open_database(url, migrations=[*MIGRATIONS, broken]):
        pass

    with open_database(url, migrations=[*MIGRATIONS, add_a_column]) as engine:
        assert version_of(engine) == 2 + len(MIGRATIONS)


def test_a_file_that_is_no_database_is_refused_with_a_next_step(tmp_path: Path) -> None:
    place = tmp_path / "magica.sqlite"
    place.write_text("not a database at all, but long enough to be taken for one" * 20)

    with pytest.raises(LocalMagicaError, match="MAGICA_HOME"), open_database(f"sqlite:///{place}"):
        pass


@pytest.mark.parametrize("url", ["nonsense", "nosuch://host/database"])
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    with (
        pytest.raises(ConfigurationError, match="MAGICA_LOCAL_DATABASE_URL"),
        open_database(url),
    ):
        pass


@on_sqlite_alone
def test_writers_and_readers_do_not_wait_for_each_other(store: Store) -> None:
    with store.engine.connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()

    assert mode == "wal"


def test_a_row_may_not_refer_to_what_does_not_exist(store: Store) -> None:
    statement = sa.insert(keys).values(
        hash="h", account_id="nobody", id="k", label="L", prefix="gx_", created_at="now"
    )

    with pytest.raises(sa.exc.IntegrityError), store.engine.begin() as connection:
        connection.execute(statement)


def test_a_transaction_that_fails_leaves_nothing_behind(store: Store) -> None:
    def fail_in_the_middle() -> None:
        with store.writing() as tx:
            tx.accounts.add(Account(id="x", name="X"))
            raise KeyError

    with pytest.raises(KeyError):
        fail_in_the_middle()

    with store.reading() as tx:
        assert tx.accounts.by_id("x") is None


@pytest.mark.parametrize("table", tables.sorted_tables, ids=lambda table: table.name)
def test_each_table_can_be_made_on_postgresql_too(table: sa.Table) -> None:
    dialect = make_url("postgresql+psycopg://").get_dialect()()

    statement = str(CreateTable(table).compile(dialect=dialect))

    assert statement.strip().startswith(f"CREATE TABLE {table.name}")


def test_an_account_is_found_by_its_key(store: Store, owner: Account) -> None:
    with store.writing() as tx:
        tx.keys.add(owner.id, KEY, secret="gx_secret")

    with store.reading() as tx:
        assert tx.keys.by_secret("gx_secret") == (owner, KEY)


def test_no_key_is_kept_as_it_is(store: Store, owner: Account) -> None:
    with store.writing() as tx:
        tx.keys.add(owner.id, KEY, secret="gx_secret")

    with store.engine.connect() as connection:
        kept = connection.execute(sa.select(keys.c.hash)).scalar()
    assert "secret" not in str(kept)


def test_a_secret_is_made_once(store: Store) -> None:
    with store.writing() as tx:
        first = tx.secrets.get_or_make("token", make=lambda: "first")
        second = tx.secrets.get_or_make("token", make=lambda: "second")

    assert (first, second) == ("first", "first")


def test_accounts_have_a_time_of_birth(store: Store, owner: Account) -> None:
    with store.engine.connect() as connection:
        born = connection.execute(sa.select(accounts.c.created_at)).scalar()

    assert str(born).endswith("Z")
