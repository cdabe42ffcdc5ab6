"""Secrets of this home, by name: made once and the same from then on."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from magica_mcp.local.store.tables import secrets


@dataclass(frozen=True)
class Secrets:
    """Statements about secrets."""

    connection: sa.Connection

    def get_or_make(self, name: str, *, make: Callable[[], str]) -> str:
        query = sa.select(secrets.c.value).where(secrets.c.name == name)
        known = self.connection.execute(query).scalar()
        if known is not None:
            return str(known)
        made = make()
        self.connection.execute(sa.insert(secrets).values(name=name, value=made))
        return made
