"""The node types as a builder sees them."""

import pytest

from magica_mcp.errors import InvalidInputError
from magica_mcp.local.building import node_types
from magica_mcp.local.catalog import Catalog
from tests.local.building.samples import CATALOG


def test_every_model_is_a_node_type() -> None:
    listed = [row.node_type for row in node_types(CATALOG)]

    assert listed == [model.node_type for model in CATALOG.models()]


@pytest.mark.parametrize("category", ["llm", "LLM", " llm "])
def test_a_category_narrows_the_list(category: str) -> None:
    assert {row.category for row in node_types(CATALOG, category=category)} == {"llm"}


def test_a_category_without_models_is_empty() -> None:
    assert node_types(Catalog({}, {}), category="video") == ()


def test_an_unknown_category_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InvalidInputError) as caught:
        node_types(CATALOG, category="pictures")

    assert str(caught.value) == (
        "There is no category 'pictures'. Use 'image', 'video', 'audio', 'llm' or 'utility', or "
        "none for all."
    )


def test_a_row_tells_handles_types_and_limits() -> None:
    row = next(row for row in node_types(CATALOG) if row.node_type == "gpt_5_4").wire()

    assert (row["modes"], row["outputs"][0]["handle"]) == ([], "out:output")
    assert row["inputs"][2] == {
        "handle": "in:image_urls",
        "type": "image",
        "required": False,
        "multiple": True,
        "maxItems": 10,
        "modes": [],
    }


def test_an_input_that_only_some_modes_have_names_them() -> None:
    row = next(row for row in node_types(CATALOG) if row.node_type == "flux_2_pro").wire()

    assert row["modes"] == ["text-to-image", "image-to-image"]
    assert {port["handle"]: port["modes"] for port in row["inputs"] if port["modes"]} == {
        "in:image_urls": ["image-to-image"]
    }
