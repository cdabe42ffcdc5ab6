"""Whether a file may be fetched from where its URL leads, once its host is resolved.

The rules are those of `addresses`; a host that cannot be resolved here (behind a proxy, say) is
left to the request itself.
"""

import socket
from collections.abc import Awaitable, Callable, Iterable

import anyio

from magica_mcp.addresses import Target, refusal, target_of
from magica_mcp.errors import InvalidInputError

MayFetch = Callable[[str], Awaitable[None]]
"""Raises an `InvalidInputError` for a URL that must not be fetched."""

Resolve = Callable[[Target], Awaitable[Iterable[str]]]


async def addresses_of(target: Target) -> Iterable[str]:
    """The IP addresses that a host stands for, or none if it cannot be resolved."""
    try:
        found = await anyio.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return [str(entry[4][0]) for entry in found]


def public_only(*, loopback_allowed: bool, resolve: Resolve = addresses_of) -> MayFetch:
    """The rule that no URL leads inside a network of ours; this machine only where it is asked."""

    async def may_fetch(url: str) -> None:
        target = target_of(url)
        for address in await resolve(target):
            reason = refusal(address, loopback_allowed=loopback_allowed)
            if reason is not None:
                raise InvalidInputError(
                    f"The file was not fetched: {target.host} is {reason}. Give a public URL."
                )

    return may_fetch
