"""Which models run here: by what they do, whatever they are called."""

import json
from pathlib import Path

import pytest

from magica_mcp.local.catalog import Catalog, load_catalog
from magica_mcp.local.nodes import RUNNERS, can_run
from magica_mcp.local.nodes.kinds import Work

KINDS = [
    ("image", "text-to-image", True),
    ("image", "", True),
    ("video", "text-to-video", True),
    ("video", "Image to Video", True),
    ("video", "reference-to-video", True),
    ("video", "lipsync", False),
    ("audio", "text-to-speech", True),
    ("audio", "music-generation", True),
    ("audio", "sound-effects", True),
    ("audio", "transcription", False),
    ("llm", "anything", True),
    ("utility", "utility", False),
    ("3d", "text-to-3d", False),
]


def one(tmp_path: Path, node_kind: str, category: str) -> Catalog:
    """A catalog of one model that nobody has heard of."""
    entry = {
        "nodeType": "tomorrow_1",
        "nodeKind": node_kind,
        "name": "Tomorrow",
        "description": "New.",
        "subModels": [{"subModelId": "tomorrow-1-mode", "category": category}],
    }
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps({"models": {"tomorrow-1": entry}}), encoding="utf-8")
    return load_catalog(file)


@pytest.mark.parametrize(("node_kind", "category", "runs"), KINDS)
def test_a_model_of_another_catalog_runs_by_its_kind(
    tmp_path: Path, node_kind: str, category: str, *, runs: bool
) -> None:
    kind = one(tmp_path, node_kind, category).kind("tomorrow_1")

    assert can_run("tomorrow_1", kind=kind) is runs


@pytest.mark.parametrize(("node_kind", "category", "runs"), KINDS)
def test_a_model_that_cannot_run_is_listed_as_such(
    tmp_path: Path, node_kind: str, category: str, *, runs: bool
) -> None:
    (model,) = one(tmp_path, node_kind, category).models()

    assert ("not run by local Magica" not in model.description) is runs


def test_each_way_of_working_has_its_function() -> None:
    assert set(RUNNERS) == set(Work)


def test_all_categories_are_offered() -> None:
    catalog = load_catalog()
    found = catalog.search(None).model_catalog

    assert len(catalog.models()) >= 30
    assert found is not None
    assert {
        "text-to-image", "image-to-image", "text-to-video", "image-to-video", "reference-to-video",
        "text-to-speech", "music-generation", "sound-effects", "lipsync", "transcription",
        "utility", "llm",
    } <= set(found)  # fmt: skip
