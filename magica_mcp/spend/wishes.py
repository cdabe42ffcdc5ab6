"""When two requests are the same wish. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

_JSON = json.JSONEncoder(separators=(",", ":"), sort_keys=True)
WHOLE_FLOATS = (".0", "e+")
"""What JSON has in it where it has a float that is a whole number."""


@dataclass(frozen=True)
class Wish:
    """A paid request that somebody wants, before anything is decided about it.

    `arguments` are complete: defaults filled in. `estimate` is in microcredits, None where nobody
    can say. `occurrence` tells equal items of one batch apart: 0 for the first and for a request
    that stands alone, so that an item sent again by itself is still the same wish.
    `approval` is what is kept of the single-use token that it redeems, if it does: an entry that
    was not refused keeps it from being used again, see `Spent.is_redeemed`.
    """

    account: str
    tool: str
    what: str
    arguments: Mapping[str, Any] = field(repr=False)
    estimate: int | None
    occurrence: int = 0
    approval: str | None = None

    @cached_property
    def key(self) -> str:
        """The same for the same wish, whatever it is estimated at."""
        return request_key(self.account, self.tool, self.arguments, occurrence=self.occurrence)


def request_key(
    account: str, tool: str, arguments: Mapping[str, Any], *, occurrence: int = 0
) -> str:
    """A hash of the account's fingerprint, the tool and its full arguments in canonical form."""
    return _hash([account, tool, arguments, occurrence])


def batch_key(wishes: Sequence[Wish], *, is_repetition: bool) -> str:
    """The same for the same items in the same order; a repetition on purpose is another batch."""
    return _hash([is_repetition, *(wish.key for wish in wishes)])


def canonical(value: Any) -> Any:
    """The value with one spelling for what means the same: 1.0 is 1, and keys have one order."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): canonical(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [canonical(each) for each in value]
    return value


def _hash(value: Any) -> str:
    text = _JSON.encode(value)
    if any(sign in text for sign in WHOLE_FLOATS):  # few have one, and every start waits for this
        text = _JSON.encode(canonical(value))
    return hashlib.sha256(text.encode()).hexdigest()
