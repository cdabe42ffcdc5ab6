"""How what somebody else writes is read: whatever cannot be is left out, and nothing besides."""

import json
import math
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_camel

Amount = Annotated[Decimal, Field(ge=0, le=10**9)]
"""Credits, or seconds."""


class Entry(BaseModel):
    """An object of which nulls, and attributes that cannot be read, count as absent."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )

    @model_validator(mode="wrap")
    @classmethod
    def _what_can_be_read(cls, value: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        if not isinstance(value, dict):
            return handler(value)
        told = {key: each for key, each in value.items() if each is not None}
        try:
            return handler(told)
        except ValidationError as error:
            odd = {problem["loc"][0] for problem in error.errors() if problem["loc"]}
            return handler({key: each for key, each in told.items() if key not in odd})


def _items(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if not isinstance(value, list | tuple):
        return handler(value)
    return tuple(each for item in value for each in _read([item], handler) or ())


def _values(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if not isinstance(value, dict):
        return handler(value)
    found: dict[Any, Any] = {}
    for key, each in value.items():
        found.update(_read({key: each}, handler) or {})
    return found


def _read(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler(value)
    except ValidationError:
        return None


EachItem = WrapValidator(_items)
"""For a list: an item that cannot be read does not spoil the others."""
EachValue = WrapValidator(_values)
"""For an object of many: a value that cannot be read does not spoil the others."""


def read_json(content: bytes) -> Any:
    """JSON of which every part can be said again: no number that is none, no half of a letter.

    Raises `ValueError`, or `RecursionError` where it is nested too deeply.
    """
    read = json.loads(content, parse_constant=lambda _name: None, parse_float=_finite)
    try:
        json.dumps(read, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.loads(json.dumps(read, ensure_ascii=False).encode(errors="replace"))
    return read


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None
