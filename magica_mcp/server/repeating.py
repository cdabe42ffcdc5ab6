"""The argument that asks for a run once more, and what its values mean."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, WithJsonSchema

if TYPE_CHECKING:
    from magica_mcp.spend.journal import Again

Repeat = Annotated[
    bool | str,
    WithJsonSchema({"type": "boolean"}),
    Field(description="Once more on purpose, and paid, though the same call ran already."),
]
"""Also the id of a run, which is then repeated. That is told where it is needed, and not in the
schema: a choice of types is more than some clients read."""

_WORDS = {"true": True, "yes": True, "false": False, "no": False, "": False}


def again_of(given: bool | str) -> "Again":  # noqa: FBT001 - it is what is read
    """The argument as the journal takes it; words for yes and no are understood."""
    if isinstance(given, bool):
        return given
    return _WORDS.get(given.strip().lower(), given.strip())
