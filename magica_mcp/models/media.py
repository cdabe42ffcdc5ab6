"""The media library: what was generated and what was uploaded (magica-contract 2.7)."""

from pydantic import AliasChoices, Field, model_validator

from magica_mcp.models.wire import Answer, Ask


class MediaItem(Answer):
    """One file of the library. Sizes are bytes and pixels, `duration` is in seconds."""

    id: str = ""
    url: str
    type: str = Field(default="file", validation_alias=AliasChoices("type", "mediaType"))
    name: str | None = None
    mime_type: str | None = None
    size: int | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    source: str | None = None
    """`generation` or `upload`."""
    model_id: str | None = None
    run_id: str | None = None
    created_at: str | None = None


class UploadFile(Ask):
    """One of `url`, `data_uri` and `base64`, named as the hosted tool's arguments are."""

    url: str | None = None
    data_uri: str | None = Field(default=None, alias="data_uri")
    base64: str | None = None
    filename: str | None = None
    mime_type: str | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> "UploadFile":
        if sum(part is not None for part in (self.url, self.data_uri, self.base64)) != 1:
            message = "give exactly one of url, data_uri and base64"
            raise ValueError(message)
        return self
