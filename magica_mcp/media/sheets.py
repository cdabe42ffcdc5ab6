"""Several pictures on one sheet, each with its number or its time in a corner."""

import io
from collections.abc import Mapping, Sequence
from statistics import median

from PIL import Image

from magica_mcp.media.encoding import encoded
from magica_mcp.media.glimpse import Picture, Room
from magica_mcp.media.grid import grid_for
from magica_mcp.media.lettering import letter_size, with_plate

GROUND = (24, 26, 31)
"""Neither black nor white, so that the edges of any picture are seen."""


def sheet(
    pictures: Sequence[Image.Image], words: Sequence[str], *, room: Room, largest: int
) -> Image.Image:
    """A grid of the pictures in order; `largest` is the longest side of a tile in pixels."""
    ratio = median(picture.width / picture.height for picture in pictures)
    ratio = min(3.0, max(1 / 3, ratio))
    grid = grid_for(len(pictures), ratio=ratio, room=room, largest=largest)
    size = letter_size(grid.width, grid.height)
    board = Image.new("RGB", grid.size, GROUND)
    for index, (picture, label) in enumerate(zip(pictures, words, strict=True)):
        tile = _within(picture, grid.width, grid.height)
        left, top = grid.corner(index)
        x = left + (grid.width - tile.width) // 2
        y = top + (grid.height - tile.height) // 2
        board.paste(tile, (x, y))
        with_plate(board, label, at=(x + size // 3, y + size // 3), size=size)
    return board


def contact_sheet(tiles: Mapping[int, Picture], *, room: Room) -> Picture:
    """The tiles of several files, by their numbers."""
    pictures = [Image.open(io.BytesIO(tile.content)) for tile in tiles.values()]
    numbers = [str(number) for number in tiles]
    largest = max(max(tile.width, tile.height) for tile in tiles.values())
    return encoded(sheet(pictures, numbers, room=room, largest=largest), room=room)


def _within(picture: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(width / picture.width, height / picture.height, 1.0)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture if size == picture.size else picture.resize(size, Image.Resampling.BICUBIC)
