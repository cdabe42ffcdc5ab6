"""A file of the media library by its id.

No endpoint of Magica gives one file, so the newest are looked through.
"""

from typing import TYPE_CHECKING

from magica_mcp.errors import NotFoundError, shortened
from magica_mcp.models.media import MediaItem

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient

PAGES = 5
PER_PAGE = 100


async def library_item(client: "MagicaClient", media_id: str) -> MediaItem:
    """The file that an id, or the last part of its URL, means.

    Raises:
        NotFoundError: it is not among the newest.
    """
    cursor: str | None = None
    for _ in range(PAGES):
        page = await client.media_library(cursor=cursor, limit=PER_PAGE)
        found = next((item for item in page.items if media_id in _names(item)), None)
        if found is not None:
            return found
        cursor = page.next_cursor
        if cursor is None:
            break
    message = (
        f"No recent file of the media library has the id '{shortened(media_id)}'. "
        "See get_generations."
    )
    raise NotFoundError(message)


def _names(item: MediaItem) -> tuple[str, ...]:
    return (item.id, item.url.rsplit("/", 1)[-1])
