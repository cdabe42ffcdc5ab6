"""The workspace of the account that the settings name, and its connection to Magica."""

import hashlib
import time
from urllib.request import getproxies, proxy_bypass

import anyio
import httpx
from anyio import to_thread
from anyio.abc import TaskGroup

from magica_mcp import __version__
from magica_mcp.addresses import Target, is_loopback_host
from magica_mcp.api.client import MagicaClient
from magica_mcp.api.guard import PublicTransport
from magica_mcp.api.watcher import KnowsDurations, RunWatcher
from magica_mcp.cli.background import LocalTransport
from magica_mcp.config import Settings
from magica_mcp.media.register import Register
from magica_mcp.memory import Memory, Usual
from magica_mcp.server.saver import Saver
from magica_mcp.server.uploads import Uploads
from magica_mcp.server.waits import Waits
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.budgets import Limits, microcredits
from magica_mcp.spend.journal import Journal

USER_AGENT = f"magica-mcp/{__version__}"
CONFIRM_ABOVE_HOSTED = 2.0
"""Credits, where the setting is not given; local Magica costs nothing and asks nobody."""
LOCAL_ORIGIN = "http://127.0.0.1"
"""Stands for local Magica until the transport knows where it listens."""


def new_workspace(settings: Settings, *, saves: TaskGroup) -> tuple[Workspace, httpx.AsyncClient]:
    """The workspace, and the connection that its owner closes.

    `saves` takes what outlives a call; it ends with the workspace.
    """
    http = http_client(settings)
    client = MagicaClient(http, elsewhere=outward_client())
    memory = Memory(settings.home / "memory.sqlite")
    workspace = Workspace(
        client=client,
        watcher=RunWatcher(
            client, sleep=anyio.sleep, clock=time.monotonic, usual=learned_in(memory)
        ),
        waits=Waits(memory),
        journal=Journal(settings.home / "journal.sqlite"),
        memory=memory,
        saver=Saver(
            client,
            Register(settings.home / "results.sqlite"),
            root=settings.output_dir,
            account=account_of(settings),
            saves=saves,
            saves_all=settings.auto_save,
        ),
        uploads=Uploads(client, memory, account=account_of(settings), folders=settings.input_dirs),
        account=account_of(settings),
        long_poll_seconds=settings.long_poll_seconds,
        limits=limits_of(settings),
    )
    return workspace, http


def limits_of(settings: Settings) -> Limits:
    """What an account may spend: every account has the same limits, each for itself."""
    confirm_above = settings.confirm_above
    if confirm_above is None and settings.api_key is not None:
        confirm_above = CONFIRM_ABOVE_HOSTED
    return Limits(
        confirm_above=microcredits(confirm_above),
        per_run=microcredits(settings.budget_per_run),
        per_day=microcredits(settings.budget_per_day),
    )


def learned_in(memory: Memory) -> KnowsDurations:
    """How long runs take, as this memory knows it; its file is read beside the event loop."""

    async def usual(name: str) -> Usual | None:
        return await to_thread.run_sync(memory.usual, name)

    return usual


def http_client(settings: Settings) -> httpx.AsyncClient:
    """The one connection to Magica: hosted with a key, this machine's without."""
    headers = {"User-Agent": USER_AGENT}
    if settings.api_key is None:
        transport = LocalTransport(settings.home, settings=settings.local_fingerprint)
        return httpx.AsyncClient(
            base_url=f"{LOCAL_ORIGIN}/api/", headers=headers, transport=transport
        )
    headers["Authorization"] = f"Bearer {settings.api_key.get_secret_value()}"
    return httpx.AsyncClient(base_url=f"{settings.base_url}/", headers=headers)


def outward_client() -> httpx.AsyncClient:
    """For files that other hosts keep: to public addresses only, or through the user's proxy."""
    return httpx.AsyncClient(
        headers={"User-Agent": USER_AGENT},
        transport=PublicTransport(proxy_for=proxy_for),
        trust_env=False,
    )


def proxy_for(target: Target) -> str | None:
    """The proxy that the environment names for a host, as httpx itself reads it."""
    if is_loopback_host(target.host) or proxy_bypass(target.host):
        return None
    proxies = getproxies()
    found = proxies.get(target.scheme) or proxies.get("all")
    return found if found is None or "://" in found else f"http://{found}"


def account_of(settings: Settings) -> str:
    """A fingerprint of the account: tells accounts apart, reveals nothing."""
    if settings.api_key is None:
        return f"local:{settings.home}"
    secret = f"{settings.base_url}\0{settings.api_key.get_secret_value()}"
    return f"hosted:{hashlib.sha256(secret.encode()).hexdigest()[:16]}"
