"""Enlarging pictures."""

import pytest
from PIL import Image

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.upscale import enlarged, factor_in
from magica_mcp.models.wire import JsonObject
from tests.local.nodes.bench import Bench


@pytest.mark.parametrize("factor", [2, 4])
def test_a_picture_is_enlarged(bench: Bench, factor: int) -> None:
    source = bench.keep(Image.new("RGB", (30, 20), "red"))
    given: JsonObject = {"image_url": source, "upscale_factor": factor}

    output = run_node(bench.job("topaz_upscale", given)).output

    results = output["result"]
    assert isinstance(results, list)
    assert bench.picture(results[0]).size == (30 * factor, 20 * factor)


@pytest.mark.parametrize(
    ("values", "factor"),
    [({}, 2), ({"upscale_factor": 4}, 4), ({"scale": "1.5x"}, 1.5), ({"scale": "huge"}, 2)],
)
def test_a_factor_is_told_in_many_ways(values: JsonObject, factor: float) -> None:
    assert factor_in(values) == factor


def test_more_than_can_be_shown_is_refused() -> None:
    with pytest.raises(NodeFailedError, match=r"Enlarge it 3\.3 times at most"):
        enlarged(Image.new("L", (3000, 3000)), 4)
