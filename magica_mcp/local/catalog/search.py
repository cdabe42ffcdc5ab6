"""Searching the catalog: models by what they do, or a word about what could be looked for.

Source: magica-contract 2.5.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from magica_mcp.models.catalog import FoundModel, ModelSearch

CATEGORY_ROLES: Mapping[str, str] = {
    "text-to-image": "GENERATE",
    "text-to-video": "GENERATE",
    "text-to-speech": "GENERATE",
    "music-generation": "GENERATE",
    "sound-effects": "GENERATE",
    "text-to-3d": "GENERATE",
    "image-to-image": "EDIT",
    "video-to-video": "EDIT",
    "voice-changing": "EDIT",
    "upscale": "EDIT",
    "utility": "EDIT",
    "image-to-video": "TRANSFORM",
    "reference-to-video": "TRANSFORM",
    "lipsync": "TRANSFORM",
    "audio-translation": "TRANSFORM",
    "image-to-3d": "TRANSFORM",
    "transcription": "TRANSCRIBE",
    "media-understanding": "UNDERSTAND",
    "llm": "UNDERSTAND",
}
"""What each category is for, in the order in which categories are shown."""

ROLE_HINTS: Mapping[str, tuple[str, ...]] = {
    role: tuple(category for category, its in CATEGORY_ROLES.items() if its == role)
    for role in dict.fromkeys(CATEGORY_ROLES.values())
}

USAGE = (
    "Choose a modelId. Read its fields with get_model_schema, its price with get_pricing "
    "(sampleInput gives the exact one), then run it with execute_tool, its fields beside modelId, "
    "and follow it with get_run_status."
)
HINT = (
    "This is the whole catalog. Search for a category (image, video, text-to-speech, llm, utility) "
    "or for part of a model's name to see less."
)


@dataclass(frozen=True)
class Findable:
    """A model in one of its modes, with the words by which it is found."""

    category: str
    model: FoundModel
    words: str


def search(models: Iterable[Findable], query: str | None) -> ModelSearch:
    """What matches, grouped by category; `no_match` in its place where nothing does."""
    wanted = as_words(query or "")
    found = [model for model in models if _matches(model, wanted)]
    if not found:
        return ModelSearch(no_match=_no_match(query or ""), category_role_hints=dict(ROLE_HINTS))
    order = list(CATEGORY_ROLES)
    known = {model.category for model in found}
    categories = sorted(known, key=lambda name: order.index(name) if name in order else len(order))
    return ModelSearch(
        model_catalog={
            category: tuple(each.model for each in found if each.category == category)
            for category in categories
        },
        category_roles={name: CATEGORY_ROLES.get(name, "GENERATE") for name in categories},
        usage=USAGE,
        hint=None if wanted else HINT,
    )


def as_words(text: str) -> str:
    """A text as it is compared: lower-case words between single blanks."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def _matches(model: Findable, wanted: str) -> bool:
    """Whether the query is part of a name or category, or begins words of it one by one."""
    if wanted == as_words(model.category) or f" {wanted}" in f" {model.words}":
        return True
    if wanted in map(as_words, CATEGORY_ROLES):
        return False  # a category that this model is not in
    words = model.words.split()
    return all(any(word.startswith(part) for word in words) for part in wanted.split())


def _no_match(query: str) -> str:
    return (
        f"No model here matches '{query[:80]}'. Search for one of the categories in "
        "categoryRoleHints, for part of a model's name, or without a query to see all."
    )
