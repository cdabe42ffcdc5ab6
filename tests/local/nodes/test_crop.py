"""Cropping pictures."""

import pytest
from PIL import Image

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.crop import axes_of
from magica_mcp.models.wire import JsonObject
from tests.local.nodes.bench import Bench

WIDTH, HEIGHT = 200, 100


@pytest.mark.parametrize(
    ("values", "across", "down"),
    [
        ({}, (0, 200), (0, 100)),
        ({"x_percent": 25, "width_percent": 50}, (50, 150), (0, 100)),
        ({"y_percent": 10, "height_percent": 33.3}, (0, 200), (10, 43)),
        ({"x_percent": 75}, (150, 200), (0, 100)),
        ({"crop": {"x": 10, "y": 20, "width": 30, "height": 40}}, (20, 80), (20, 60)),
        (
            {"crop": {"x": 10, "y": 0, "width": 30, "height": 100}, "x_percent": 50},
            (20, 80),
            (0, 100),
        ),
        ({"width_px": 50, "height_px": 50}, (75, 125), (25, 75)),
        ({"width_px": 50, "x_px": 0}, (0, 50), (0, 100)),
        ({"width_px": 50, "x_percent": 90}, (75, 125), (0, 100)),
        ({"x_px": 20, "width_percent": 50}, (20, 120), (0, 100)),
        ({"x_px": 150}, (150, 200), (0, 100)),
        ({"width_px": 200, "height_px": 100, "x_px": 0, "y_px": 0}, (0, 200), (0, 100)),
    ],
)
def test_a_rectangle_is_told_by_percent_or_pixels(
    values: JsonObject, across: tuple[int, int], down: tuple[int, int]
) -> None:
    horizontal, vertical = axes_of(values)

    assert (horizontal.span(WIDTH), vertical.span(HEIGHT)) == (across, down)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"width_percent": 0}, "the crop's width is 0"),
        ({"width_percent": 0.001}, "the crop's width is 0"),
        ({"x_percent": 100}, "the crop's width is 0"),
        ({"x_px": 200}, "the crop's width is 0"),
        ({"width_px": 201}, "whose width is 200 pixels"),
        ({"width_px": 50, "x_px": 160}, "whose width is 200 pixels"),
    ],
)
def test_a_rectangle_that_is_empty_or_outside_fails(values: JsonObject, sentence: str) -> None:
    across, _ = axes_of(values)

    with pytest.raises(NodeFailedError) as failed:
        across.span(WIDTH)

    assert sentence in failed.value.user_message


def test_the_picture_is_really_cut(bench: Bench) -> None:
    picture = Image.new("RGB", (WIDTH, HEIGHT), "red")
    picture.paste("blue", (100, 0, 200, 100))
    given: JsonObject = {"image_url": bench.keep(picture), "x_percent": 50}

    output = run_node(bench.job("crop_image", given)).output

    assert (output["width"], output["height"]) == (100, 100)
    assert bench.picture(output["image_url"]).getcolors() == [(10_000, (0, 0, 255))]


@pytest.mark.parametrize(
    ("form", "kept"), [("PNG", "PNG"), ("JPEG", "JPEG"), ("WEBP", "WEBP"), ("GIF", "PNG")]
)
def test_the_format_stays_where_it_can(bench: Bench, form: str, kept: str) -> None:
    source = bench.keep(Image.new("RGB", (WIDTH, HEIGHT)), form=form)

    output = run_node(bench.job("crop_image", {"image_url": source, "width_px": 10})).output

    assert bench.picture(output["image_url"]).format == kept


def test_a_single_pixel_can_be_cut(bench: Bench) -> None:
    source = bench.keep(Image.new("RGB", (WIDTH, HEIGHT)))

    job = bench.job("crop_image", {"image_url": source, "width_px": 1, "height_px": 1})

    assert bench.picture(run_node(job).output["image_url"]).size == (1, 1)
