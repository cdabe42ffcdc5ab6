"""Files that runs made, streamed from wherever Magica keeps them.

Our key goes only to the origin it belongs to; every hop elsewhere is asked about first.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from magica_mcp.addresses import target_of
from magica_mcp.api.failures import AGAIN_SOON, no_answer
from magica_mcp.api.guard import MayFetch
from magica_mcp.api.retry import Effect
from magica_mcp.api.transport import TIMEOUT
from magica_mcp.errors import (
    ApiError,
    InvalidInputError,
    NotFoundError,
    ServerFailedError,
    UnreachableError,
)

MOST_REDIRECTS = 5


@dataclass(frozen=True)
class Download:
    """An open file: `size` is in bytes, where the other end says it."""

    media_type: str | None
    size: int | None
    chunks: AsyncIterator[bytes]


@asynccontextmanager
async def opened(
    http: httpx.AsyncClient, url: str, *, may_fetch: MayFetch
) -> AsyncIterator[Download]:
    """Open a file for reading; it is closed on leaving.

    Raises:
        InvalidInputError: it is no http(s) URL.
        ApiError: it is not there, or the way to it is broken; also while it is read.
    """
    response = await _followed(http, _web_url(url), may_fetch=may_fetch)
    try:
        if not response.is_success:
            raise _refused(response)
        async with aclosing(_chunks(response)) as chunks:
            yield Download(_media_type(response), _size(response), chunks)
    finally:
        await response.aclose()


async def _followed(
    http: httpx.AsyncClient, url: httpx.URL, *, may_fetch: MayFetch
) -> httpx.Response:
    """The answer at the end of all redirects, its body not yet read."""
    for _hop in range(MOST_REDIRECTS + 1):
        is_ours = _origin(url) == _origin(http.base_url)
        if not is_ours:
            await may_fetch(str(url))
        request = http.build_request("GET", url, headers={"Accept": "*/*"}, timeout=TIMEOUT)
        if not is_ours:
            request.headers.pop("Authorization", None)
        response = await _send(http, request)
        if not response.has_redirect_location:
            return response
        await response.aclose()
        url = _next_hop(url, response.headers["location"])
    raise UnreachableError(f"{url.host} redirects in circles. The file cannot be fetched.")


async def _send(http: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    try:
        return await http.send(request, stream=True, auth=None, follow_redirects=False)
    except httpx.RequestError as error:
        raise _broken(error, host=request.url.host) from error


async def _chunks(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    try:
        async for chunk in response.aiter_bytes():
            yield chunk
    except httpx.RequestError as error:
        raise _broken(error, host=response.url.host) from error


def _broken(error: httpx.RequestError, *, host: str) -> ApiError:
    return no_answer(error, host=host, effect=Effect.NONE).error


def _web_url(text: str) -> httpx.URL:
    target_of(text)
    try:
        return httpx.URL(text)
    except httpx.InvalidURL as error:
        raise InvalidInputError(f"That is not a URL: {error}. Give an http(s) URL.") from error


def _next_hop(url: httpx.URL, location: str) -> httpx.URL:
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
