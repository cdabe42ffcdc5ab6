"""Stored workflows: found by their owner only, listed, and never changed over each other."""

import pytest

from magica_mcp.errors import ConflictError, NotFoundError
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.store import Store
from magica_mcp.models.workflows import WireNode, Workflow


def add(store: Store, owner: Account, *names: str) -> None:
    for name in names:
        with store.writing() as tx:
            tx.workflows.add(owner.id, Workflow(id=name.lower(), name=name))


def names(store: Store, owner: Account, *, search: str | None = None, page: int = 1) -> list[str]:
    with store.reading() as tx:
        found = tx.workflows.page(owner.id, search=search, page=page, page_size=2)
    return [row.name for row in found.items]


def test_a_workflow_comes_back_as_it_was_stored(store: Store, owner: Account) -> None:
    node = WireNode.model_validate({"id": "n", "type": "crop_image", "data": {"inputs": {"x": 1}}})
    with store.writing() as tx:
        tx.workflows.add(owner.id, Workflow(id="w", name="W", description="D", nodes=(node,)))

    with store.reading() as tx:
        found = tx.workflows.get(owner.id, "w")

    assert (found.name, found.description, found.nodes) == ("W", "D", (node,))


def test_nobody_else_finds_it(store: Store, owner: Account) -> None:
    add(store, owner, "Mine")

    with store.reading() as tx, pytest.raises(NotFoundError):
        tx.workflows.get("somebody else", "mine")


def test_a_change_that_would_undo_another_is_refused(store: Store, owner: Account) -> None:
    add(store, owner, "W")
    with store.reading() as tx:
        read = tx.workflows.get(owner.id, "w")
    with store.writing() as tx:
        tx.workflows.replace(owner.id, read.model_copy(update={"name": "first"}))

    with store.writing() as tx, pytest.raises(ConflictError, match="Read it again"):
        tx.workflows.replace(owner.id, read.model_copy(update={"name": "second"}))


def test_the_latest_change_comes_first(store: Store, owner: Account) -> None:
    add(store, owner, "A", "B")

    assert names(store, owner) == ["B", "A"]


def test_a_list_comes_in_pages(store: Store, owner: Account) -> None:
    add(store, owner, "A", "B", "C")

    assert names(store, owner, page=2) == ["A"]


def test_a_page_tells_how_much_there_is(store: Store, owner: Account) -> None:
    add(store, owner, "A", "B", "C")

    with store.reading() as tx:
        page = tx.workflows.page(owner.id, search=None, page=1, page_size=2)

    assert (page.total, page.has_more) == (3, True)


@pytest.mark.parametrize(("search", "found"), [("POST", ["Poster"]), ("%", []), ("x", [])])
def test_a_search_looks_into_names(
    store: Store, owner: Account, search: str, found: list[str]
) -> None:
    add(store, owner, "Poster", "Film")

    assert names(store, owner, search=search) == found


def test_a_deleted_workflow_is_gone(store: Store, owner: Account) -> None:
    add(store, owner, "W")
    with store.writing() as tx:
        tx.workflows.delete(owner.id, "w")

    with store.reading() as tx:
        assert tx.workflows.by_id(owner.id, "w") is None


def test_what_does_not_exist_cannot_be_deleted(store: Store, owner: Account) -> None:
    with store.writing() as tx, pytest.raises(NotFoundError):
        tx.workflows.delete(owner.id, "nothing")
