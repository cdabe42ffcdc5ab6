"""What can be said of a file after a look at its content."""

from collections.abc import Callable
from dataclasses import dataclass

from magica_mcp.errors import InvalidInputError
from magica_mcp.recognition.content import Content
from magica_mcp.recognition.kinds import KIND_OF, UNKNOWN, FileKind


@dataclass(frozen=True)
class MediaFacts:
    """The extension says the kind; sizes are pixels as stored, `duration` is in seconds."""

    extension: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None

    @property
    def kind(self) -> FileKind:
        return KIND_OF.get(self.extension, UNKNOWN)

    @property
    def pixels(self) -> int:
        """Of one picture; 0 where it has none, or nobody knows how many."""
        return (self.width or 0) * (self.height or 0)


Reader = Callable[[Content], MediaFacts | None]
"""None for a file of another kind; raises `InvalidInputError` for one that is damaged."""


def incomplete(kind: str) -> InvalidInputError:
    """The error for a file that ends before its time."""
    return InvalidInputError(
        f"The {kind} file is incomplete or damaged. Save it again, then give it whole."
    )
