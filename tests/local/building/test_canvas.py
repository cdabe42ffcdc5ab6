"""Where nodes are placed when nobody says where."""

import pytest

from magica_mcp.errors import InvalidInputError
from magica_mcp.local.building.canvas import COLUMN, ROW
from magica_mcp.models.workflows import Workflow
from tests.local.building.samples import RESPONSE, empty, place_of, with_added


def test_a_first_node_goes_to_the_first_column() -> None:
    assert place_of(with_added(empty(), "a", "gpt_5_4"), "a") == (COLUMN, 0)


def test_each_further_node_goes_to_the_next_column() -> None:
    workflow = with_added(with_added(empty(), "a", "gpt_5_4"), "b", "gpt_5_4")

    assert place_of(workflow, "b") == (2 * COLUMN, 0)


def test_a_second_node_in_a_column_goes_to_its_next_row() -> None:
    workflow = with_added(empty(), "a", "gpt_5_4", column=1)

    assert place_of(with_added(workflow, "b", "gpt_5_4", column=1), "b") == (COLUMN, ROW)


def test_a_row_that_became_free_is_used_again() -> None:
    workflow = with_added(empty(), "a", "gpt_5_4", column=1, row=1)

    assert place_of(with_added(workflow, "b", "gpt_5_4", column=1), "b") == (COLUMN, 0)


def test_a_column_and_a_row_are_kept_to() -> None:
    assert place_of(with_added(empty(), "a", "gpt_5_4", column=3, row=2), "a") == (
        3 * COLUMN,
        2 * ROW,
    )


def test_a_position_wins_over_column_and_row() -> None:
    asked = {"position": {"x": -5, "y": 7.5}, "column": 3, "row": 2}

    assert place_of(with_added(empty(), "a", "gpt_5_4", **asked), "a") == (-5, 7.5)


def test_columns_are_counted_from_where_the_request_lies() -> None:
    request, response = empty().nodes
    moved = request.model_copy(update={"position": {"x": 1000.0, "y": 50.0}})
    workflow = empty().model_copy(update={"nodes": (moved, response)})

    assert place_of(with_added(workflow, "a", "gpt_5_4"), "a") == (1000 + COLUMN, 50)


def test_a_node_that_was_moved_by_hand_takes_the_nearest_place() -> None:
    workflow = with_added(empty(), "a", "gpt_5_4", position={"x": 420.5, "y": -30})

    assert place_of(with_added(workflow, "b", "gpt_5_4", column=1), "b") == (COLUMN, ROW)


def test_the_response_moves_on_before_a_node_would_cover_it() -> None:
    workflow = with_added(with_added(empty(), "a", "gpt_5_4"), "b", "gpt_5_4")

    assert place_of(workflow, RESPONSE) == (3 * COLUMN, 0)


def test_the_response_stays_where_it_is_otherwise() -> None:
    before = empty()

    assert place_of(with_added(before, "a", "gpt_5_4"), RESPONSE) == place_of(before, RESPONSE)


def test_nothing_moves_for_a_node_with_a_position_of_its_own() -> None:
    before = empty()
    after = with_added(before, "a", "gpt_5_4", position={"x": 5000, "y": 0})

    assert place_of(after, RESPONSE) == place_of(before, RESPONSE)


def test_nodes_without_a_position_are_passed_over() -> None:
    bare = Workflow.model_validate(
        {
            "id": "wf",
            "nodes": [
                {"id": "r", "type": "request"},
                {"id": "x", "type": "gpt_5_4", "position": {}},
                {"id": "y", "type": "gpt_5_4", "position": {"x": float("inf"), "y": 0}},
                {"id": "s", "type": "response"},
            ],
        }
    )

    assert place_of(with_added(bare, "a", "gpt_5_4"), "a") == (COLUMN, 0)


@pytest.mark.parametrize(
    "asked",
    [
        {"column": 101},
        {"row": 10**400},
        {"position": {"x": float("nan"), "y": 0}},
        {"position": {"x": 0, "y": 1e300}},
    ],
)
def test_a_place_out_of_reach_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match="Leave it out to have a place chosen"):
        with_added(empty(), "a", "gpt_5_4", **asked)
