"""Which addresses a URL may lead to, so that nobody is led inside our network by one of ours.

Pure: it judges a URL and the addresses that its host stands for; it neither resolves nor connects.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from magica_mcp.errors import InvalidInputError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK = "this machine itself"
PRIVATE, CARRIER = "a private network", "a carrier's own network"
DEFAULT_PORTS: Mapping[str, int] = {"http": 80, "https": 443}

REFUSED: Mapping[str, tuple[str, ...]] = {
    LOOPBACK: ("127.0.0.0/8", "::1/128"),
    "no address in particular": ("0.0.0.0/8", "::/128"),
    PRIVATE: ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
    CARRIER: ("100.64.0.0/10",),
    "the local link, where cloud machines keep their secrets": ("169.254.0.0/16", "fe80::/10"),
    "a group of machines": ("224.0.0.0/4", "ff00::/8"),
    "a range that is reserved": (
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
    ),
    "an IPv4 address in disguise": (
        "::ffff:0:0/96",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
    ),
}
"""What an address may not be, with the networks that are it (RFC 6890 and its registries)."""

OWN_NETWORKS = frozenset({LOOPBACK, PRIVATE, CARRIER})
"""What may be allowed to who trusts everybody that may name a URL; nothing else ever is."""

_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.IGNORECASE)

_NETWORKS: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), reason)
    for reason, networks in REFUSED.items()
    for network in networks
)


@dataclass(frozen=True)
class Target:
    """Where a URL leads: to be resolved, judged by `refusal`, and connected to as judged."""

    scheme: str
    host: str
    port: int


def refusal(
    address: str, *, loopback_allowed: bool = False, private_allowed: bool = False
) -> str | None:
    """Why nothing may connect to this IP address, as the end of "it is …", or None if one may.

    `private_allowed` opens all of `OWN_NETWORKS`.
    """
    try:
        judged = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "not an IP address"
    reason = _reason_against(judged)
    if reason == LOOPBACK and loopback_allowed:
        return None
    if reason in OWN_NETWORKS and private_allowed:
        return None
    return reason


def target_of(url: str) -> Target:
    """The host and port of an http(s) URL. Raises `InvalidInputError` for any other."""
    parts = _split(url)
    if parts.scheme not in DEFAULT_PORTS:
        raise InvalidInputError(f"{_short(url)} is not an http(s) URL. Give one that is.")
    if not parts.hostname:
        raise InvalidInputError(f"{_short(url)} names no host. Give a complete URL.")
    if parts.username is not None or parts.password is not None:
        raise InvalidInputError(
            f"The URL for {parts.hostname} holds a user name or password. Give one without."
        )
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    return Target(scheme=parts.scheme, host=parts.hostname.rstrip("."), port=port)


def webhook_target(url: str, *, private_allowed: bool = False) -> Target:
    """Where a webhook may go, as far as its URL says: https, or http to this machine.

    What the host's name stands for is judged by `webhook_refusal`, each time it is resolved.
    Raises `InvalidInputError` (magica-contract 5.1, 8).
    """
    target = target_of(url)
    if target.scheme == "http" and not is_loopback_host(target.host):
        raise InvalidInputError(
            f"A webhook goes to an https URL, and {target.host} is named with http. Plain http "
            "may only lead to this machine itself, such as http://127.0.0.1:3000/hook."
        )
    if not _is_address(target.host):
        if _NUMBER.fullmatch(target.host.rpartition(".")[2]):
            raise InvalidInputError(f"'{target.host}' is neither a name nor a whole IP address.")
        return target
    reason = webhook_refusal(target, target.host, private_allowed=private_allowed)
    if reason is not None:
        raise InvalidInputError(f"A webhook may not go to {target.host}: it is {reason}.")
    return target


def webhook_refusal(target: Target, address: str, *, private_allowed: bool = False) -> str | None:
    """Why no webhook for this target may be sent to an address of its host, or None if one may.

    Only a host that is this machine by its very name may turn out to be this machine.
    """
    is_here = is_loopback_host(target.host)
    if target.scheme == "http" and not is_loopback_host(address):
        return "another machine, where plain http may not go"
    return refusal(address, loopback_allowed=is_here, private_allowed=private_allowed)


def is_loopback_host(host: str) -> bool:
    """Whether a host, by its name or number alone, is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return _reason_against(ipaddress.ip_address(host)) == LOOPBACK
    except ValueError:
        return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _reason_against(address: Address) -> str | None:
    for network, reason in _NETWORKS:
        if address.version == network.version and address in network:
            return reason
    return None if address.is_global else "a range that is reserved"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError as error:
        raise InvalidInputError(f"{_short(url)} is not a URL: {error}.") from error
    if any(char.isspace() or not char.isprintable() for char in url) or "\\" in url:
        raise InvalidInputError(f"{_short(url)} is not a URL. Give one without blanks.")
    return parts


def _short(url: str) -> str:
    text = repr(url)
    return text if len(text) <= 80 else f"{text[:77]}…'"
