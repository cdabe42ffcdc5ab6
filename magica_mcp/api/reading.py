"""From the bytes of an answer to a value of ours; what does not fit is named, never guessed."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from magica_mcp.errors import UnreadableAnswerError
from magica_mcp.models.wire import Page

Shape = TypeVar("Shape")
Row = TypeVar("Row", bound=BaseModel)

_adapter_of: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)


@dataclass(frozen=True)
class Reply:
    """A successful answer as it came."""

    content_type: str
    body: bytes


def json_of(reply: Reply) -> Any:
    """The JSON of an answer; an empty one counts as null.

    Raises:
        UnreadableAnswerError: it is something else.
    """
    if not reply.body.strip():
        return None
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        is_page = "html" in reply.content_type
        kind = "a web page" if is_page else "something"
        unread = UnreadableAnswerError(f"Magica answered with {kind} that is not JSON.")
        unread.is_elsewhere = is_page
        raise unread from error


def shaped(value: Any, shape: type[Shape]) -> Shape:
    """The value as a shape of ours.

    Raises:
        UnreadableAnswerError: it does not fit; the text names the first place, not its content.
    """
    try:
        adapter: TypeAdapter[Shape] = _adapter_of(shape)
        return adapter.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole answer"
        raise UnreadableAnswerError(
            f"Magica answered in a shape that is not known here ({place}: {first['type']})."
        ) from error


def done(value: Any) -> None:
    """Nothing, where a change was made; any JSON will do, or none.

    Raises:
        UnreadableAnswerError: it says that it was not.
    """
    if isinstance(value, dict) and value.get("success") is False:
        raise UnreadableAnswerError("Magica answered, but not that it succeeded.")


def answer_as(shape: type[Shape]) -> Callable[[Reply], Shape]:
    """A reader of answers in this shape."""
    return lambda reply: shaped(json_of(reply), shape)


def page_in(value: Any, row: type[Row]) -> Page[Row]:
    """A page of rows: from an object with its rows in a list, or from a bare list.

    Raises:
        UnreadableAnswerError: there is no list of rows.
    """
    if isinstance(value, list):
        value = {"items": value}
    rows = dict(value) if isinstance(value, dict) else {}
    lists = [key for key, held in rows.items() if isinstance(held, list)]
    if not lists:
        raise UnreadableAnswerError("Magica answered without a list where one was expected.")
    if "items" not in lists:
        rows["items"] = rows.pop(lists[0])
    return shaped(rows, Page[row])  # type: ignore[valid-type]  # a class made at run time


def page_of(row: type[Row]) -> Callable[[Reply], Page[Row]]:
    """A reader of pages of such rows."""
    return lambda reply: page_in(json_of(reply), row)


def number_in(header: str) -> float | None:
    """The number that a header holds, if it holds a finite one."""
    try:
        number = float(header)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
