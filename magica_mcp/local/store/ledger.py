"""The ledger of credits: it is only ever appended to, and what may be spent is its sum."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from magica_mcp.local.credits import Entry, signed
from magica_mcp.local.store.ids import Clock, iso
from magica_mcp.local.store.tables import balances, ledger

# Built once, as in `runs`.
_BALANCE = sa.select(balances.c.microcredits).where(
    balances.c.account_id == sa.bindparam("of_account")
)
_LOCKED = _BALANCE.with_for_update()
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
        self._append(account_id, None, {None: microcredits}, Entry.GRANT)

    def reserve(self, account_id: str, *, run_id: str, prices: Mapping[str, int]) -> None:
        """Set the price of each node of a run aside."""
        self._append(account_id, run_id, prices, Entry.RESERVE)

    def reserved(self, run_id: str) -> dict[str, int]:
        """What is set aside for the nodes of a run and not yet given back."""
        found = self.connection.execute(_RESERVED, {"of_run": run_id})
        return {row[0]: int(row[1]) for row in found if row[1]}

    def release(self, account_id: str, *, run_id: str, amounts: Mapping[str, int]) -> None:
        """Give back what was set aside for nodes."""
        self._append(account_id, run_id, amounts, Entry.RELEASE)

    def charge(self, account_id: str, *, run_id: str, node_id: str, microcredits: int) -> None:
        self._append(account_id, run_id, {node_id: microcredits}, Entry.CHARGE)

    def _append(
        self,
        account_id: str,
        run_id: str | None,
        amounts: Mapping[str, int] | Mapping[None, int],
        entry: Entry,
    ) -> None:
        rows = [
            {
                "account_id": account_id,
                "run_id": run_id,
                "node_id": node_id,
                "entry": entry.value,
                "microcredits": signed(entry, microcredits),
                "created_at": iso(self.now()),
            }
            for node_id, microcredits in amounts.items()
        ]
        if rows:
            self.connection.execute(sa.insert(ledger), rows)
