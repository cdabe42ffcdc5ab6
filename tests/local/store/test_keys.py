"""Keys as they are kept, and how older ones came to have terms."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from magica_mcp.local.keyring import Keyring
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.ids import key_hash
from magica_mcp.local.store.keys import KeyTerms, add_terms
from magica_mcp.local.store.store import Store
from magica_mcp.local.store.tables import keys
from tests.local.postgres import on_sqlite_alone

A_SECOND = timedelta(seconds=1)

OLD_TABLE = """
    CREATE TABLE keys (
        hash TEXT NOT NULL PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES accounts (id),
        created_at TEXT NOT NULL
    )
"""


def give_up_terms(connection: sa.Connection, *, secrets: list[str], owner: Account) -> None:
    """The table as it was, with some keys in it."""
    keys.drop(connection)
    connection.exec_driver_sql(OLD_TABLE)
    for secret in secrets:
        connection.exec_driver_sql(
            "INSERT INTO keys VALUES (?, ?, 'then')", (key_hash(secret), owner.id)
        )


@on_sqlite_alone
def test_an_older_key_speaks_on_without_limits(store: Store, owner: Account) -> None:
    with store.engine.begin() as connection:
        give_up_terms(connection, secrets=["gx_one", "gx_two"], owner=owner)
        add_terms(connection)

    with store.reading() as tx:
        found = tx.keys.by_secret("gx_one")

    assert found is not None
    assert found[0] == owner
    assert found[1].terms == KeyTerms(f"Key {key_hash('gx_one')[:8]}")


def test_an_expired_key_speaks_for_nobody(store: Store, owner: Account) -> None:
    end = datetime(2030, 1, 1, tzinfo=UTC)
    before, after = (replace(store, now=lambda: end - A_SECOND), replace(store, now=lambda: end))

    key = Keyring(before).create_key(owner, KeyTerms("Short", expires_at=end)).key

    assert Keyring(before).recognized(key) is not None
    assert Keyring(after).recognized(key) is None


def test_an_expired_key_can_still_be_revoked(store: Store, owner: Account) -> None:
    end = datetime(2030, 1, 1, tzinfo=UTC)
    made = Keyring(store).create_key(owner, KeyTerms("Short", expires_at=end))

    Keyring(replace(store, now=lambda: end + A_SECOND)).revoke_key(owner, made.stored.id)

    assert Keyring(store).list_keys(owner) == ()


def test_a_migrated_table_has_the_columns_of_a_new_one(store: Store, owner: Account) -> None:
    with store.engine.begin() as connection:
        before = {column["name"] for column in sa.inspect(connection).get_columns("keys")}
        give_up_terms(connection, secrets=[], owner=owner)
        add_terms(connection)
        after = {column["name"] for column in sa.inspect(connection).get_columns("keys")}
        indexes = {index["name"] for index in sa.inspect(connection).get_indexes("keys")}

    assert after == before
    assert indexes == {"one_key_of_an_id", "one_key_of_a_label"}
