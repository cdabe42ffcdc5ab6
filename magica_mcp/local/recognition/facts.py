"""What can be said of a file after a look at its content."""

from collections.abc import Callable
from dataclasses import dataclass

from magica_mcp.errors import InvalidInputError


@dataclass(frozen=True)
class MediaFacts:
    """The extension says the kind (`local.formats`); sizes are pixels, `duration` is in seconds."""

    extension: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None


Reader = Callable[[bytes], MediaFacts | None]
"""None for a file of another kind; raises `InvalidInputError` for one that is damaged."""


def incomplete(kind: str) -> InvalidInputError:
    """The error for a file that ends before its time."""
    return InvalidInputError(
        f"The {kind} file is incomplete or damaged. Save it again, then give it whole."
    )
