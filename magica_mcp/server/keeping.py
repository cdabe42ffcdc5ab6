"""The files of one run, from wherever Magica keeps them to their places on this disk."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from magica_mcp.errors import UnreadableAnswerError
from magica_mcp.media.endings import ending_of, ending_of_text
from magica_mcp.media.naming import numbered
from magica_mcp.media.parts import Part, beside, disk_errors_as_ours
from magica_mcp.media.places import Place
from magica_mcp.media.register import SavedFile
from magica_mcp.media.sidecars import read_sidecar, written
from magica_mcp.models.runs import Asset, Run, assets_of, result_assets, result_of
from magica_mcp.server.origins import Content, Origin, sidecar_of
from magica_mcp.server.pouring import opened_part, pour
from magica_mcp.server.render.runs import text_of

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient


@dataclass(frozen=True)
class Item:
    """One thing to save: a file at a URL, or words that came in the answer."""

    number: int
    asset: Asset | None = None
    text: str | None = None


def items_of(run: Run, *, with_text: bool) -> tuple[Item, ...]:
    """What there is to save: the result's files, those of the nodes, and words where wanted.

    Words that stand in one of the files already are left out.
    """
    assets = assets_of(run)
    items = [Item(number, asset=asset) for number, asset in enumerate(assets, start=1)]
    text = text_of(result_of(run)) if with_text else None
    if text and not any(asset.media_type == "file" for asset in result_assets(run)):
        items.append(Item(len(items) + 1, text=text))
    return tuple(items)


@dataclass(frozen=True)
class Keeper:
    """Saves items of one run; `now` gives the time in ISO 8601, `poured` hears of bytes."""

    client: "MagicaClient"
    origin: Origin
    place: Place
    of: int
    now: Callable[[], str]
    poured: Callable[[int], None]

    async def keep(self, item: Item) -> tuple[SavedFile, bool]:
        """Save one item; whether it is new, or was there already.

        Raises:
            ConfigurationError: the disk does not take it.
            MagicaError: it cannot be fetched.
        """
        with disk_errors_as_ours(self.place.folder):
            async with opened_part(self.place.folder) as part:
                if item.asset is None:
                    return await self._words(part, item)
                async with self.client.download(item.asset.url) as file:
                    await pour(file.chunks, part, poured=self.poured)
                if not part.size:
                    raise UnreadableAnswerError("The file is empty. Ask for the run again.")
                head = await to_thread.run_sync(lambda: part.head)
                said = file.media_type or item.asset.mime_type
                ending = ending_of(said, url=item.asset.url, head=head, wish=self.place.suffix)
                return await self._kept(part, item, ending, content_type=said)

    async def _words(self, part: Part, item: Item) -> tuple[SavedFile, bool]:
        text = item.text or ""

        async def lines() -> AsyncIterator[bytes]:
            yield text.encode(errors="replace")

        await pour(lines(), part, poured=self.poured)
        ending = ending_of_text(text, wish=self.place.suffix)
        return await self._kept(part, item, ending, content_type="text/plain")

    async def _kept(
        self, part: Part, item: Item, ending: str, *, content_type: str | None
    ) -> tuple[SavedFile, bool]:
        content = Content(
            sha256=part.sha256,
            bytes=part.size,
            content_type=content_type,
            at=self.now(),
            number=item.number,
            of=self.of,
            asset=item.asset,
        )
        stem = numbered(self.place.stem or self.origin.stem, item.number, of=self.of)
        keep = partial(
            part.keep,
            stem,
            ending,
            describe=lambda name: written(sidecar_of(self.origin, content, file=name)),
            is_same=lambda path: self._is_same(path, content),
        )
        path, is_new = await to_thread.run_sync(keep)
        return SavedFile(item.number, path, content.sha256, content.bytes), is_new

    def _is_same(self, path: Path, content: Content) -> bool:
        """Whether this very file of this very run is there already, beside its description."""
        known = read_sidecar(beside(path)) if path.is_file() else None
        return (
            known is not None
            and known.run_id == self.origin.run.run_id
            and known.asset.number == content.number
            and known.sha256 == content.sha256
            and path.stat().st_size == content.bytes
        )
