"""A fresh database for each test, with one account in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.store import Store, open_store
from tests.local.postgres import SERVER, new_database, new_schema


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with new_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"] if SERVER else ["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Each kind of database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'magica.sqlite'}"
        return
    with new_schema(request.getfixturevalue("postgres")) as made:
        yield made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def owner(store: Store) -> Account:
    made = Account(id="c" * 25, name="Owner")
    with store.writing() as tx:
        tx.accounts.add(made)
    return made
