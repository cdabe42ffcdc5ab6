"""How every shape of the wire is read and written: camelCase outside, frozen values inside."""

from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from magica_mcp.graph.lifecycle import NodeStatus, RunStatus

Item = TypeVar("Item")

JsonObject = dict[str, JsonValue]


class Answer(BaseModel):
    """Something Magica said: unknown fields are kept, so that nothing is lost on the way."""

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        defer_build=True,  # start-up builds none of them
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )

    def model_post_init(self, context: Any, /) -> None:
        """Share the names of what was said, and that there was nothing more.

        Of a thousand runs that are waited for they are a third.
        """
        del context
        object.__setattr__(
            self, "__pydantic_fields_set__", _shared(frozenset(self.model_fields_set))
        )
        if not self.__pydantic_extra__:
            object.__setattr__(self, "__pydantic_extra__", _NOTHING_MORE)

    def wire(self) -> dict[str, Any]:
        """As JSON with the wire's own names."""
        return self.model_dump(mode="json", by_alias=True)


_NOTHING_MORE: dict[str, Any] = {}
"""Shared by all that said nothing more: they are frozen, and a copy has one of its own."""


@lru_cache(maxsize=256)
def _shared(names: frozenset[str]) -> set[str]:
    return set(names)


class Ask(BaseModel):
    """Something we say: unknown fields are an error of ours."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )

    def wire(self) -> dict[str, Any]:
        """As JSON with the wire's own names, without what was left unsaid."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def _run_status(value: Any) -> Any:
    return RunStatus.read(value) if isinstance(value, str) else value


def _node_status(value: Any) -> Any:
    return NodeStatus.read(value) if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


AnyRunStatus = Annotated[RunStatus, BeforeValidator(_run_status)]
"""A run status in any spelling seen on the wire."""

AnyNodeStatus = Annotated[NodeStatus, BeforeValidator(_node_status)]
"""A node status in any spelling seen on the wire."""

Listed = Annotated[tuple[Item, ...], BeforeValidator(_listed)]
"""A list where the live service sometimes sends the plain value (magica-contract 2.4)."""


class Page(Answer, Generic[Item]):
    """One page of a listing, in both paging styles at once (magica-contract 2.1, 8)."""

    items: tuple[Item, ...] = Field(
        default=(), validation_alias=AliasChoices("items", "workflows", "runs", "data")
    )
    page: int | None = None
    page_size: int | None = None
    total: int | None = None
    has_more: bool | None = None
    next_cursor: str | None = None
