"""Removing backgrounds."""

import pytest
from PIL import Image, ImageDraw

from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.background import without_background
from tests.local.nodes.bench import Bench

PAPER, RED = (240, 238, 230), (200, 60, 40)


def ring_on_paper() -> Image.Image:
    """A red ring of 100 pixels, with paper around it and within."""
    picture = Image.new("RGB", (200, 160), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((50, 30, 150, 130), fill=RED)
    draw.ellipse((80, 60, 120, 100), fill=PAPER)
    return picture


@pytest.mark.parametrize(
    ("place", "alpha"), [((2, 2), 0), ((198, 80), 0), ((65, 80), 255), ((100, 80), 255)]
)
def test_what_reaches_the_border_goes_and_what_it_encloses_stays(
    place: tuple[int, int], alpha: int
) -> None:
    assert without_background(ring_on_paper()).getchannel("A").getpixel(place) == alpha


def test_what_stays_keeps_its_color() -> None:
    assert without_background(ring_on_paper()).getpixel((65, 80)) == (*RED, 255)


def test_what_was_clear_stays_clear() -> None:
    picture = ring_on_paper().convert("RGBA")
    picture.paste((0, 0, 0, 0), (60, 75, 70, 85))

    assert without_background(picture).getchannel("A").getpixel((65, 80)) == 0


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (3, 900)])
def test_a_picture_of_one_color_is_all_background(size: tuple[int, int]) -> None:
    assert without_background(Image.new("L", size, 7)).getchannel("A").getextrema() == (0, 0)


def test_the_result_is_a_png_of_the_same_size(bench: Bench) -> None:
    source = bench.keep(ring_on_paper(), form="JPEG", extension=".jpg")

    output = run_node(bench.job("background_remover", {"image_url": source})).output

    assert isinstance(output["result"], list)
    picture = bench.picture(output["result"][0])
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", (200, 160))
