"""The media library: what was generated and what was uploaded (magica-contract 2.7)."""

import mimetypes
from typing import Any

from pydantic import (
    AliasChoices,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from magica_mcp.models.wire import Answer, Ask

ADDRESS_KEYS = (
    *("url", "fileUrl", "file_url", "publicUrl", "public_url", "mediaUrl", "assetUrl"),
    *("result", "image_url", "video_url", "audio_url", "content_url", "uri", "src"),
)
"""Under which names the address of a file is looked for; the row's shape is not documented."""

MEDIA_TYPES = frozenset({"image", "video", "audio", "file"})


def address_in(facts: Any) -> str | None:
    """Where a file is, by what is known of it: the first of several, or a plain address."""
    values = [facts.get(key) for key in ADDRESS_KEYS] if isinstance(facts, dict) else [facts]
    for value in values:
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str) and first.startswith(("https://", "http://")):
            return first
    return None


def _type_of(facts: dict[str, Any]) -> str:
    """`image`, `video`, `audio` or `file`: as it says, or as its content type or its name does."""
    said = [facts.get(key) for key in ("type", "mediaType", "mimeType", "mime_type")]
    for word in (*said, mimetypes.guess_type(facts["url"].partition("?")[0])[0]):
        kind = str(word).lower().split("/", maxsplit=1)[0]
        if kind in MEDIA_TYPES:
            return kind
    return "file"


class MediaItem(Answer):
    """One file of the library. Sizes are bytes and pixels, `duration` is in seconds."""

    id: str = Field(default="", coerce_numbers_to_str=True)
    url: str
    type: str = "file"
    """`image`, `video`, `audio` or `file`."""
    name: str | None = Field(
        default=None, validation_alias=AliasChoices("name", "filename", "fileName")
    )
    mime_type: str | None = Field(
        default=None, validation_alias=AliasChoices("mimeType", "mime_type", "contentType")
    )
    size: int | None = Field(
        default=None, validation_alias=AliasChoices("size", "fileSize", "bytes")
    )
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    source: str | None = None
    """`generation` or `upload`."""
    model_id: str | None = None
    run_id: str | None = None
    created_at: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _in_our_words(cls, value: Any) -> Any:
        """Nulls count as unsaid; address and type are found whatever they are called."""
        address = address_in(value)
        if address is None:
            return value
        said = value if isinstance(value, dict) else {}
        facts = {**{key: fact for key, fact in said.items() if fact is not None}, "url": address}
        return {**facts, "type": _type_of(facts)}

    @field_validator(
        "name", "mime_type", "size", "width", "height", "duration", "source", mode="wrap"
    )
    @classmethod
    def _what_does_not_fit_is_unsaid(cls, value: Any, read: ValidatorFunctionWrapHandler) -> object:
        try:
            return read(value)
        except ValidationError:
            return None


class UploadFile(Ask):
    """One of `url`, `data_uri` and `base64`, named as the hosted tool's arguments are."""

    url: str | None = None
    data_uri: str | None = Field(default=None, alias="data_uri", repr=False)
    base64: str | None = Field(default=None, repr=False)
    filename: str | None = None
    mime_type: str | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> "UploadFile":
        if sum(part is not None for part in (self.url, self.data_uri, self.base64)) != 1:
            message = "give exactly one of url, data_uri and base64"
            raise ValueError(message)
        return self
