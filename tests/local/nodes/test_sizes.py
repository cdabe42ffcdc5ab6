"""How large pictures become."""

import pytest

from magica_mcp.local.nodes.sizes import Size, size_of
from magica_mcp.models.wire import JsonObject


@pytest.mark.parametrize(
    ("values", "width", "height"),
    [
        ({}, 1024, 1024),
        ({"aspect_ratio": "1:1", "resolution": "4K"}, 4096, 4096),
        ({"aspect_ratio": "1:1", "resolution": "512"}, 512, 512),
        ({"aspect_ratio": "16:9", "resolution": "1K"}, 1360, 768),
        ({"aspect_ratio": "9:16", "resolution": "2K"}, 1536, 2720),
        ({"aspect_ratio": "21:9", "resolution": "1k"}, 1568, 672),
        ({"aspect_ratio": "8:1", "resolution": "1K"}, 2896, 368),
        ({"aspect_ratio": "auto", "resolution": "2K"}, 2048, 2048),
        ({"image_size": "4:3"}, 1184, 880),
        ({"image_size": {"width": 640, "height": 480}}, 640, 480),
        ({"size": "Auto"}, 1024, 1024),
        ({"size": "2048x1152"}, 2048, 1152),
        ({"size": {"width": 1040, "height": 1600}}, 1040, 1600),
    ],
)
def test_a_size_is_read_from_whichever_field_there_is(
    values: JsonObject, width: int, height: int
) -> None:
    assert size_of(values) == Size(width, height)


@pytest.mark.parametrize("field", ["aspect_ratio", "image_size", "size"])
def test_auto_keeps_the_shape_of_a_given_picture(field: str) -> None:
    size = size_of({field: "auto"}, source=Size(3000, 2000))

    assert size == Size(1248, 832)


def test_a_shape_that_was_asked_for_goes_before_the_given_picture() -> None:
    assert size_of({"aspect_ratio": "1:1"}, source=Size(3000, 2000)) == Size(1024, 1024)


@pytest.mark.parametrize("source", [Size(10_000, 1), Size(1, 10_000)])
def test_a_sliver_does_not_make_slivers(source: Size) -> None:
    size = size_of({"size": "auto"}, source=source)

    assert max(size.ratio, 1 / size.ratio) < 8.5
