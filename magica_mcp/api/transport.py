"""The one place that sends: a request goes out, a value of ours or one error of ours comes back."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote

import anyio
import httpx
from pydantic import JsonValue

from magica_mcp.api.failures import (
    AttemptFailedError,
    failure,
    no_answer,
    unreadable,
)
from magica_mcp.api.quota import WAIT_HEADER, Budget
from magica_mcp.api.reading import Reply, number_in
from magica_mcp.api.retry import Effect, delay_after
from magica_mcp.api.subject import Subject
from magica_mcp.errors import InvalidInputError, UnreadableAnswerError
from magica_mcp.models.wire import JsonObject

Answer = TypeVar("Answer")
Sleep = Callable[[float], Awaitable[None]]

TIMEOUT = httpx.Timeout(60, connect=10)
"""Seconds for one step of an exchange."""

UPLOAD_HEADER = "X-Magica-Upload"

WHOLE_EXCHANGE = 120.0
"""Seconds for a request and all of its answer, however steadily it trickles."""


@dataclass(frozen=True)
class SentFile:
    """A file that is sent as it is: opened anew for each attempt, `size` in bytes."""

    open: Callable[[], AsyncIterator[bytes]]
    size: int


@dataclass(frozen=True)
class Call:
    """One request, as a value; the path is relative to the base that ends in /api/."""

    method: str
    path: str
    effect: Effect = Effect.NONE
    query: JsonObject = field(default_factory=dict)
    body: JsonValue = None
    file: SentFile | None = None
    """In place of a body."""
    subject: Subject | None = None
    accept: str = "application/json"
    seconds: float | None = None
    """For the whole exchange and each step of it, where that is more than usual."""
    is_look: bool = False
    """Whether it only looks how a run is, and so leaves the key's quota to others first."""


class Transport:
    """Sends calls, again where that is harmless, each when the budget lets it."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        sleep: Sleep,
        chance: Callable[[], float],
        now: Callable[[], float],
        budget: Budget,
    ) -> None:
        self._http = http
        self._sleep, self._chance, self._now = sleep, chance, now
        self.budget = budget
        self.longest_wait: float | None = None
        """Seconds for which the other end waits for a run itself, where it said that it does."""
        self.largest_upload: int | None = None
        """How many bytes a file may have that is sent as it is, where the other end said so."""
        self.has_answered = False
        """Whether anything was answered yet, and so everything said that every answer says."""
        self.was_understood = False
        """Whether an answer was what Magica answers, so that the address is known to be right."""
        self.changes = 0
        """Counts the beginning and the end of each change: equal counts, nothing changed by us."""

    async def ask(self, call: Call, read: Callable[[Reply], Answer]) -> Answer:
        """Send a call and read its answer.

        Raises:
            ApiError: what went wrong on the last attempt.
        """
        with self._counting(call):
            return await self._ask(call, read)

    @contextmanager
    def _counting(self, call: Call) -> Iterator[None]:
        step = int(call.effect is Effect.CHANGE)
        self.changes += step
        try:
            yield
        finally:
            self.changes += step

    async def _ask(self, call: Call, read: Callable[[Reply], Answer]) -> Answer:
        attempt = 1
        while True:
            try:
                return await self._attempt(call, read)
            except AttemptFailedError as failed:
                pause = delay_after(
                    attempt,
                    failed.trouble,
                    effect=call.effect,
                    retry_after=failed.retry_after,
                    chance=self._chance(),
                )
                if pause is None:
                    raise failed.error from failed.__cause__
            attempt += 1
            await self._sleep(pause)

    async def _attempt(self, call: Call, read: Callable[[Reply], Answer]) -> Answer:
        sent_at = await self.budget.turn(is_look=call.is_look)
        response = await self._send(call)
        self._note(response, sent_at=sent_at)
        if not response.is_success:
            raise self._refused(response, call)
        try:
            found = read(Reply(response.headers.get("content-type", ""), response.content))
        except UnreadableAnswerError as error:
            raise unreadable(error, effect=call.effect) from error
        self.was_understood = True
        return found

    def _note(self, response: httpx.Response, *, sent_at: float) -> None:
        """What an answer of any kind says of limits and of waiting."""
        self.budget.heard(response.status_code, response.headers, sent_at=sent_at)
        self.longest_wait = number_in(response.headers.get(WAIT_HEADER, "")) or self.longest_wait
        largest = number_in(response.headers.get(UPLOAD_HEADER, ""))
        self.largest_upload = int(largest) if largest else self.largest_upload
        self.has_answered = self.has_answered or response.is_success

    def _refused(self, response: httpx.Response, call: Call) -> AttemptFailedError:
        refused = failure(
            response.status_code,
            response.content,
            response.headers,
            effect=call.effect,
            subject=call.subject,
            now=self._now(),
        )
        if refused.retry_after is not None:
            self.budget.close(refused.retry_after)
        return refused

    def _request(self, call: Call) -> httpx.Request:
        try:
            return self._http.build_request(
                call.method,
                call.path,
                params=query_of(call.query),
                content=call.file.open() if call.file else content_of(call.body),
                headers=_headers_of(call),
                timeout=TIMEOUT
                if call.seconds is None
                else httpx.Timeout(call.seconds, connect=10),
            )
        except httpx.InvalidURL as error:
            message = "What was asked for is too long for an address. Shorten the id or the search."
            raise InvalidInputError(message) from error

    async def _send(self, call: Call) -> httpx.Response:
        request = self._request(call)
        try:
            with anyio.fail_after(call.seconds or WHOLE_EXCHANGE):
                return await self._http.send(request, follow_redirects=False)
        except (httpx.RequestError, TimeoutError) as error:
            raise no_answer(error, host=request.url.host, effect=call.effect) from error


def segment(identifier: str) -> str:
    """An id as one segment of a path, whatever it holds.

    Raises:
        InvalidInputError: it is empty or walks through the path.
    """
    if identifier.strip() in {"", ".", ".."}:
        raise InvalidInputError(f"'{identifier}' is no id. Give the id of something that exists.")
    return quote(identifier, safe="", errors="replace")


def query_of(parameters: JsonObject) -> Mapping[str, str] | None:
    """Parameters as text; None adds none."""
    words = {True: "true", False: "false"}
    return {
        name: words[value] if isinstance(value, bool) else str(value)
        for name, value in parameters.items()
    } or None


def content_of(body: JsonValue) -> bytes | None:
    """The body in pure ASCII, so that any text survives, a lone surrogate too.

    Raises:
        InvalidInputError: a number that JSON cannot say.
    """
    if body is None:
        return None
    try:
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode("ascii")
    except ValueError as error:
        raise InvalidInputError(
            "A number of the input is infinite or undefined, which JSON cannot say. Nothing was "
            "sent. Give an ordinary number."
        ) from error


def _headers_of(call: Call) -> dict[str, str]:
    sends = {"Content-Type": "application/json"} if call.body is not None else {}
    if call.file is not None:
        sends = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(call.file.size),
        }
    return {"Accept": call.accept, **sends}
