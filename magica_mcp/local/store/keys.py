"""Keys and the terms on which they speak for an account; only their hashes are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.ids import Clock, iso, key_hash
from magica_mcp.local.store.tables import accounts, keys


@dataclass(frozen=True)
class KeyTerms:
    """What is agreed about a key (magica-contract 1.2); None is no agreement."""

    label: str
    per_minute: int | None = None
    """Requests per minute."""
    per_day: int | None = None
    """Requests per day."""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class StoredKey:
    """A key as it may be shown: by its beginning."""

    id: str
    prefix: str
    terms: KeyTerms
    created_at: str

    def is_expired(self, now: datetime) -> bool:
        return self.terms.expires_at is not None and self.terms.expires_at <= now


@dataclass(frozen=True)
class Keys:
    """Statements about keys."""

    connection: sa.Connection
    now: Clock

    def by_secret(self, secret: str) -> tuple[Account, StoredKey] | None:
        """Whom a key speaks for, expired or not."""
        owner = sa.select(keys, accounts.c.name).join(accounts)
        row = self.connection.execute(owner.where(keys.c.hash == key_hash(secret))).one_or_none()
        return None if row is None else (Account(id=row.account_id, name=row.name), _key(row))

    def of_account(self, account_id: str) -> tuple[StoredKey, ...]:
        """The oldest first."""
        query = sa.select(keys).where(keys.c.account_id == account_id)
        rows = self.connection.execute(query.order_by(keys.c.created_at, keys.c.id))
        return tuple(map(_key, rows))

    def add(self, account_id: str, stored: StoredKey, *, secret: str) -> None:
        expires = stored.terms.expires_at
        self.connection.execute(
            sa.insert(keys).values(
                hash=key_hash(secret),
                account_id=account_id,
                id=stored.id,
                label=stored.terms.label,
                prefix=stored.prefix,
                per_minute=stored.terms.per_minute,
                per_day=stored.terms.per_day,
                expires_at=iso(expires) if expires else None,
                created_at=stored.created_at,
            )
        )

    def remove(self, account_id: str, key_id: str) -> None:
        """From the end of this transaction on it speaks for nobody."""
        owned = keys.c.account_id == account_id
        self.connection.execute(sa.delete(keys).where(owned, keys.c.id == key_id))


def _key(row: sa.Row[Any]) -> StoredKey:
    expires = datetime.fromisoformat(row.expires_at) if row.expires_at else None
    terms = KeyTerms(row.label, row.per_minute, row.per_day, expires)
    return StoredKey(id=row.id, prefix=row.prefix, terms=terms, created_at=row.created_at)


def add_terms(connection: sa.Connection) -> None:
    """The migration of keys that were kept without terms."""
    for column in (
        "id TEXT NOT NULL DEFAULT ''",
        "label TEXT NOT NULL DEFAULT ''",
        "prefix TEXT NOT NULL DEFAULT ''",
        "per_minute INTEGER CHECK (per_minute BETWEEN 1 AND 10000)",
        "per_day INTEGER CHECK (per_day BETWEEN 1 AND 100000)",
        "expires_at TEXT",
    ):
        connection.exec_driver_sql(f"ALTER TABLE keys ADD COLUMN {column}")
    connection.exec_driver_sql(
        "UPDATE keys SET id = substr(hash, 1, 25), prefix = 'gx_', "
        "label = 'Key ' || substr(hash, 1, 8)"
    )
    connection.exec_driver_sql("CREATE UNIQUE INDEX one_key_of_an_id ON keys (id)")
    connection.exec_driver_sql("CREATE UNIQUE INDEX one_key_of_a_label ON keys (account_id, label)")
