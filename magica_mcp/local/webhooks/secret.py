"""The one secret with which an account's webhooks are signed: made when it is first needed."""

import secrets

from magica_mcp.local.store.store import Statements
from magica_mcp.signing import SECRET_BYTES, secret_of


def secret_for(tx: Statements, account_id: str) -> str:
    """Show it to nobody but the account itself."""
    tx.accounts.lock(account_id)
    return tx.secrets.get_or_make(
        f"webhooks:{account_id}", make=lambda: secret_of(secrets.token_bytes(SECRET_BYTES))
    )
