"""What a call works with: one account's client and what is remembered of it on this machine."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio
from mcp.server.mcpserver import Context

from magica_mcp.server.keys import current_key
from magica_mcp.server.ticker import Ticker
from magica_mcp.server.waits import Waits

if TYPE_CHECKING:  # a server starts without them; the first call brings them
    from magica_mcp.api.client import MagicaClient
    from magica_mcp.api.watcher import RunWatcher
    from magica_mcp.memory import Memory
    from magica_mcp.server.previews import Previews
    from magica_mcp.server.saver import Saver
    from magica_mcp.server.uploads import Uploads
    from magica_mcp.spend.budgets import Limits
    from magica_mcp.spend.journal import Journal

Sleep = Callable[[float], Awaitable[None]]


def _new_previews() -> "Previews":
    from magica_mcp.server.previews import Previews  # noqa: PLC0415 - see above

    return Previews()


@dataclass(frozen=True)
class Workspace:
    """Everything that belongs to one account for as long as the server runs."""

    client: "MagicaClient"
    watcher: "RunWatcher"
    waits: Waits
    journal: "Journal"
    memory: "Memory"
    saver: "Saver"
    uploads: "Uploads"
    account: str
    """A fingerprint that tells accounts apart and reveals nothing."""
    long_poll_seconds: float
    limits: "Limits"
    """What may be spent, and above which price somebody must agree first."""
    previews: "Previews" = field(default_factory=_new_previews)
    sleep: Sleep = anyio.sleep


OpenWorkspace = Callable[[str | None], Workspace]
"""Gives the workspace of a key (None: the server's own account).

Raises a `ConfigurationError` where the settings are wrong: then that is what every call answers.
"""


@dataclass(frozen=True)
class Lifetime:
    """What all calls share for as long as the server runs."""

    open_workspace: OpenWorkspace
    ticker: Ticker


Call = Context[Lifetime, Any]


def workspace_of(ctx: Call) -> Workspace:
    """The workspace that this call works with."""
    return lifetime_of(ctx).open_workspace(current_key())


def lifetime_of(ctx: Call) -> Lifetime:
    """What this call shares with all others of this server."""
    return ctx.request_context.lifespan_context
