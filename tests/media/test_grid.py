"""How tiles share a sheet."""

import pytest

from magica_mcp.media.glimpse import Room
from magica_mcp.media.grid import grid_for


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 10, 12])
@pytest.mark.parametrize("ratio", [9 / 16, 1.0, 16 / 9, 3.0])
@pytest.mark.parametrize("room", [Room(), Room(side=768, bytes=60_000, pixels=400_000)])
def test_every_sheet_fits_its_room_and_holds_all_tiles(
    count: int, ratio: float, room: Room
) -> None:
    grid = grid_for(count, ratio=ratio, room=room, largest=640)

    width, height = grid.size
    assert max(width, height) <= room.side
    assert grid.width * grid.height * count <= room.pixels
    assert grid.columns * grid.rows >= count
    assert abs(grid.width / grid.height / ratio - 1) < 0.05


def test_four_wide_pictures_lie_two_by_two() -> None:
    grid = grid_for(4, ratio=16 / 9, room=Room(), largest=640)

    assert (grid.columns, grid.rows) == (2, 2)


def test_tiles_go_from_left_to_right_and_do_not_overlap() -> None:
    grid = grid_for(6, ratio=1.0, room=Room(), largest=640)
    corners = [grid.corner(index) for index in range(6)]

    assert corners == sorted(corners, key=lambda corner: (corner[1], corner[0]))
    assert corners[1][0] - corners[0][0] > grid.width
