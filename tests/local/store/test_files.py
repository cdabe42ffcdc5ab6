"""Files of the media library, as the store keeps them."""

import pytest
import sqlalchemy as sa

from magica_mcp.errors import InvalidInputError
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.database import open_database
from magica_mcp.local.store.files import NewFile, add_files
from magica_mcp.local.store.migrations import MIGRATIONS
from magica_mcp.local.store.store import Store, open_store
from magica_mcp.local.store.tables import FileSource, files, schema_version
from magica_mcp.recognition.kinds import MediaType


def file(name: str, media_type: MediaType = MediaType.IMAGE) -> NewFile:
    return NewFile(name, name, media_type, "image/png", size=7, source=FileSource.UPLOAD)


def names(store: Store, account: Account, *, after: str | None = None, limit: int = 9) -> list[str]:
    with store.reading() as tx:
        page = tx.files.page(account.id, media_type=None, after=after, limit=limit)
    return [stored.file.name for stored in page]


def test_the_newest_come_first(store: Store, owner: Account) -> None:
    with store.writing() as tx:
        tx.files.add(owner.id, [file("a"), file("b")])
        tx.files.add(owner.id, [file("c")])

    assert names(store, owner) == ["c", "b", "a"]


def test_a_file_is_listed_once(store: Store, owner: Account) -> None:
    with store.writing() as tx:
        tx.files.add(owner.id, [file("a"), file("a")])
        again = tx.files.add(owner.id, [file("a"), file("b")])

    assert [stored.file.name for stored in again] == ["b"]


def test_a_page_goes_on_where_the_one_before_ended(store: Store, owner: Account) -> None:
    with store.writing() as tx:
        added = tx.files.add(owner.id, [file(name) for name in "abcd"])
        tx.files.add(owner.id, [file("new")])

    assert names(store, owner, after=added[2].id, limit=2) == ["b", "a"]


def test_a_file_comes_back_as_it_was(store: Store, owner: Account) -> None:
    new = NewFile(
        "a.mp4",
        "Film",
        MediaType.VIDEO,
        "video/mp4",
        size=5_000_000_000,
        source=FileSource.UPLOAD,
        width=640,
        height=360,
        duration=2.5,
    )
    with store.writing() as tx:
        added = tx.files.add(owner.id, [new])

    with store.reading() as tx:
        page = tx.files.page(owner.id, media_type=MediaType.VIDEO, after=None, limit=1)
    assert (tuple(page), page[0].file) == (added, new)


def test_a_home_from_before_the_library_gets_an_empty_one(url: str) -> None:
    with open_store(url) as store, store.engine.begin() as connection:
        files.drop(connection)
        before = MIGRATIONS.index(add_files) + 1
        connection.execute(sa.update(schema_version).values(version=before))

    # What later versions add exists already in this one.
    with open_database(url, migrations=MIGRATIONS[:before]) as engine:
        names_of_tables = sa.inspect(engine).get_table_names()

    assert "files" in names_of_tables


def test_another_account_sees_nothing_of_it(store: Store, owner: Account) -> None:
    other = Account(id="other", name="Other")
    with store.writing() as tx:
        tx.accounts.add(other)
        (added,) = tx.files.add(owner.id, [file("a")])

    assert names(store, other) == []
    with pytest.raises(InvalidInputError, match="is not a cursor of the media library"):
        names(store, other, after=added.id)
