"""Fetching a node's media input: our own from the folder, anything else over the public internet.

A host is resolved once, every address it stands for is judged, and the connection goes to the
address that was judged, so that nobody can swap it in between.
"""

import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from magica_mcp.addresses import refusal, target_of
from magica_mcp.errors import InvalidInputError, NodeFailedError, NotFoundError
from magica_mcp.local.media import NAME, MediaFolder, name_in

ASKING = {
    "User-Agent": "magica-mcp (local Magica)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
REDIRECTS = frozenset({301, 302, 303, 307, 308})

_OWN_URL = re.compile(rf"https?://[^/]+/media/({NAME.pattern})")


@dataclass(frozen=True)
class Limits:
    """How much may be fetched, how long it may take in all, and how often it may be sent on."""

    megabytes: int = 64
    seconds: float = 30
    redirects: int = 5
    connect_seconds: float = 10


Resolve = Callable[[str, int], Sequence[str]]


def resolved(host: str, port: int) -> tuple[str, ...]:
    """Every address that a host stands for. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def fetch_media(
    source: str,
    *,
    media: MediaFolder,
    limits: Limits | None = None,
    resolve: Resolve = resolved,
    transport: httpx.BaseTransport | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> bytes:
    """The bytes behind a reference "media:<name>" or an http(s) URL.

    Raises `NodeFailedError`, or `InvalidInputError` for a URL that is none.
    """
    kept = kept_file(source, media=media)
    if kept is not None:
        return kept.read_bytes()
    if name_in(source) is not None:
        raise _failed("an input file is no longer kept here. Make or upload it again")
    host = target_of(source).host
    limits = limits or Limits()
    with (
        httpx.Client(
            transport=transport, trust_env=False, timeout=limits.connect_seconds
        ) as client,
        _failures_as_ours(host),
    ):
        return _Download(client, limits, resolve, clock, clock() + limits.seconds).run(source)


def own_name(source: str) -> str | None:
    """The name of one of our files in a reference, or in a URL that ends in "/media/<name>".

    Whatever host the URL names: a name cannot be guessed, so who knows it was given it by us.
    """
    found = _OWN_URL.fullmatch(source)
    return name_in(source) or (found and found.group(1))


def kept_file(source: str, *, media: MediaFolder) -> Path | None:
    """Where a file of our own lies; None where the source names none that is here."""
    own = own_name(source)
    try:
        return None if own is None else media.path_of(own)
    except NotFoundError:
        return None


@dataclass(frozen=True)
class _Download:
    client: httpx.Client
    limits: Limits
    resolve: Resolve
    clock: Callable[[], float]
    deadline: float

    def run(self, source: str) -> bytes:
        url = httpx.URL(source)
        for _ in range(self.limits.redirects + 1):
            with self._answer(url) as answer:
                if answer.status_code not in REDIRECTS:
                    return self._body(url, answer)
                url = url.join(answer.headers.get("location", ""))
        raise _failed(f"{url.host} sends us on too often")

    @contextmanager
    def _answer(self, url: httpx.URL) -> Iterator[httpx.Response]:
        """The answer of the first address that can be connected to."""
        addresses = self._judged(url)
        for position, address in enumerate(addresses, start=1):
            try:
                answer = self.client.send(self._request(url, address), stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if position == len(addresses) or self.clock() > self.deadline:
                    raise
                continue
            try:
                yield answer
            finally:
                answer.close()
            return

    def _judged(self, url: httpx.URL) -> Sequence[str]:
        target = target_of(str(url))
        try:
            addresses = self.resolve(url.raw_host.decode("ascii"), target.port)
        except (OSError, UnicodeError) as error:
            raise _failed(f"no machine is called '{url.host}'. Check the URL") from error
        if not addresses:
            raise _failed(f"no machine is called '{url.host}'. Check the URL")
        for address in addresses:
            reason = refusal(address)
            if reason is not None:
                raise _failed(f"'{url.host}' leads to {reason}. Give a public URL")
        return addresses

    def _request(self, url: httpx.URL, address: str) -> httpx.Request:
        pinned = url.copy_with(host=address, fragment=None)
        return self.client.build_request(
            "GET",
            pinned,
            headers={**ASKING, "Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )

    def _body(self, url: httpx.URL, answer: httpx.Response) -> bytes:
        if answer.status_code != 200:
            raise _failed(f"{url.host} answered {answer.status_code}. Check that the URL is public")
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise _failed(f"{url.host} sent the file packed, though it was asked for it as it is")
        received = bytearray()
        for chunk in answer.iter_bytes():
            received += chunk
            if len(received) > self.limits.megabytes * 1_000_000:
                most = self.limits.megabytes
                raise _failed(f"the file at {url.host} is larger than {most} MB")
            if self.clock() > self.deadline:
                raise _failed(f"{url.host} took too long to send the file. Try again")
        return bytes(received)


@contextmanager
def _failures_as_ours(host: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise _failed(f"{host} took too long to answer. Try again in a minute") from error
    except httpx.TransportError as error:
        raise _failed(f"{host} could not be reached. Check the URL") from error
    except httpx.DecodingError as error:
        raise _failed(f"{host} sent something unreadable") from error
    except httpx.InvalidURL as error:
        raise InvalidInputError("An input is not a URL that can be fetched.") from error


def _failed(reason: str) -> NodeFailedError:
    text = f"An input could not be fetched: {reason}."
    return NodeFailedError(text, user_message=text)
