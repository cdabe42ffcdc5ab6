"""One line of the REST surface: what is asked, what answers, and how sure we are of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

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
    answer: Callable[..., JsonValue | Response | Awaitable[JsonValue]]
    status: int = 200
    attested: bool = True
    """Whether the contract does not merely infer it; the hosted dialect serves only such."""
    shows: Any = None
    """The type of its answer's body, see `bodies`; None keeps the endpoint out of the OpenAPI."""
    fails: tuple[int, ...] = ()
    """With which statuses it may fail, beside those of every endpoint."""
    locally: Callable[..., Awaitable[JsonValue]] | None = None
    """What answers in the local dialect, where that can do more."""
    is_about_runs: bool = False
    """Whether its answers announce in the local dialect how long a run may be waited for."""
    takes_bytes: bool = False
    """Whether its body is a file as it is, of any size that `arriving` allows, and no JSON."""
