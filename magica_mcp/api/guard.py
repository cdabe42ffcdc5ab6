"""The way to hosts other than Magica's: looked up once, judged, and connected to as judged.

The rules are those of `addresses`. Between the judgement and the connection nothing is looked up
again, so whoever answers for a name cannot swap the address in between.
"""

import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property

import anyio
import httpx

from magica_mcp.addresses import Target, refusal
from magica_mcp.errors import InvalidInputError

Resolve = Callable[[Target], Awaitable[Sequence[str]]]
"""The IP addresses that a host stands for; none: it cannot be looked up here."""

ProxyFor = Callable[[Target], str | None]
"""The URL of the proxy that leads to a host, where one does."""

NO_KEPT_CONNECTIONS = httpx.Limits(max_keepalive_connections=0)
"""One that is kept could serve another host at the same address, its certificate unverified."""


async def addresses_of(target: Target) -> Sequence[str]:
    """The IP addresses that a host stands for, or none if it cannot be looked up."""
    try:
        found = await anyio.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def directly(_target: Target) -> str | None:
    """No proxy leads anywhere."""
    return None


class PublicTransport(httpx.AsyncBaseTransport):
    """Sends requests to public addresses only.

    Where a proxy leads to a host, the proxy looks the name up: then it is judged as far as it can
    be looked up here too. No connection outlives its answer, so there is nothing to close.

    Raises:
        InvalidInputError: one of the addresses of the host is not public; nothing was sent.
        httpx.ConnectError: there is no such host.
    """

    def __init__(
        self,
        *,
        resolve: Resolve = addresses_of,
        proxy_for: ProxyFor = directly,
        inner: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._resolve, self._proxy_for, self._inner = resolve, proxy_for, inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        target = _target(request.url)
        addresses = await self._judged(target)
        proxy = self._proxy_for(target)
        if proxy is not None:
            return await self._through(proxy, request)
        if not addresses:
            raise httpx.ConnectError("no machine is called that", request=request)
        for address in addresses[:-1]:
            try:
                return await self._direct.handle_async_request(pinned(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._direct.handle_async_request(pinned(request, addresses[-1]))

    async def _judged(self, target: Target) -> Sequence[str]:
        addresses = await self._resolve(target)
        for address in addresses:
            reason = refusal(address)
            if reason is not None:
                raise InvalidInputError(
                    f"The file was not fetched: {target.host} leads to {reason}. Give a public URL."
                )
        return addresses

    @cached_property
    def _direct(self) -> httpx.AsyncBaseTransport:
        return self._inner or httpx.AsyncHTTPTransport(limits=NO_KEPT_CONNECTIONS)

    async def _through(self, proxy: str, request: httpx.Request) -> httpx.Response:
        way = self._inner or httpx.AsyncHTTPTransport(limits=NO_KEPT_CONNECTIONS, proxy=proxy)
        return await way.handle_async_request(request)


def pinned(request: httpx.Request, address: str) -> httpx.Request:
    """The same request to this address of its host; the certificate must still be the host's."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
    )


def _target(url: httpx.URL) -> Target:
    host = url.raw_host.decode("ascii")
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    return Target(scheme=url.scheme, host=host.strip("[]").rstrip("."), port=port)
