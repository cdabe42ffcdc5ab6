"""Accounts: whose everything is."""

from dataclasses import dataclass

import sqlalchemy as sa

from magica_mcp.local.store.ids import Clock, iso
from magica_mcp.local.store.tables import accounts


@dataclass(frozen=True)
class Account:
    """Whose workflows, runs and credits they are."""

    id: str
    name: str


DEFAULT_ACCOUNT = Account(id="cdefault00000000000000000", name="Local")
"""The account of whoever holds the token of the home."""


_LOCKED = (
    sa.select(accounts.c.id)
    .where(accounts.c.id == sa.bindparam("of_account"))
    .with_for_update(key_share=True)  # rows that refer to the account may still be added
)


@dataclass(frozen=True)
class Accounts:
    """Statements about accounts."""

    connection: sa.Connection
    now: Clock

    def by_id(self, account_id: str) -> Account | None:
        query = sa.select(accounts).where(accounts.c.id == account_id)
        return self._found(query)

    def add(self, account: Account) -> None:
        self.connection.execute(
            sa.insert(accounts).values(id=account.id, name=account.name, created_at=iso(self.now()))
        )

    def lock(self, account_id: str) -> None:
        """Let nobody else change what is summed up for this account until the transaction ends.

        Whoever changes runs, credits or messages does this before, after locking a run if at all:
        so no two transactions wait for each other. SQLite has one writer at a time anyhow.
        """
        if self.connection.dialect.name != "sqlite":
            self.connection.execute(_LOCKED, {"of_account": account_id})

    def _found(self, query: sa.Select[tuple[str, str, str]]) -> Account | None:
        row = self.connection.execute(query).one_or_none()
        return None if row is None else Account(id=row.id, name=row.name)
