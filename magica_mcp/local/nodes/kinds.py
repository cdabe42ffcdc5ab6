"""Which models this machine can run: by node type where one is special, else by what it does.

Pure tables, so that the catalog can tell what runs without loading anything that draws or sings.
"""

from collections.abc import Mapping
from enum import StrEnum


class Work(StrEnum):
    """A way to do a node's work."""

    IMAGE = "image"
    VIDEO = "video"
    RESTYLE = "restyle"
    SPEECH = "speech"
    MUSIC = "music"
    EFFECT = "effect"
    LLM = "llm"
    BACKGROUND = "background"
    UPSCALE = "upscale"
    CROP = "crop"
    MERGE_VIDEOS = "merge videos"
    EXTRACT_AUDIO = "extract audio"
    MERGE_AUDIO_VIDEO = "merge audio and video"
    DOCUMENT = "document"


WORK_OF_TYPE: Mapping[str, Work | None] = {
    "background_remover": Work.BACKGROUND,
    "topaz_upscale": Work.UPSCALE,
    "crop_image": Work.CROP,
    "merge_videos": Work.MERGE_VIDEOS,
    "extract_audio": Work.EXTRACT_AUDIO,
    "merge_audio_video": Work.MERGE_AUDIO_VIDEO,
    "document_ocr": Work.DOCUMENT,
    "veed_subtitles": None,
    "face_swap": None,
}
"""Node types that their kind alone does not describe; None where a preview would mislead."""

WORK_OF_KIND: Mapping[str, Work] = {
    "text-to-image": Work.IMAGE,
    "image-to-image": Work.IMAGE,
    "text-to-video": Work.VIDEO,
    "image-to-video": Work.VIDEO,
    "reference-to-video": Work.VIDEO,
    "video-to-video": Work.RESTYLE,
    "text-to-speech": Work.SPEECH,
    "music-generation": Work.MUSIC,
    "sound-effects": Work.EFFECT,
    "llm": Work.LLM,
    "upscale": Work.UPSCALE,
}
"""What is done for each category of sub-models (magica-contract 7.1)."""


def work_of(node_type: str, *, kind: str) -> Work | None:
    """How a node of this type and kind is run here; None where it cannot be."""
    if node_type in WORK_OF_TYPE:
        return WORK_OF_TYPE[node_type]
    return WORK_OF_KIND.get(kind)
