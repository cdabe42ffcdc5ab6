"""How tiles of one shape share a sheet: as few gaps and as large tiles as there is room for."""

import math
from dataclasses import dataclass

from magica_mcp.media.glimpse import Room

GAP = 8
"""Pixels between tiles and around them."""


@dataclass(frozen=True)
class Grid:
    """So many columns of tiles of a size, in pixels."""

    columns: int
    rows: int
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        """Of the whole sheet."""
        return (
            GAP + self.columns * (self.width + GAP),
            GAP + self.rows * (self.height + GAP),
        )

    def corner(self, index: int) -> tuple[int, int]:
        """Where a tile's upper left corner lies; the last row begins at the left as well."""
        row, column = divmod(index, self.columns)
        return GAP + column * (self.width + GAP), GAP + row * (self.height + GAP)


def grid_for(count: int, *, ratio: float, room: Room, largest: int) -> Grid:
    """The grid with the largest tiles, none with a longer side than `largest`.

    `ratio` is a tile's width by its height. Where tiles are as large, the squarest sheet.
    """
    found = [
        grid
        for columns in range(1, count + 1)
        if (grid := _grid(count, columns, ratio=ratio, room=room, largest=largest))
    ]
    return max(found, key=lambda grid: (grid.width * grid.height, -max(grid.size)))


def _grid(count: int, columns: int, *, ratio: float, room: Room, largest: int) -> Grid | None:
    rows = math.ceil(count / columns)
    across = room.side - GAP * (columns + 1)
    down = room.side - GAP * (rows + 1)
    by_pixels = math.sqrt(room.pixels * ratio / (columns * rows))  # gaps aside: they are dark
    width = min(across / columns, down / rows * ratio, by_pixels, largest, largest * ratio)
    if across <= 0 or down <= 0:
        return None
    return Grid(columns, rows, max(1, int(width)), max(1, int(width / ratio)))
