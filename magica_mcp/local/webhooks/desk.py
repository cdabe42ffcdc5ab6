"""What an account may ask about its webhooks: the signing secret, and the delivery log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.messages import LoggedMessage
from magica_mcp.local.store.store import Store
from magica_mcp.local.store.tables import RunKind
from magica_mcp.local.webhooks.secret import secret_for
from magica_mcp.local.webhooks.subscription import checked_subscription
from magica_mcp.models.wire import JsonObject

SOON = timedelta(minutes=10)
"""A process stays for attempts until then: those at once, after 5 s and after 5 min. The ones
after half an hour and more wait for the next start of a process that ends when idle."""


@dataclass(frozen=True)
class WebhookDesk:
    """Webhooks of one store; `private_allowed` lets them into private networks."""

    store: Store
    private_allowed: bool = False

    def check(self, webhook: JsonObject | None, *, kind: RunKind) -> None:
        """Raises `InvalidInputError` for a webhook that a run of this kind cannot have."""
        if webhook is not None:
            checked_subscription(webhook, kind=kind, private_allowed=self.private_allowed)

    def secret(self, account: Account) -> str:
        with self.store.writing() as tx:
            return secret_for(tx, account.id)

    def deliveries(
        self, account: Account, *, run_id: str | None = None, page: int = 1, page_size: int = 20
    ) -> tuple[Sequence[LoggedMessage], int]:
        """The account's latest messages first, and how many there are in all."""
        with self.store.reading() as tx:
            return tx.messages.page(account.id, run_id=run_id, page=page, page_size=page_size)

    def due_soon(self) -> int:
        """How many messages of anybody are under way or will be within `SOON`."""
        with self.store.reading() as tx:
            return tx.messages.count_due(by=self.store.now() + SOON)
