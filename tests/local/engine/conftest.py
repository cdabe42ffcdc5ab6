"""A workshop for each test, on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from magica_mcp.local.catalog import Catalog, load_catalog
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.store import open_store
from tests.local.engine.workshop import CREDIT, Workshop


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def workshop(tmp_path: Path, catalog: Catalog) -> Iterator[Workshop]:
    """One account with one credit."""
    owner = Account(id="c" * 25, name="Owner")
    with open_store(f"sqlite:///{tmp_path / 'magica.sqlite'}") as store:
        with store.writing() as tx:
            tx.accounts.add(owner)
            tx.ledger.grant(owner.id, microcredits=CREDIT)
        yield Workshop(store, owner, catalog=catalog, folder=tmp_path / "media")
