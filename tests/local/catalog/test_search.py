"""Searching the catalog."""

import pytest

from magica_mcp.local.catalog import load_catalog

CATALOG = load_catalog()


def found(query: str | None) -> dict[str, list[str]]:
    groups = CATALOG.search(query).model_catalog or {}
    return {category: [model.model_id for model in models] for category, models in groups.items()}


def test_without_a_query_there_is_everything_and_a_hint() -> None:
    search = CATALOG.search(None)

    assert set(search.model_catalog or {}) == {
        *("text-to-image", "image-to-image"),
        *("text-to-video", "image-to-video", "reference-to-video", "video-to-video", "lipsync"),
        *("text-to-speech", "music-generation", "sound-effects"),
        *("text-to-3d", "image-to-3d", "audio-translation", "transcription"),
        *("utility", "llm"),
    }
    assert search.hint is not None
    assert search.usage is not None
    assert search.no_match is None


def test_with_a_query_there_is_no_hint() -> None:
    assert CATALOG.search("llm").hint is None


def test_categories_come_with_their_roles() -> None:
    assert CATALOG.search("image").category_roles == {
        "text-to-image": "GENERATE",
        "image-to-image": "EDIT",
        "utility": "EDIT",
        "image-to-video": "TRANSFORM",
        "image-to-3d": "TRANSFORM",
    }


@pytest.mark.parametrize(
    ("query", "categories"),
    [
        ("text-to-image", {"text-to-image"}),
        ("Text to Image", {"text-to-image"}),
        ("image-to-image", {"image-to-image"}),
        ("llm", {"llm"}),
        ("utility", {"utility"}),
        ("nano banana", {"text-to-image", "image-to-image"}),
        ("flux_2_max", {"text-to-image", "image-to-image"}),
        ("gpt-image-2-edit", {"image-to-image"}),
        ("flux edit", {"image-to-image"}),
        ("crop", {"utility"}),
        ("lipsync", {"lipsync"}),
        ("text-to-speech", {"text-to-speech"}),
        ("reference-to-video", {"reference-to-video"}),
        ("music", {"music-generation"}),
    ],
)
def test_a_query_finds_categories_names_and_ids(query: str, categories: set[str]) -> None:
    assert set(found(query)) == categories


def test_flagships_come_first() -> None:
    assert found("nano banana")["text-to-image"] == ["nano-banana-pro-text", "nano-banana-2-text"]


def test_a_found_model_is_ready_to_be_used() -> None:
    (model,) = (CATALOG.search("crop").model_catalog or {})["utility"]

    assert (model.model_id, model.node_type, model.sub_model_id) == (
        "crop_image",
        "crop_image",
        None,
    )


@pytest.mark.parametrize("query", ["media-understanding", "voice-changing", "zebra"])
def test_where_nothing_matches_the_answer_says_what_would(query: str) -> None:
    search = CATALOG.search(query)

    assert search.model_catalog is None
    assert query in (search.no_match or "")
    assert "lipsync" in (search.category_role_hints or {})["TRANSFORM"]
