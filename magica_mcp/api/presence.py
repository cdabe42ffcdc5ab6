"""Whether a file is still where Magica put it once, asked without fetching it."""

import anyio
import httpx

from magica_mcp.addresses import is_loopback_host, target_of
from magica_mcp.api.downloads import Ways, followed
from magica_mcp.errors import MagicaError

LOOK_SECONDS = 10
GONE = frozenset({401, 403, 404, 410})
"""What is answered for a file that was removed, or to whose link the right has ended."""
METHODS = ("HEAD", "GET")
"""Some hosts let nobody ask for the head alone; the second is ended before the content comes."""


async def present_url(ways: Ways, url: str) -> str | None:
    """Where the file is now, or None where it is gone; where nobody knows, it is believed.

    Local Magica says where, since the port in its URLs may have changed since.
    """
    try:
        target = target_of(url)
        with anyio.fail_after(LOOK_SECONDS):
            response = await _answer(ways, httpx.URL(url))
    except (MagicaError, TimeoutError, httpx.InvalidURL):
        return url
    if response.status_code in GONE:
        return None
    told = response.headers.get("content-location", "")
    base = ways.magica.base_url.host
    is_of_this_machine = is_loopback_host(base) and is_loopback_host(target.host)
    return told if is_of_this_machine and told.startswith("http") else url


async def _answer(ways: Ways, url: httpx.URL) -> httpx.Response:
    for method in METHODS:
        response = await followed(ways, url, method=method)
        await response.aclose()
        if response.is_success or response.status_code in {404, 410}:
            break
    return response
