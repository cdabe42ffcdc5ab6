"""Local Magica as a process: one per home, on one port, told to whoever started it."""

import contextlib
import os
import secrets
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import anyio
import filelock

from magica_mcp import __version__
from magica_mcp.errors import LocalMagicaError
from magica_mcp.local.app import create_app
from magica_mcp.local.auth import EVERY_NAME, LOOPBACK_NAMES
from magica_mcp.local.dialect import Dialect
from magica_mcp.local.instance import (
    Instance,
    local_folder,
    read_instance,
    remove_instance,
    serving_lock,
    write_instance,
    write_private,
)
from magica_mcp.local.lifetime import Server
from magica_mcp.local.magica import LocalMagica, open_magica
from magica_mcp.local.routes.instance import LocalProcess

PREFERRED_PORT = 8787
CLOSING_SECONDS = 10
SWITCH_SECONDS = 0.0005
"""So soon a thread of a node lets a request go on: with 5 ms, answers come twice as late."""
REACHED_AT = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read here, not bound to


@dataclass(frozen=True)
class Serving:
    """What whoever started the process is told, once it answers."""

    home: Path
    dialect: Dialect
    instance: Instance
    key: str = field(repr=False)
    """The token of the home; in the hosted dialect a `gx_` key that stays the same."""
    is_keyless: bool = False
    """Whether programs of this machine need no key."""

    @property
    def base_url(self) -> str:
        return f"{self.instance.origin}/api"


def serve_local(  # noqa: PLR0913 - each is one setting of the command
    home: Path,
    *,
    magica: AbstractContextManager[LocalMagica] | None = None,
    host: str = "127.0.0.1",
    port: int | None = None,
    dialect: Dialect = Dialect.LOCAL,
    idle_minutes: float | None = None,
    strict: bool = False,
    require_key: bool = True,
    is_shared: bool = False,
    settings: str = "",
    announce: Callable[[Serving], None],
) -> None:
    """Serve this home until a signal, a request to end or idleness; `port` None is any free one.

    `magica` is opened once the home is ours; without one, the home's as it comes. `strict` limits
    how often a key may ask, as hosted Magica does. Where no key is required, none is wanted on
    loopback. Where the store `is_shared`, others may serve the same home, and one of them is noted.
    `settings` tells processes of other settings apart.

    Raises:
        LocalMagicaError: another process serves this home, or the port cannot be opened.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    with (
        held(home, is_shared=is_shared) as is_noted,
        contextlib.closing(open_port(host, port=port)) as listening,
        magica or open_magica(home) as opened,
    ):
        instance = _instance_at(listening, host=host, token=opened.token).model_copy(
            update={"settings": settings, "is_background": idle_minutes is not None}
        )
        serving = Serving(
            home=home,
            dialect=dialect,
            instance=instance,
            key=opened.token if dialect is Dialect.LOCAL else hosted_key(home, opened),
            is_keyless=not require_key and dialect is Dialect.LOCAL and is_loopback(listening),
        )

        def on_start() -> None:
            if dialect is Dialect.LOCAL and is_noted:
                write_instance(home, instance)
            announce(serving)

        server = _server(opened, serving, names=names_of(host), strict=strict, on_start=on_start)
        try:
            anyio.run(server.serve_until_idle, listening, idle_minutes, partial(_is_busy, opened))
        finally:
            remove_instance(home, instance.instance_id)


def _is_busy(magica: LocalMagica) -> bool:
    """Attempts at webhooks that are hours away wait for the next start instead."""
    return magica.unfinished_runs() > 0 or magica.webhooks.due_soon() > 0


def _server(
    magica: LocalMagica,
    serving: Serving,
    *,
    names: frozenset[str],
    strict: bool,
    on_start: Callable[[], None],
) -> Server:
    def end() -> None:
        server.end()

    def on_end() -> None:
        remove_instance(serving.home, serving.instance.instance_id)
        magica.stop_waiting()

    process = LocalProcess(serving.instance, end=end)
    app = create_app(
        magica,
        dialect=serving.dialect,
        process=process,
        names=names,
        strict=strict,
        allow_keyless=serving.is_keyless,
    )
    server = Server(app, on_start=on_start, on_end=on_end)
    return server


@contextlib.contextmanager
def held(home: Path, *, is_shared: bool = False) -> Iterator[bool]:
    """Be the process that serves this home; answers whether we are, rather than beside another.

    Beside it nobody serves a home whose store is not shared. A process takes its note back before
    it closes; without a note, its end is waited for.
    """
    lock = filelock.FileLock(serving_lock(home))
    noted = read_instance(home)
    try:
        lock.acquire(timeout=0 if noted or is_shared else CLOSING_SECONDS)
    except filelock.Timeout as error:
        if is_shared:
            yield False
            return
        where = f" at {noted.origin}, process {noted.pid}" if noted else ""
        raise LocalMagicaError(
            f"Local Magica already runs for {home}{where}. Use that one, end it first, or choose "
            "another folder with MAGICA_HOME."
        ) from error
    try:
        yield True
    finally:
        lock.release()


def open_port(host: str, *, port: int | None) -> socket.socket:
    """A listening socket on this port; without one, on the preferred port or any that is free."""
    try:
        return _listen(host, PREFERRED_PORT if port is None else port)
    except OSError as error:
        if port is None:
            return _any_port(host)
        raise LocalMagicaError(
            f"Port {port} on {host} cannot be opened: {error.strerror or error}. Set "
            "MAGICA_LOCAL_PORT to another one, or leave it unset for any that is free."
        ) from error


def _any_port(host: str) -> socket.socket:
    try:
        return _listen(host, 0)
    except OSError as error:
        raise LocalMagicaError(
            f"No port can be opened on {host}: {error.strerror or error}. Set MAGICA_LOCAL_HOST "
            "to an address of this machine, such as 127.0.0.1."
        ) from error


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    opened = socket.socket(family, kind, protocol)
    try:
        if sys.platform == "win32":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen()
    except OSError:
        opened.close()
        raise
    return opened


def is_loopback(listening: socket.socket) -> bool:
    """Whether only programs of this machine reach a listening socket."""
    return ip_address(listening.getsockname()[0]).is_loopback


def _instance_at(listening: socket.socket, *, host: str, token: str) -> Instance:
    return Instance(
        pid=os.getpid(),
        host=REACHED_AT.get(host, host),
        port=listening.getsockname()[1],
        instance_id=secrets.token_hex(16),
        version=__version__,
        token=token,
    )


def hosted_key(home: Path, magica: LocalMagica) -> str:
    """The key that the hosted dialect announces: made once, kept where only its owner reads it."""
    path = local_folder(home) / "hosted.key"
    kept = path.read_text(encoding="utf-8").strip() if path.exists() else ""
    if kept and magica.account_of_key(kept) is not None:
        return kept
    made = magica.create_account("Hosted dialect").key
    write_private(path, made)
    return made


def names_of(host: str) -> frozenset[str]:
    """The host names to answer to; who listens on every address has no name to insist on."""
    return frozenset({EVERY_NAME}) if host in REACHED_AT else LOOPBACK_NAMES | {host.lower()}
