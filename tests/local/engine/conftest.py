"""A workshop for each test, on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from magica_mcp.local.catalog import Catalog, load_catalog
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.ids import new_id
from magica_mcp.local.store.store import open_store
from tests.local.engine.workshop import CREDIT, Workshop
from tests.local.postgres import SERVER, new_database


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """One database for all tests, since creating one takes longer than a test."""
    with new_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"] if SERVER else ["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each kind of database; the tests of one share that of PostgreSQL."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres"))
    return f"sqlite:///{tmp_path / 'magica.sqlite'}"


@pytest.fixture
def workshop(url: str, tmp_path: Path, catalog: Catalog) -> Iterator[Workshop]:
    """One account with one credit."""
    owner = Account(id=new_id(), name="Owner")
    with open_store(url) as store:
        with store.writing() as tx:
            tx.accounts.add(owner)
            tx.ledger.grant(owner.id, microcredits=CREDIT)
        yield Workshop(store, owner, catalog=catalog, folder=tmp_path / "media")
        with store.reading() as tx:
            left = tx.runs.unfinished()
        for run_id in left:  # or the next test would pick it up
            Workshop(store, owner, catalog=catalog, folder=tmp_path).engine.cancel(run_id)


@pytest.fixture
def sharing(workshop: Workshop, tmp_path: Path) -> Workshop:
    """The same workshop, where others may share its store."""
    return Workshop(
        workshop.store,
        workshop.account,
        catalog=workshop.catalog,
        folder=tmp_path / "media",
        process_id="us",
    )
