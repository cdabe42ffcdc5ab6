"""Edits of stored workflows, also by several editors at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from magica_mcp.errors import NotFoundError
from magica_mcp.local.magica import LocalMagica, NewAccount
from magica_mcp.local.workflow_desk import WorkflowDesk
from magica_mcp.models.building import AddNode, CreateWorkflow, UpdateWorkflow

SECONDS = 30


@pytest.fixture
def desk(magica: LocalMagica, account: NewAccount) -> WorkflowDesk:
    return WorkflowDesk(magica, account.account)


def test_two_editors_at_once_lose_nothing(desk: WorkflowDesk) -> None:
    workflow_id = desk.create(CreateWorkflow(name="Shared")).workflow_id

    def add_ten(row: int) -> list[str]:
        ask = AddNode(node_type="crop_image", row=row)
        return [desk.add_node(workflow_id, ask).node_id for _ in range(10)]

    with ThreadPoolExecutor(2) as editors:
        added = [each for ids in editors.map(add_ten, (0, 1), timeout=SECONDS) for each in ids]

    kept = {node.id for node in desk.magica.workflow(desk.account, workflow_id).nodes}
    assert len(set(added)) == 20
    assert set(added) < kept


def test_of_two_who_delete_a_node_one_is_told_that_it_is_gone(desk: WorkflowDesk) -> None:
    workflow_id = desk.create(CreateWorkflow(name="Shared")).workflow_id
    node_id = desk.add_node(workflow_id, AddNode(node_type="crop_image")).node_id
    desk.delete_node(workflow_id, node_id)

    with pytest.raises(NotFoundError, match=f"has no node '{node_id}'"):
        desk.delete_node(workflow_id, node_id)


def test_a_refused_edit_changes_nothing(desk: WorkflowDesk) -> None:
    workflow_id = desk.create(CreateWorkflow(name="Mine")).workflow_id
    before = desk.magica.workflow(desk.account, workflow_id)

    with pytest.raises(NotFoundError):
        desk.add_node(workflow_id, AddNode(node_type="no_such_model"))

    assert desk.magica.workflow(desk.account, workflow_id) == before


def test_a_description_can_be_taken_away(desk: WorkflowDesk) -> None:
    ask = CreateWorkflow(name="Mine", description="Long.")
    workflow_id = desk.create(ask).workflow_id

    described = desk.describe(workflow_id, UpdateWorkflow(description=""))

    assert (described.name, described.description) == ("Mine", "")
