"""The pieces of local Magica, opened in the order in which they need each other."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import sqlalchemy as sa

from magica_mcp.local.catalog import Catalog
from magica_mcp.local.engine.engine import Engine, open_engine
from magica_mcp.local.engine.limits import TimeLimits
from magica_mcp.local.engine.work import NodeWork
from magica_mcp.local.founding import secrets_of_home
from magica_mcp.local.media import MediaFolder
from magica_mcp.local.nodes.job import LlmEndpoint, RunNode, Workbench
from magica_mcp.local.sharing import agree_on_media
from magica_mcp.local.store.database import is_shared, url_in
from magica_mcp.local.store.store import Store, open_store
from magica_mcp.local.webhooks.courier import open_courier
from magica_mcp.local.webhooks.posting import Poster
from magica_mcp.local.webhooks.retrying import Schedule


@dataclass(frozen=True)
class Pieces:
    """What local Magica is made of, once all of it is open."""

    store: Store
    engine: Engine
    media: MediaFolder
    token: str = field(repr=False)


@contextmanager
def opened(  # noqa: PLR0913 - each is one piece or setting
    folder: Path,
    *,
    catalog: Catalog,
    database_url: str | None,
    llm: LlmEndpoint | None,
    run_node: RunNode,
    post: Poster,
    schedule: Schedule,
    limits: TimeLimits,
    media_folder: Path | None = None,
) -> Iterator[Pieces]:
    """Raises as `open_magica` does."""
    place = media_folder or folder / "media"
    with open_store(url_in(folder, database_url)) as store:
        with store.writing() as tx:
            tx.processes.take_turns()
            token, media_secret = secrets_of_home(tx)
            if is_shared(database_url):
                agree_on_media(tx, place)
        media = MediaFolder(place, secret=bytes.fromhex(media_secret))
        media.remove_leftovers(now=time.time())
        work = NodeWork(store, catalog, Workbench(media, llm), run_node, Event(), limits)
        # The engine is closed first, so that the last events are still sent or at least kept.
        with (
            open_courier(store, post=post, schedule=schedule, is_alone=not is_shared(database_url)),
            open_engine(work, database_url=_durable_url(folder, database_url)) as engine,
        ):
            yield Pieces(store, engine, media, token)


def _durable_url(folder: Path, database_url: str | None) -> str | sa.URL:
    """DBOS keeps its tables beside ours: in a file of its own, or in a schema of its own."""
    if database_url and is_shared(database_url):
        return database_url
    return sa.URL.create("sqlite", database=str(folder / "dbos.sqlite"))
