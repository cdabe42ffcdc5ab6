"""System workflows made of the catalog's models."""

import pytest

from magica_mcp.graph.validation import problems
from magica_mcp.local.catalog import load_catalog
from magica_mcp.local.catalog.templates import templates_of
from magica_mcp.models.graphs import graph_of
from magica_mcp.models.workflows import request_fields

CATALOG = load_catalog()
TEMPLATES = templates_of(CATALOG)


def test_there_is_one_for_each_model() -> None:
    assert list(TEMPLATES) == [model.node_type for model in CATALOG.models()]


@pytest.mark.parametrize(
    ("slug", "name", "category"),
    [
        ("nano_banana_pro", "Nano Banana Pro", "image"),
        ("flux_2_max", "FLUX 2 Max", "image"),
        ("flux_2_pro", "Flux 2 Pro", "image"),
        ("claude_sonnet_5", "Claude Sonnet 5", "llm"),
        ("crop_image", "Crop Image", "utility"),
    ],
)
def test_a_row_has_a_name_and_a_category(slug: str, name: str, category: str) -> None:
    row = TEMPLATES[slug].row

    assert (row.slug, row.id, row.name, row.category) == (slug, slug, name, category)


@pytest.mark.parametrize("slug", TEMPLATES)
def test_its_graph_is_sound(slug: str) -> None:
    workflow = TEMPLATES[slug].workflow

    graph = graph_of(
        workflow, ports_of=lambda node_type, mode: CATALOG.ports(node_type, sub_model_id=mode)
    )

    assert problems(graph) == []


def test_it_asks_for_what_people_choose() -> None:
    fields = request_fields(TEMPLATES["nano_banana_pro"].workflow)

    assert [field.field_id for field in fields] == [
        "prompt",
        "aspect_ratio",
        "resolution",
        "num_images",
        "output_format",
    ]


def test_a_prompt_starts_with_an_example() -> None:
    (prompt,) = request_fields(TEMPLATES["gpt_5_4"].workflow)

    assert prompt.required
    assert prompt.default == "Explain in three sentences why the sky is blue."


def test_a_choice_comes_with_its_options() -> None:
    fields = request_fields(TEMPLATES["gpt_image_2"].workflow)
    quality = next(field for field in fields if field.field_id == "quality")

    assert (quality.type, quality.default, quality.options) == (
        "select",
        "High",
        ("High", "Medium", "Low"),
    )


def test_a_picture_that_is_needed_has_to_be_given() -> None:
    picture = request_fields(TEMPLATES["crop_image"].workflow)[0]

    assert (picture.field_id, picture.type) == ("image_url", "image")
    assert picture.required
    assert picture.default is None


def test_a_list_that_needs_two_is_asked_for_twice() -> None:
    fields = request_fields(TEMPLATES["merge_videos"].workflow)

    assert [(field.field_id, field.name) for field in fields[:2]] == [
        ("video_urls", "Videos 1"),
        ("video_urls_2", "Videos 2"),
    ]


def test_the_result_goes_to_the_response() -> None:
    edge = TEMPLATES["crop_image"].workflow.edges[-1]

    assert (edge.source_handle, edge.target_handle) == ("out:image_url", "result")


def test_a_request_field_promises_no_object_that_it_would_refuse() -> None:
    fields = request_fields(templates_of(load_catalog())["flux_2_pro"].workflow)
    size = next(field for field in fields if field.field_id == "image_size")

    assert size.options
    assert size.description is None
