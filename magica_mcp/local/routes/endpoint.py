"""One line of the REST surface: what is asked, what answers, and how sure we are of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue
from starlette.responses import Response

Method = Literal["GET", "POST", "PATCH", "DELETE"]


@dataclass(frozen=True)
class Endpoint:
    """`path` is below `/api`; `answer` may ask for a `Caller` and for what FastAPI can read.

    The model of a body says `defer_build=False`: built at the first request, it would warn.
    """

    method: Method
    path: str
    answer: Callable[..., JsonValue | Response]
    status: int = 200
    attested: bool = True
    """Whether the contract does not merely infer it; the hosted dialect serves only such."""
