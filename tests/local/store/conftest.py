"""A fresh database for each test, with one account in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.store import Store, open_store


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'magica.sqlite'}"


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
