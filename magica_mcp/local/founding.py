"""What a new account and a new home begin with."""

import secrets

from magica_mcp.local.store.accounts import DEFAULT_ACCOUNT, Account
from magica_mcp.local.store.store import Statements

FIRST_MICROCREDITS = 100_000_000
"""What a new account may spend: 100 credits."""


def add_account(tx: Statements, account: Account, *, microcredits: int) -> None:
    tx.accounts.add(account)
    tx.ledger.grant(account.id, microcredits=microcredits)


def secrets_of_home(tx: Statements) -> tuple[str, str]:
    """The token and the media secret of a home; a new one gets its account as well."""
    if tx.accounts.by_id(DEFAULT_ACCOUNT.id) is None:
        add_account(tx, DEFAULT_ACCOUNT, microcredits=FIRST_MICROCREDITS)
    token = tx.secrets.get_or_make("token", make=lambda: secrets.token_urlsafe(32))
    return token, tx.secrets.get_or_make("media", make=lambda: secrets.token_hex(32))
