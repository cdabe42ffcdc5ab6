"""Who and what is let in: the name it was called by, the page that calls, its size, its key.

Each gate is an ASGI layer of its own, so a stranger learns nothing about what lies behind it.
"""

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from types import MappingProxyType
from urllib.parse import urlsplit

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from magica_mcp.local.dialect import Dialect
from magica_mcp.local.failures import envelope, unauthorized
from magica_mcp.local.instance import PROOF_PATH
from magica_mcp.local.magica import LocalMagica
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.keys import StoredKey

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
EVERY_NAME = "*"
LARGEST_BODY = 10 * 1024 * 1024
"""Bytes (magica-contract 8)."""

OWN_SITES = frozenset({"none", "same-origin"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

OPEN_PATHS = frozenset({"/api/v1/models/catalog", "/api/v1/openapi.json", PROOF_PATH})
"""What answers without a key; media are open too, since their names cannot be guessed."""


@dataclass(frozen=True)
class Pass:
    """Whom a request speaks for; `owns_home` when it carries the token of this home."""

    account: Account
    owns_home: bool
    key: StoredKey | None = None


def pass_for(magica: LocalMagica, authorization: str, *, dialect: Dialect) -> Pass | None:
    """The pass behind an Authorization header, or None (magica-contract 1.2)."""
    scheme, _, secret = authorization.strip().partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret:
        return None
    if dialect is Dialect.LOCAL and hmac.compare_digest(secret.encode(), magica.token.encode()):
        return Pass(magica.default_account(), owns_home=True)
    found = magica.keys.recognized(secret) if secret.startswith("gx_") else None
    return Pass(found[0], owns_home=False, key=found[1]) if found else None


def is_open(path: str) -> bool:
    return path in OPEN_PATHS or not path.startswith("/api/")


def is_of_this_machine(scope: Scope) -> bool:
    host, _port = scope.get("client") or ("", 0)
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def may_be_keyless(scope: Scope) -> bool:
    """Whether a program of this machine asks for itself: no page of elsewhere, no proxy for others.

    A browser says of each request whether a page of another site caused it, also where it sends no
    Origin, as with a link or a picture.
    """
    headers = Headers(scope=scope)
    return (
        is_of_this_machine(scope)
        and "authorization" not in headers
        and headers.get("sec-fetch-site", "none") in OWN_SITES
        and not any(name in headers for name in FORWARDED)
    )


def host_name(host: str) -> str | None:
    """The name in a Host header, without port and brackets; None where it cannot be read."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


class AddressGate:
    """Refuses names this server does not go by (DNS rebinding) and pages of other origins."""

    def __init__(self, app: ASGIApp, *, names: Collection[str] = LOOPBACK_NAMES) -> None:
        self._app, self._names = app, frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._goes_by(host):
            answer = envelope(421, "This server does not go by that host name. Use 127.0.0.1.")
            await answer(scope, receive, send)
        elif origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            answer = envelope(403, "Pages of another origin may not call local Magica.")
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _goes_by(self, host: str) -> bool:
        name = host_name(host)
        return name is not None and (EVERY_NAME in self._names or name in self._names)


class BodyGate:
    """Refuses a body above the limit, by its announced length or while it arrives.

    `streamed` are the paths with a limit of their own, since what they take is never held.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        largest: int = LARGEST_BODY,
        streamed: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._app, self._largest, self._streamed = app, largest, streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        announced = Headers(scope=scope).get("content-length", "") if "headers" in scope else ""
        path = scope.get("path", "")
        largest = self._streamed.get(path, self._largest)
        if announced.isdigit() and int(announced) > largest:
            await envelope(413, self._refusal(path))(scope, receive, send)
            return
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > largest:
                raise HTTPException(413, self._refusal(path))
            return message

        await self._app(scope, counted, send)

    def _refusal(self, path: str) -> str:
        if path in self._streamed:
            most = self._streamed[path]
            return f"The file is larger than {most / 1024**3:g} GB. Give a smaller one."
        return (
            f"The body is larger than {self._largest // (1024 * 1024)} MB. "
            "Send media as URLs, not inside the body."
        )


class KeyGate:
    """Asks for a key before anything else is said about a path; leaves a `Pass` in the scope.

    With `allow_keyless`, who asks from this machine and shows no key at all is taken for the
    account of the home, though not for its owner.
    """

    def __init__(
        self, app: ASGIApp, *, magica: LocalMagica, dialect: Dialect, allow_keyless: bool = False
    ) -> None:
        self._app, self._magica, self._dialect = app, magica, dialect
        self._allow_keyless = allow_keyless

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        if self._allow_keyless and may_be_keyless(scope):
            found: Pass | None = Pass(self._magica.default_account(), owns_home=False)
        else:
            shown = Headers(scope=scope).get("authorization", "")
            found = await anyio.to_thread.run_sync(self._pass_for, shown)
        if found is None:
            await unauthorized()(scope, receive, send)
            return
        scope.setdefault("state", {})["pass"] = found
        await self._app(scope, receive, send)

    def _pass_for(self, authorization: str) -> Pass | None:
        return pass_for(self._magica, authorization, dialect=self._dialect)
