"""The media library: which files of the media folder are whose, and what is known of them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from magica_mcp.errors import InvalidInputError
from magica_mcp.local.store.ids import Clock, iso, new_id
from magica_mcp.local.store.tables import FileSource, files
from magica_mcp.recognition.kinds import MediaType


@dataclass(frozen=True)
class NewFile:
    """A file in the media folder, by its name there; `title` is what people call it.

    Sizes are bytes and pixels, `duration` is in seconds.
    """

    name: str
    title: str
    media_type: MediaType
    mime_type: str
    size: int
    source: FileSource
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    model_id: str | None = None
    run_id: str | None = None


@dataclass(frozen=True)
class StoredFile:
    """A file of the library."""

    id: str
    created_at: str
    file: NewFile


_FACTS = tuple(NewFile.__dataclass_fields__)


@dataclass(frozen=True)
class Files:
    """Statements about files; each sees only those of the account that is named."""

    connection: sa.Connection
    now: Clock

    def add(self, account_id: str, new: Iterable[NewFile]) -> tuple[StoredFile, ...]:
        """List files, in the order in which they were made; one that is listed already is not."""
        by_name = {file.name: file for file in new}
        if not by_name:
            return ()
        query = sa.select(files.c.name).where(files.c.name.in_(by_name))
        known = set(self.connection.execute(query).scalars())
        moment = iso(self.now())
        added = tuple(
            StoredFile(id=new_id(), created_at=moment, file=file)
            for name, file in by_name.items()
            if name not in known
        )
        if added:
            rows = [_columns(account_id, file) for file in added]
            self.connection.execute(sa.insert(files), rows)
        return added

    def page(
        self,
        account_id: str,
        *,
        media_type: MediaType | None,
        after: str | None,
        limit: int,
        skip: int = 0,
    ) -> Sequence[StoredFile]:
        """The newest first, or those that come after the file with the id `after`.

        Raises `InvalidInputError` where there is no such file.
        """
        query = sa.select(files).where(files.c.account_id == account_id)
        if media_type is not None:
            query = query.where(files.c.media_type == media_type.value)
        if after is not None:
            query = query.where(files.c.position < self._position(account_id, after))
        ordered = query.order_by(files.c.position.desc()).limit(limit).offset(skip)
        rows = self.connection.execute(ordered)
        return [_stored(row) for row in rows]

    def _position(self, account_id: str, file_id: str) -> int:
        query = sa.select(files.c.position).where(
            files.c.account_id == account_id, files.c.id == file_id
        )
        position = self.connection.execute(query).scalar()
        if position is None:
            raise InvalidInputError(
                f"'{file_id}' is not a cursor of the media library. Pass nextCursor of the answer "
                "before, or leave it out to begin again."
            )
        return int(position)


def _columns(account_id: str, stored: StoredFile) -> dict[str, Any]:
    facts = asdict(stored.file)
    facts["media_type"], facts["source"] = stored.file.media_type.value, stored.file.source.value
    return {
        **facts,
        "id": stored.id,
        "account_id": account_id,
        "created_at": stored.created_at,
    }


def _stored(row: sa.Row[Any]) -> StoredFile:
    columns = row._asdict()
    facts = {name: columns[name] for name in _FACTS}
    facts["media_type"] = MediaType(row.media_type)
    facts["source"] = FileSource(row.source)
    return StoredFile(id=row.id, created_at=row.created_at, file=NewFile(**facts))


_TABLE = """
    CREATE TABLE IF NOT EXISTS files (
        position INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        account_id TEXT NOT NULL REFERENCES accounts (id),
        name TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        media_type TEXT NOT NULL,
        mime_type TEXT NOT NULL,
        size BIGINT NOT NULL,
        width INTEGER,
        height INTEGER,
        duration FLOAT,
        source TEXT NOT NULL,
        model_id TEXT,
        run_id TEXT REFERENCES runs (id),
        created_at TEXT NOT NULL
    )
"""
_INDEX = "CREATE INDEX IF NOT EXISTS files_of_account ON files (account_id, media_type, position)"


def add_files(connection: sa.Connection) -> None:
    """From version 2 to 3: there is a media library; it starts empty. Only SQLite had those."""
    for statement in (_TABLE, _INDEX):
        connection.exec_driver_sql(statement)
