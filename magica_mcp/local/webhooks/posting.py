"""One attempt at sending a message: resolved once, judged, pinned, signed, and never sent on.

As in `local.fetch`, the connection goes to the very address that was judged.
"""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import anyio
import anyio.to_thread
import httpx

from magica_mcp.addresses import target_of, webhook_refusal
from magica_mcp.errors import InvalidInputError
from magica_mcp.local.fetch import REDIRECTS, Resolve, resolved
from magica_mcp.local.webhooks.retrying import is_received

SECONDS = 15.0
"""How long an attempt may take in all."""
CONNECT_SECONDS = 5.0
"""How long one of a host's addresses may take to be reached, before the next one is tried."""
LOOKED_UP_AT_ONCE = 16

DEFAULTS = {"User-Agent": "magica-mcp (local Magica)", "Accept": "*/*"}
"""What the headers of a subscription may replace."""

OURS = {"Content-Type": "application/json", "Connection": "close"}


@dataclass(frozen=True)
class Letter:
    """A message as it is sent now: `seal` are the headers that sign it."""

    url: str
    body: str
    headers: Mapping[str, str] = field(repr=False)
    seal: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: the status that was answered, and what was wrong if anything was."""

    status_code: int | None = None
    error: str | None = None


class UndeliverableError(Exception):
    """An attempt ended before anything was answered; the text is a sentence."""


class Poster:
    """Sends letters over HTTP; never raises for what a receiver or the network does."""

    def __init__(
        self,
        *,
        private_allowed: bool = False,
        seconds: float = SECONDS,
        resolve: Resolve = resolved,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._private_allowed, self._seconds = private_allowed, seconds
        self._resolve, self._transport = resolve, transport
        self._looking_up = anyio.CapacityLimiter(LOOKED_UP_AT_ONCE)

    async def __call__(self, letter: Letter) -> Outcome:
        url = httpx.URL(letter.url)
        try:
            with anyio.fail_after(self._seconds):
                return _outcome_of(url, await self._answer(url, letter))
        except (TimeoutError, httpx.TimeoutException):
            return Outcome(error=f"{url.host} did not answer within {self._seconds:g} seconds.")
        except (httpx.TransportError, OSError):
            return Outcome(error=f"{url.host} could not be reached.")
        except (UndeliverableError, InvalidInputError) as error:
            return Outcome(error=str(error))

    async def _answer(self, url: httpx.URL, letter: Letter) -> int:
        """The status that the first address answers that can be connected to; no body is read."""
        addresses = await self._judged(url)
        async with self._client() as client:
            for address in addresses[:-1]:
                try:
                    return await _sent(client, _request(client, url, address, letter))
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    continue
            return await _sent(client, _request(client, url, addresses[-1], letter))

    async def _judged(self, url: httpx.URL) -> Sequence[str]:
        """Every address of the host. Raises `UndeliverableError` when one of them may not be."""
        target = target_of(str(url))
        try:
            addresses = await anyio.to_thread.run_sync(
                self._resolve,
                url.raw_host.decode("ascii"),
                target.port,
                abandon_on_cancel=True,
                limiter=self._looking_up,
            )
        except (OSError, UnicodeError) as error:
            raise UndeliverableError(f"No machine is called '{url.host}'.") from error
        if not addresses:
            raise UndeliverableError(f"No machine is called '{url.host}'.")
        for address in addresses:
            reason = webhook_refusal(target, address, private_allowed=self._private_allowed)
            if reason is not None:
                raise UndeliverableError(f"'{url.host}' leads to {reason}. Nothing was sent.")
        return addresses

    def _client(self) -> httpx.AsyncClient:
        # A connection that is kept could serve another host at the same address, unverified.
        return httpx.AsyncClient(
            transport=self._transport,
            verify=self._trusted,
            trust_env=False,
            timeout=httpx.Timeout(self._seconds, connect=min(CONNECT_SECONDS, self._seconds)),
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        return httpx.create_ssl_context(trust_env=False)


def _request(
    client: httpx.AsyncClient, url: httpx.URL, address: str, letter: Letter
) -> httpx.Request:
    body = letter.body.encode()
    headers = httpx.Headers(DEFAULTS)
    for added in (letter.headers, letter.seal, OURS):  # who comes later, overrides
        headers.update(added)
    headers.update({"Host": url.netloc.decode("ascii"), "Content-Length": str(len(body))})
    return client.build_request(
        "POST",
        url.copy_with(host=address, fragment=None),
        headers=headers,
        content=body,
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
    )


async def _sent(client: httpx.AsyncClient, request: httpx.Request) -> int:
    answer = await client.send(request, stream=True)
    await answer.aclose()
    return answer.status_code


def _outcome_of(url: httpx.URL, status_code: int) -> Outcome:
    if is_received(status_code):
        return Outcome(status_code)
    if status_code in REDIRECTS:
        text = f"{url.host} answered {status_code}: redirects are not followed. Use the final URL."
        return Outcome(status_code, error=text)
    return Outcome(status_code, error=f"{url.host} answered {status_code}. Any 2xx is success.")
