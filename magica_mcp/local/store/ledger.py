"""The ledger of credits: it is only ever appended to, and what may be spent is its sum."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from magica_mcp.local.credits import Entry, signed
from magica_mcp.local.store.ids import Clock, iso
from magica_mcp.local.store.tables import ledger


@dataclass(frozen=True)
class Ledger:
    """Statements about the ledger; amounts are whole microcredits and never negative."""

    connection: sa.Connection
    now: Clock

    def available(self, account_id: str) -> int:
        """What the account may spend: all it was given, less what is charged or reserved."""
        query = sa.select(sa.func.coalesce(sa.func.sum(ledger.c.microcredits), 0))
        return int(
            self.connection.execute(query.where(ledger.c.account_id == account_id)).scalar_one()
        )

    def grant(self, account_id: str, *, microcredits: int) -> None:
        self._append(account_id, None, None, Entry.GRANT, microcredits)

    def reserve(self, account_id: str, *, run_id: str, prices: Mapping[str, int]) -> None:
        """Set the price of each node of a run aside."""
        for node_id, price in prices.items():
            self._append(account_id, run_id, node_id, Entry.RESERVE, price)

    def reserved(self, run_id: str, node_id: str) -> int:
        """What is set aside for a node and not yet given back."""
        query = sa.select(sa.func.coalesce(-sa.func.sum(ledger.c.microcredits), 0)).where(
            ledger.c.run_id == run_id,
            ledger.c.node_id == node_id,
            ledger.c.entry.in_((Entry.RESERVE, Entry.RELEASE)),
        )
        return int(self.connection.execute(query).scalar_one())

    def release(self, account_id: str, *, run_id: str, node_id: str, microcredits: int) -> None:
        self._append(account_id, run_id, node_id, Entry.RELEASE, microcredits)

    def charge(self, account_id: str, *, run_id: str, node_id: str, microcredits: int) -> None:
        self._append(account_id, run_id, node_id, Entry.CHARGE, microcredits)

    def _append(
        self,
        account_id: str,
        run_id: str | None,
        node_id: str | None,
        entry: Entry,
        microcredits: int,
    ) -> None:
        self.connection.execute(
            sa.insert(ledger).values(
                account_id=account_id,
                run_id=run_id,
                node_id=node_id,
                entry=entry.value,
                microcredits=signed(entry, microcredits),
                created_at=iso(self.now()),
            )
        )
