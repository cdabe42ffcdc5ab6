"""The ledger of credits: it is only ever appended to, and what may be spent is its sum."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from magica_mcp.local.credits import Entry, signed
from magica_mcp.local.store.ids import Clock, iso
from magica_mcp.local.store.tables import balances, ledger

NOTHING: Mapping[str, int] = {}

# Built once, as in `runs`.
_BALANCE = sa.select(balances.c.microcredits).where(
    balances.c.account_id == sa.bindparam("of_account")
)
_APPENDING = sa.insert(ledger)
_LOCKED = _BALANCE.with_for_update(key_share=True)
_RESERVED = (
    sa.select(ledger.c.node_id, -sa.func.sum(ledger.c.microcredits))
    .where(
        ledger.c.run_id == sa.bindparam("of_run"),
        ledger.c.entry.in_((Entry.RESERVE, Entry.RELEASE)),
    )
    .group_by(ledger.c.node_id)
)


@dataclass(frozen=True)
class Ledger:
    """Statements about the ledger; amounts are whole microcredits and never negative."""

    connection: sa.Connection
    now: Clock

    def available(self, account_id: str) -> int:
        """What the account may spend: all it was given, less what is charged or reserved."""
        return self.connection.execute(_BALANCE, {"of_account": account_id}).scalar() or 0

    def locked(self, account_id: str) -> int:
        """What may be spent, which nobody else changes until the transaction ends."""
        return self.connection.execute(_LOCKED, {"of_account": account_id}).scalar() or 0

    def grant(self, account_id: str, *, microcredits: int) -> None:
        self._append(account_id, None, {Entry.GRANT: {None: microcredits}})

    def reserve(self, account_id: str, *, run_id: str, prices: Mapping[str, int]) -> None:
        """Set the price of each node of a run aside."""
        self._append(account_id, run_id, {Entry.RESERVE: prices})

    def reserved(self, run_id: str) -> dict[str, int]:
        """What is set aside for the nodes of a run and not yet given back."""
        found = self.connection.execute(_RESERVED, {"of_run": run_id})
        return {row[0]: int(row[1]) for row in found if row[1]}

    def settle(
        self,
        account_id: str,
        *,
        run_id: str,
        released: Mapping[str, int],
        charged: Mapping[str, int] = NOTHING,
    ) -> None:
        """Give back what was set aside for nodes, then charge what some of them cost."""
        self._append(account_id, run_id, {Entry.RELEASE: released, Entry.CHARGE: charged})

    def _append(
        self,
        account_id: str,
        run_id: str | None,
        amounts: Mapping[Entry, Mapping[str, int] | Mapping[None, int]],
    ) -> None:
        """Entries in the order given; amounts are by the node that they are for."""
        moment = iso(self.now())
        rows = [
            {
                "account_id": account_id,
                "run_id": run_id,
                "node_id": node_id,
                "entry": entry.value,
                "microcredits": signed(entry, microcredits),
                "created_at": moment,
            }
            for entry, by_node in amounts.items()
            for node_id, microcredits in by_node.items()
        ]
        if rows:
            self.connection.execute(_APPENDING, rows)
