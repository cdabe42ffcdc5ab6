"""Files that runs made, streamed from wherever Magica keeps them, within limits.

Our key goes only to Magica itself; every hop elsewhere takes the guarded way of `guard`.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

import anyio
import httpx

from magica_mcp.addresses import is_loopback_host, target_of
from magica_mcp.api.failures import AGAIN_SOON, no_answer
from magica_mcp.api.retry import Effect
from magica_mcp.api.transport import TIMEOUT
from magica_mcp.api.unpacking import unpacked
from magica_mcp.errors import (
    ApiError,
    FileTooLargeError,
    InvalidInputError,
    NotFoundError,
    ServerFailedError,
    UnreachableError,
)

MOST_REDIRECTS = 5
ASKING = {"Accept": "*/*", "Accept-Encoding": "identity"}


@dataclass(frozen=True)
class Limits:
    """How large a file may be once unpacked, and how long all of it may take."""

    megabytes: float
    seconds: float


WHOLE_RESULT = Limits(megabytes=20_000, seconds=3_600)
"""For a result that somebody wants to keep."""


@dataclass(frozen=True)
class Download:
    """An open file: `size` is in bytes, where the other end says it."""

    media_type: str | None
    size: int | None
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True)
class Ways:
    """How files are reached: `magica` with our key, `elsewhere` guarded and without it."""

    magica: httpx.AsyncClient
    elsewhere: httpx.AsyncClient


@dataclass(frozen=True)
class _Hop:
    url: httpx.URL
    is_ours: bool
    """Whether Magica itself is asked."""


@asynccontextmanager
async def opened(ways: Ways, url: str, *, limits: Limits = WHOLE_RESULT) -> AsyncIterator[Download]:
    """Open a file for reading; it is closed on leaving.

    Raises:
        InvalidInputError: it is no http(s) URL, or leads to an address that is not public.
        FileTooLargeError: it is larger than the limit; also while it is read.
        ApiError: it is not there, or the way to it is broken or slow; also while it is read.
    """
    # One scope around all of it: one for each chunk would cost more than the chunk.
    with _within(limits.seconds, host=target_of(url).host):
        response = await followed(ways, _web_url(url))
        try:
            if not response.is_success:
                raise _refused(response)
            size = _size(response)
            _require_size(response, size or 0, limits)
            async with aclosing(_chunks(response, limits=limits)) as chunks:
                yield Download(_media_type(response), size, chunks)
        finally:
            await response.aclose()


async def followed(ways: Ways, url: httpx.URL, *, method: str = "GET") -> httpx.Response:
    """The answer at the end of all redirects, its body not yet read; whoever asks closes it."""
    hop = _hop(ways, url, from_us=True)
    for _turn in range(MOST_REDIRECTS + 1):
        response = await _asked(ways, hop, method=method)
        if not response.has_redirect_location:
            return response
        await response.aclose()
        url = _redirected(hop.url, response.headers["location"])
        hop = _hop(ways, url, from_us=hop.is_ours)
    raise UnreachableError(f"{hop.url.host} redirects in circles. The file cannot be fetched.")


def _hop(ways: Ways, url: httpx.URL, *, from_us: bool) -> _Hop:
    """Who is asked for a URL that we were given, or to which Magica or a stranger sends us.

    Where Magica is on this machine, a file on this machine is Magica's, whatever port its URL
    names: it may have changed since. Nothing else on this machine is ever asked.
    """
    base = ways.magica.base_url
    if from_us and _origin(url) == _origin(base):
        return _Hop(url, is_ours=True)
    if from_us and is_loopback_host(url.host) and is_loopback_host(base.host):
        here = url.copy_with(scheme=base.scheme, host=base.host, port=base.port)
        return _Hop(here, is_ours=True)
    return _Hop(url, is_ours=False)


async def _asked(ways: Ways, hop: _Hop, *, method: str) -> httpx.Response:
    client = ways.magica if hop.is_ours else ways.elsewhere
    request = client.build_request(method, hop.url, headers=ASKING, timeout=TIMEOUT)
    try:
        return await client.send(request, stream=True, auth=None, follow_redirects=False)
    except httpx.RequestError as error:
        raise _broken(error, host=request.url.host) from error


async def _chunks(response: httpx.Response, *, limits: Limits) -> AsyncGenerator[bytes, None]:
    encoding = response.headers.get("content-encoding", "")
    parts = response.aiter_raw()
    received = 0
    try:
        async for chunk in unpacked(parts, encoding=encoding) if encoding else parts:
            received += len(chunk)
            _require_size(response, received, limits)
            yield chunk
    except httpx.RequestError as error:
        raise _broken(error, host=response.url.host) from error


@contextmanager
def _within(seconds: float, *, host: str) -> Iterator[None]:
    try:
        with anyio.fail_after(seconds):
            yield
    except TimeoutError as error:
        raise UnreachableError(f"{host} took too long to send the file. {AGAIN_SOON}") from error


def _require_size(response: httpx.Response, size: int, limits: Limits) -> None:
    if size > limits.megabytes * 1_000_000:
        raise FileTooLargeError(
            f"The file at {response.url.host} is larger than {limits.megabytes:g} MB, the most "
            "that is fetched here. Open its URL in a browser instead."
        )


def _broken(error: httpx.RequestError, *, host: str) -> ApiError:
    return no_answer(error, host=host, effect=Effect.NONE).error


def _web_url(text: str) -> httpx.URL:
    target_of(text)
    try:
        return httpx.URL(text)
    except httpx.InvalidURL as error:
        raise InvalidInputError(f"That is not a URL: {error}. Give an http(s) URL.") from error


def _redirected(url: httpx.URL, location: str) -> httpx.URL:
    try:
        target = urljoin(str(url), location)
    except ValueError as error:
        raise UnreachableError(f"{url.host} redirects to what is not a URL.") from error
    return _web_url(target)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _media_type(response: httpx.Response) -> str | None:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower() or None


def _size(response: httpx.Response) -> int | None:
    length = response.headers.get("content-length", "")
    is_plain = "content-encoding" not in response.headers
    return int(length) if is_plain and length.isdecimal() else None


def _refused(response: httpx.Response) -> ApiError:
    where, status = response.url.host, response.status_code
    if status >= 500 or status == 429:
        return ServerFailedError(f"{where} could not give the file ({status}). {AGAIN_SOON}")
    return NotFoundError(
        f"{where} does not give the file ({status}): the link may have expired. Ask for the run's "
        "result again to get a fresh one."
    )
