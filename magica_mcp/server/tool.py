"""What a tool is here: a function, its group, and what calling it does to the account."""

import base64
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mcp.types import CallToolResult, ContentBlock, ImageContent, TextContent, ToolAnnotations

from magica_mcp.config import Toolset
from magica_mcp.media.glimpse import Picture
from magica_mcp.models.wire import JsonObject


class Effect(StrEnum):
    """What a call does; every tool is exactly one."""

    READS = "reads"
    SPENDS = "spends"
    CHANGES = "changes"
    DELETES = "deletes"


_HINTS: Mapping[Effect, Mapping[str, bool]] = {
    Effect.READS: {"read_only_hint": True},
    Effect.SPENDS: {"read_only_hint": False, "destructive_hint": False, "idempotent_hint": False},
    Effect.CHANGES: {"read_only_hint": False, "destructive_hint": False},
    Effect.DELETES: {"read_only_hint": False, "destructive_hint": True},
}


@dataclass(frozen=True)
class ToolSpec:
    """One tool of the registry. Its name is the function's, its description the docstring."""

    function: Callable[..., Awaitable[CallToolResult]]
    title: str
    group: Toolset
    effect: Effect

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def description(self) -> str:
        return inspect.cleandoc(self.function.__doc__ or "")

    @property
    def annotations(self) -> ToolAnnotations:
        hints: dict[str, Any] = {**_HINTS[self.effect], "open_world_hint": True}
        return ToolAnnotations(title=self.title, **hints)


def reply(
    text: str,
    structured: JsonObject,
    *,
    picture: Picture | None = None,
    hides_text: bool = False,
) -> CallToolResult:
    """An answer: text that is enough by itself, and the same facts for programs.

    A picture comes on top; to a client that `hides_text` the facts would then hide it.
    """
    content: list[ContentBlock] = [TextContent(type="text", text=text)]
    if picture is not None:
        content.append(image_of(picture))
    hidden = hides_text and picture is not None
    return CallToolResult(content=content, structured_content=None if hidden else structured)


def image_of(picture: Picture) -> ImageContent:
    """A picture as the wire wants it."""
    encoded = base64.b64encode(picture.content).decode("ascii")
    return ImageContent(type="image", data=encoded, mime_type=picture.mime_type)
