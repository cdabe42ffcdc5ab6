"""The media library: what runs made and people uploaded (magica-contract 2.7)."""

import base64
import binascii
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError, NodeFailedError, NoRoomError, NotFoundError
from magica_mcp.local.fetch import fetch_media
from magica_mcp.local.media import DISK_IS_FULL, REFERENCE, MediaFolder, name_in
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.files import NewFile, StoredFile
from magica_mcp.local.store.store import Store
from magica_mcp.local.store.tables import FileSource
from magica_mcp.models.media import MediaItem, UploadFile
from magica_mcp.models.wire import JsonObject, Page
from magica_mcp.recognition import MediaFacts, recognized
from magica_mcp.recognition.kinds import MediaType, kind_of
from magica_mcp.recognition.measuring import measured

LONGEST_TITLE = 200
NO_ROOM = (
    "There is no room on the disk for the file, and nothing of it was kept. Free some space on the "
    "disk that holds MAGICA_HOME, then upload it again."
)


class Library:
    """Files of every account; URLs in its answers are "media:" references, see `local.media`.

    `fetch` gives the content behind a URL and raises `NodeFailedError`.
    """

    def __init__(
        self, store: Store, media: MediaFolder, *, fetch: Callable[[str], bytes] | None = None
    ) -> None:
        self._store, self._media = store, media
        self._fetch = fetch or (lambda url: fetch_media(url, media=media))

    def page(
        self,
        account: Account,
        *,
        media_type: str | None = None,
        cursor: str | None = None,
        limit: int = 20,
        skip: int = 0,
    ) -> Page[MediaItem]:
        """The newest first, without the `skip` first; a cursor stays where it is meanwhile.

        Raises `InvalidInputError` for a type or a cursor that does not exist.
        """
        wanted = None if media_type is None else _type_named(media_type)
        with self._store.reading() as tx:
            found = tx.files.page(
                account.id, media_type=wanted, after=cursor, limit=limit + 1, skip=skip
            )
        has_more = len(found) > limit
        return Page(
            items=tuple(map(_item, found[:limit])),
            has_more=has_more,
            next_cursor=found[limit - 1].id if has_more else None,
        )

    def upload(self, account: Account, ask: UploadFile) -> MediaItem:
        """Keep a file for good. Its kind is what its content says, whatever was declared.

        Raises `InvalidInputError` for one that cannot be had, read or used.
        """
        content = self._content(ask)
        with self.arriving(len(content)) as part:
            part.write_bytes(content)
            return self.keep(account, part, called=ask.filename or _end_of(ask.url or ""))

    @contextmanager
    def arriving(self, size: int = 0) -> Iterator[Path]:
        """Where a file of about this size may be written; `keep` keeps it, else it is gone.

        Raises `NoRoomError` where the disk is full or would be.
        """
        if not self._media.has_room_for(size):
            raise NoRoomError(NO_ROOM)
        with full_disk_as_ours(), self._media.part() as part:
            yield part

    def keep(self, account: Account, part: Path, *, called: str = "") -> MediaItem:
        """Keep a file that has arrived. Its kind is what its content says.

        Raises `InvalidInputError` for one that could not be used.
        """
        with part.open("rb") as content:
            facts = looked_at(content)
        name = self._media.name_for("upload", secrets.token_hex(16), 0, extension=facts.extension)
        file = NewFile(
            name=name,
            title=_title(called, facts),
            media_type=facts.kind.media_type,
            mime_type=facts.kind.mime_type,
            size=part.stat().st_size,
            source=FileSource.UPLOAD,
            width=facts.width,
            height=facts.height,
            duration=facts.duration,
        )
        self._media.keep(part, name)
        with self._store.writing() as tx:
            (stored,) = tx.files.add(account.id, [file])
        return _item(stored)

    def _content(self, ask: UploadFile) -> bytes:
        if ask.url is not None:
            try:
                return self._fetch(ask.url)
            except NodeFailedError as error:
                raise InvalidInputError(error.user_message) from error
        return _inline(ask.data_uri) if ask.data_uri is not None else _decoded(ask.base64 or "")


@contextmanager
def full_disk_as_ours() -> Iterator[None]:
    """What the system says of a full disk, as the sentence above."""
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_IS_FULL:
            raise
        raise NoRoomError(NO_ROOM) from error


def looked_at(file: BinaryIO) -> MediaFacts:
    """What a file is, upright where it is a picture, which is really opened.

    Raises `InvalidInputError` for one that could not be used.
    """
    facts = measured(file, recognized(file))
    if facts.kind.media_type is not MediaType.IMAGE:
        return facts
    from magica_mcp.local.nodes.pictures import opened  # noqa: PLC0415 - Pillow is slow to import

    try:
        picture, _ = opened(file)
    except NodeFailedError as error:
        raise InvalidInputError(error.user_message) from error
    return replace(facts, width=picture.width, height=picture.height)


# What runs made -------------------------------------------------------------------------------


def made_files(
    output: JsonObject, *, run_id: str, model_id: str, media: MediaFolder
) -> tuple[NewFile, ...]:
    """The files that a node's output refers to and that are really there."""
    rows = output.get("resultMetadata")
    aligned = rows if isinstance(rows, list) else []
    found = []
    for port, value in output.items():
        for index, reference in enumerate(value if isinstance(value, list) else [value]):
            facts = aligned[index] if port == "result" and index < len(aligned) else output
            file = _made(reference, facts, run_id=run_id, model_id=model_id, media=media)
            found.extend([file] if file else [])
    return tuple(found)


def _made(
    reference: JsonValue, facts: JsonValue, *, run_id: str, model_id: str, media: MediaFolder
) -> NewFile | None:
    name = name_in(reference) if isinstance(reference, str) else None
    if name is None:
        return None
    try:
        size = media.path_of(name).stat().st_size
    except NotFoundError:
        return None
    kind, told = kind_of(name), facts if isinstance(facts, dict) else {}
    return NewFile(
        name=name,
        title=model_id + PurePosixPath(name).suffix,
        media_type=kind.media_type,
        mime_type=kind.mime_type,
        size=size,
        source=FileSource.GENERATION,
        width=_whole(told.get("width")),
        height=_whole(told.get("height")),
        duration=_seconds(told.get("duration")),
        model_id=model_id,
        run_id=run_id,
    )


def _whole(value: JsonValue) -> int | None:
    return value if isinstance(value, int) else None


def _seconds(value: JsonValue) -> float | None:
    return float(value) if isinstance(value, int | float) else None


# What is asked --------------------------------------------------------------------------------


def _type_named(name: str) -> MediaType:
    try:
        return MediaType(name.strip().lower())
    except ValueError as error:
        types = ", ".join(MediaType)
        raise InvalidInputError(
            f"The media library has no type '{name}'. Use one of {types}, or none for all."
        ) from error


def _inline(data_uri: str) -> bytes:
    head, comma, content = data_uri.strip().partition(",")
    if not comma or not head.lower().startswith("data:"):
        raise InvalidInputError(
            "'data_uri' takes a URI such as data:image/png;base64,iVBORw0KGgo. For a file "
            "somewhere on the internet use 'url'."
        )
    is_base64 = head.lower().endswith(";base64")
    return _decoded(unquote(content)) if is_base64 else unquote_to_bytes(content)


def _decoded(text: str) -> bytes:
    """The bytes behind base64, in the plain or the URL alphabet, padded or not."""
    plain = "".join(text.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError(
            "The file is not sound base64. Encode its bytes again, or give a 'url' instead."
        ) from error


def _end_of(url: str) -> str:
    return unquote(urlsplit(url).path)


def _title(named: str, facts: MediaFacts) -> str:
    """What people call the file: the last part of what was said, if anything was."""
    spaced = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in named)
    shown = "".join(letter for letter in spaced if letter.isprintable())
    title = shown.replace("\\", "/").rstrip("/").rpartition("/")[2].strip()
    return title[:LONGEST_TITLE] or f"upload{facts.extension}"


def _item(stored: StoredFile) -> MediaItem:
    file = stored.file
    return MediaItem(
        id=stored.id,
        url=REFERENCE + file.name,
        type=file.media_type.value,
        name=file.title,
        mime_type=file.mime_type,
        size=file.size,
        width=file.width,
        height=file.height,
        duration=file.duration,
        source=file.source.value,
        model_id=file.model_id,
        run_id=file.run_id,
        created_at=stored.created_at,
    )
