"""Processes that share a database must share the folder of media as well."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from magica_mcp.errors import ConfigurationError, LocalMagicaError
from magica_mcp.local.sharing import agree_on_media
from magica_mcp.local.store.store import Store, open_store
from tests.local.postgres import needs_postgres, new_database

pytestmark = needs_postgres


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with new_database() as made:
        yield made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened
        with opened.writing() as tx:
            tx.processes.leave("other")


def agree(store: Store, folder: Path) -> None:
    with store.writing() as tx:
        agree_on_media(tx, folder)


def be_alive(store: Store) -> None:
    with store.writing() as tx:
        tx.processes.beat("other")


def test_the_folder_of_the_others_is_agreed_on_under_whatever_name(
    store: Store, tmp_path: Path
) -> None:
    agree(store, tmp_path / "media")
    be_alive(store)
    (tmp_path / "mounted").symlink_to(tmp_path / "media")

    agree(store, tmp_path / "mounted")

    assert (tmp_path / "mounted" / ".magica").is_file()


def test_another_folder_is_refused_while_others_are_alive(store: Store, tmp_path: Path) -> None:
    agree(store, tmp_path / "media")
    be_alive(store)

    with pytest.raises(ConfigurationError, match="Set MAGICA_LOCAL_MEDIA_DIR to the folder that"):
        agree(store, tmp_path / "elsewhere")


def test_who_is_alone_decides_where_media_are(store: Store, tmp_path: Path) -> None:
    agree(store, tmp_path / "media")

    agree(store, tmp_path / "elsewhere")

    assert (tmp_path / "elsewhere" / ".magica").is_file()


def test_a_folder_that_cannot_be_is_told_with_the_setting(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(LocalMagicaError, match="Set MAGICA_LOCAL_MEDIA_DIR"):
        agree(store, tmp_path / "file" / "media")
