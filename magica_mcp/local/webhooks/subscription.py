"""What a start asks of its webhook: where to send what (magica-contract 5.1, 5.2)."""

import json
import re
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Annotated, Any

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from magica_mcp.addresses import webhook_target
from magica_mcp.errors import InvalidInputError, or_list
from magica_mcp.local.store.tables import EventType, RunKind
from magica_mcp.models.wire import JsonObject

EVENTS_OF: Mapping[RunKind, frozenset[EventType]] = {
    RunKind.WORKFLOW: frozenset(EventType),
    RunKind.MODEL: frozenset(
        {EventType.RUN_STARTED, EventType.RUN_COMPLETED, EventType.RUN_FAILED}
    ),
}

LONGEST_URL = 2_000
LARGEST_METADATA = 64 * 1024
LARGEST_HEADERS = 8 * 1024
"""Characters; the metadata count as JSON."""

OURS = frozenset(
    {"host", "connection", "keep-alive", "expect", "te", "trailer", "transfer-encoding", "upgrade"}
)
OUR_BEGINNINGS = ("svix-", "webhook-", "content-", "proxy-")
"""Headers that nobody else sets: they sign, describe or carry the request."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x20-\x7e\t]*")


def _an_event(name: str) -> EventType:
    if name not in set(EventType):
        raise ValueError(f"there is no event '{name}'. Choose from {or_list([*EventType])}.")
    return EventType(name)


class Subscription(BaseModel):
    """A webhook as it is asked for; without `events` it is told of everything."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: Annotated[str, Field(max_length=LONGEST_URL)]
    events: tuple[Annotated[str, AfterValidator(_an_event)], ...] | None = None
    metadata: JsonObject | None = None
    headers: dict[str, str] | None = Field(default=None, repr=False)

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, value: str) -> str:
        try:
            httpx.URL(value)
        except httpx.InvalidURL as error:
            raise ValueError("this is not a URL. Give a complete one.") from error
        return value

    @field_validator("events", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        if value == []:
            raise ValueError("name at least one event, or leave it out for all of them.")
        return tuple(value) if isinstance(value, list) else value

    @field_validator("metadata")
    @classmethod
    def _fits(cls, value: JsonObject | None) -> JsonObject | None:
        try:
            size = len(json.dumps(value, allow_nan=False))
        except ValueError as error:
            raise ValueError("a number in it is not one of JSON.") from error
        if size > LARGEST_METADATA:
            most = LARGEST_METADATA // 1024
            raise ValueError(f"it is larger than {most} KB. Send an id instead.")
        return value

    @field_validator("headers")
    @classmethod
    def _may_be_sent(cls, value: dict[str, str] | None) -> dict[str, str] | None:
        for name, content in (value or {}).items():
            _refuse_header(name, content)
        if len("".join(chain.from_iterable((value or {}).items()))) > LARGEST_HEADERS:
            raise ValueError(f"they are larger than {LARGEST_HEADERS // 1024} KB in all.")
        return value

    def wants(self, event: EventType) -> bool:
        return self.events is None or event in self.events


def checked_subscription(
    webhook: JsonObject, *, kind: RunKind, private_allowed: bool
) -> Subscription:
    """A webhook that a run of this kind may have. Raises `InvalidInputError` for any other."""
    try:
        asked = Subscription.model_validate(webhook)
    except ValidationError as error:
        raise InvalidInputError(_said(error)) from error
    silent = [event for event in asked.events or () if event not in EVENTS_OF[kind]]
    if silent:
        raise InvalidInputError(
            f"webhook.events: a run of a {kind} never tells {or_list(silent)}. It tells "
            f"{or_list(sorted(EVENTS_OF[kind]))}; leave events out for all of them."
        )
    try:
        for reading in (asked.url, str(httpx.URL(asked.url))):  # as written, and as it is sent to
            webhook_target(reading, private_allowed=private_allowed)
    except InvalidInputError as error:
        raise InvalidInputError(f"webhook.url: {error}") from error
    return asked


def kept_subscription(asked: Mapping[str, Any]) -> Subscription | None:
    """The webhook in the body that a run was started with.

    None also for what is no webhook: runs of earlier versions took anything.
    """
    if not asked.get("webhook"):
        return None
    try:
        return Subscription.model_validate(asked["webhook"])
    except ValidationError:
        return None


def _refuse_header(name: str, content: str) -> None:
    folded = name.lower()
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a header.")
    if folded in OURS or folded.startswith(OUR_BEGINNINGS):
        raise ValueError(f"'{name}' is set by Magica itself. Choose another name, such as X-Token.")
    if not _VALUE.fullmatch(content):
        raise ValueError(f"the value of '{name}' must be one line of plain ASCII text.")


def _said(error: ValidationError) -> str:
    """The first problem as a sentence; what was given is not repeated, since it may be secret."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(_place(first["loc"]))
    problem = first["msg"].removeprefix("Value error, ").rstrip(".")
    if first["type"] == "extra_forbidden":
        fields = or_list([*Subscription.model_fields])
        return f"{place}: a webhook has no such field. It takes {fields}."
    if first["type"] == "missing":
        return "webhook.url: a webhook needs a URL to send to."
    return f"{place}: {problem[:1].lower()}{problem[1:]}."


def _place(location: Iterable[int | str]) -> Iterable[str]:
    return ("webhook", *map(str, location))
