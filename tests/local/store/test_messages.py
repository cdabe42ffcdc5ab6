"""What the store enforces of webhook messages, and that a migrated store has them too."""

import pytest
import sqlalchemy as sa

from magica_mcp.local.store.bell import Bell
from magica_mcp.local.store.messages import add_messages
from magica_mcp.local.store.store import Store
from magica_mcp.local.store.tables import attempts, messages


@pytest.mark.parametrize("table", [messages, attempts], ids=lambda table: table.name)
def test_a_migrated_store_has_the_columns_of_a_new_one(store: Store, table: sa.Table) -> None:
    with store.engine.begin() as connection:
        for each in (attempts, messages):
            each.drop(connection)
        add_messages(connection)
        columns = sa.inspect(connection).get_columns(table.name)

    told = [(column["name"], column["nullable"]) for column in columns]
    assert told == [(column.name, column.nullable) for column in table.columns]


def test_a_bell_is_heard_by_who_listens_and_by_nobody_afterwards() -> None:
    bell, heard = Bell(), []
    bell.ring()
    with bell.heard_by(lambda: heard.append("ring")):
        bell.ring()
    bell.ring()

    assert heard == ["ring"]


def test_a_transaction_that_queues_nothing_rings_no_bell(store: Store) -> None:
    heard: list[str] = []
    with store.bell.heard_by(lambda: heard.append("ring")), store.writing() as tx:
        tx.secrets.get_or_make("x", make=lambda: "y")

    assert heard == []
