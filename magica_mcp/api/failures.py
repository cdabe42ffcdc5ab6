"""What an unsuccessful answer, or none at all, means: one of our errors, and what may be done.

Pure. Magica's statuses and its error envelope are those of magica-contract 1.4.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime

import httpx

from magica_mcp.api.reading import number_in
from magica_mcp.api.retry import Effect, Trouble, is_open
from magica_mcp.api.subject import READ_AGAIN, WHAT_TO_CORRECT, WHERE_TO_LOOK, Subject
from magica_mcp.api.wording import quotable, quoted, said, span
from magica_mcp.errors import (
    ApiError,
    ConflictError,
    GoneError,
    NotFoundError,
    OutcomeUnknownError,
    OutOfCreditsError,
    RateLimitedError,
    RejectedError,
    ServerFailedError,
    UnauthorizedError,
    UnreachableError,
    UnreadableAnswerError,
)


class AttemptFailedError(Exception):
    """One attempt that failed: the kind of trouble, and the error to raise if it was the last."""

    def __init__(self, trouble: Trouble, error: ApiError) -> None:
        self.trouble, self.error = trouble, error
        super().__init__(str(error))

    @property
    def retry_after(self) -> float | None:
        """Seconds that Magica asked for."""
        return self.error.retry_after if isinstance(self.error, RateLimitedError) else None


@dataclass(frozen=True)
class Meaning:
    """What a status says: the sentence, and the next step."""

    error: type[ApiError]
    what: str
    advice: str
    trouble: Trouble = Trouble.REFUSED
    is_elsewhere: bool = False
    """As in `ApiError`."""


AGAIN_SOON = "Try again in a minute."
CHECK_BASE = "Check MAGICA_BASE_URL: it is the address before /v1, such as the default ending /api."

MEANINGS: Mapping[int, Meaning] = {
    401: Meaning(
        UnauthorizedError,
        "Magica did not accept the API key",
        "It is mistyped, revoked or expired: make a new one in the Magica app (Settings → API Keys "
        "→ Manage), set MAGICA_API_KEY to it and restart this server.",
    ),
    403: Meaning(
        OutOfCreditsError,
        "The Magica account has too few credits for this",
        "Look at get_balance; add credits in the Magica app, or ask for something cheaper.",
    ),
    404: Meaning(NotFoundError, "Magica does not know this address", CHECK_BASE),
    408: Meaning(UnreachableError, "The request arrived too slowly", AGAIN_SOON, Trouble.LATE),
    409: Meaning(
        ConflictError,
        "Its present state does not allow this, or it changed meanwhile",
        "Look at it again before deciding.",
    ),
    410: Meaning(GoneError, "This is retired", "Look for its successor with search_tools."),
    413: Meaning(
        RejectedError, "The request is too large", "Give public URLs rather than contents."
    ),
    429: Meaning(RateLimitedError, "The key's limit of requests is used up", "", Trouble.LIMITED),
    507: Meaning(
        RejectedError, "There is no room for the file", "Make room there, then upload it again."
    ),
}
WEB_PAGE_REFUSAL = Meaning(
    UnreachableError,
    "Something in front of Magica refused the request with a web page",
    "It may be a firewall or a proxy on the way: check the network and MAGICA_BASE_URL.",
    is_elsewhere=True,
)
WEB_PAGE_NOT_FOUND = Meaning(
    NotFoundError,
    "A web site answered, not Magica: it has no such page",
    CHECK_BASE,
    is_elsewhere=True,
)
WEB_PAGES: Mapping[int, Meaning] = {403: WEB_PAGE_REFUSAL, 404: WEB_PAGE_NOT_FOUND}
"""What a status means that came with a web page; Magica answers in JSON."""
REDIRECT = Meaning(
    UnreachableError,
    "The address answers with a redirect",
    "Set MAGICA_BASE_URL to the final address.",
    Trouble.UNREADABLE,
    is_elsewhere=True,
)
SERVER_FAILURE = Meaning(ServerFailedError, "Magica failed", AGAIN_SOON, Trouble.FAILED)
REFUSAL = Meaning(
    RejectedError,
    "Magica refused the input",
    "Correct it and call again; get_model_schema lists what a model takes.",
)

NOTHING_STARTED = "Nothing was started and nothing was charged."
OPEN_START = (
    "Whether the run was accepted is not known, and nothing was sent again. Look at list_runs, "
    "get_generations or get_balance before starting it again."
)
OPEN_CHANGE = (
    "Whether it took effect is not known, and nothing was sent again: look before repeating."
)


def failure(
    status: int,
    body: bytes,
    headers: Mapping[str, str],
    *,
    effect: Effect = Effect.NONE,
    subject: Subject | None = None,
    now: float = 0.0,
) -> AttemptFailedError:
    """What an answer that is no success means; `now` is in seconds since 1970."""
    meaning = _about(_meaning(status, headers), subject, effect)
    words = said(body)
    what = f"{meaning.what} ({status}).{quoted(words)}"
    wait = seconds_to_wait(headers, now=now) if meaning.trouble is Trouble.LIMITED else None
    advice = _when(wait) if meaning.trouble is Trouble.LIMITED else meaning.advice
    error = _settled(meaning.error, what, advice, trouble=meaning.trouble, effect=effect)
    if isinstance(error, RateLimitedError):
        error.retry_after = wait
    error.status, error.is_elsewhere = status, meaning.is_elsewhere
    return AttemptFailedError(meaning.trouble, error)


def no_answer(
    error: httpx.RequestError | TimeoutError, *, host: str, effect: Effect
) -> AttemptFailedError:
    """What it means that nothing came back; `host` is whom we asked."""
    trouble = _trouble_of(error)
    reason = quotable(str(error))
    what, advice = NO_ANSWER[trouble]
    what = f"{what.format(host=host)}{': ' + reason if reason else ''}."
    kind = UnreadableAnswerError if trouble is Trouble.UNREADABLE else UnreachableError
    settled = _settled(kind, what, advice, trouble=trouble, effect=effect)
    settled.is_elsewhere = is_unknown_name(error)
    return AttemptFailedError(trouble, settled)


def is_unknown_name(error: BaseException) -> bool:
    """Whether no machine is called so, as far as is known for sure."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return cause.errno in UNKNOWN_NAMES
        cause = cause.__cause__ or cause.__context__
    return False


NO_ANSWER: Mapping[Trouble, tuple[str, str]] = {
    Trouble.NOT_SENT: (
        "Could not connect to {host}",
        "Check the network and MAGICA_BASE_URL, then try again.",
    ),
    Trouble.LATE: ("{host} took too long to answer", AGAIN_SOON),
    Trouble.LOST: ("The connection to {host} broke before it answered", AGAIN_SOON),
    Trouble.UNREADABLE: ("The answer of {host} is damaged", AGAIN_SOON),
}
UNKNOWN_NAMES = frozenset(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)
)
"""What the system says of a name that does not exist; without a network it says otherwise."""
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Failures before the first byte of the request left."""


def _trouble_of(error: httpx.RequestError | TimeoutError) -> Trouble:
    if isinstance(error, NEVER_SENT):
        return Trouble.NOT_SENT
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return Trouble.LATE
    return Trouble.UNREADABLE if isinstance(error, httpx.DecodingError) else Trouble.LOST


def unreadable(why: UnreadableAnswerError, *, effect: Effect) -> AttemptFailedError:
    """What a success that is not understood means; `why` is a sentence."""
    error = _settled(
        UnreadableAnswerError, str(why), CHECK_BASE, trouble=Trouble.UNREADABLE, effect=effect
    )
    error.is_elsewhere = why.is_elsewhere
    return AttemptFailedError(Trouble.UNREADABLE, error)


def _settled(
    kind: type[ApiError], what: str, advice: str, *, trouble: Trouble, effect: Effect
) -> ApiError:
    """The error, ending with what is known of the outcome of a request that does something."""
    if not is_open(effect, trouble):
        ending = NOTHING_STARTED if effect is Effect.START else ""
        return kind(" ".join(filter(None, (what, ending, advice))))
    if effect is Effect.START:
        what = f"{what} {advice}" if trouble is Trouble.LIMITED else what
        return OutcomeUnknownError(f"{what} {OPEN_START}", what=what)
    return kind(f"{what} {OPEN_CHANGE}")


def _meaning(status: int, headers: Mapping[str, str]) -> Meaning:
    if status in WEB_PAGES and "html" in headers.get("content-type", ""):
        return WEB_PAGES[status]
    if status in MEANINGS:
        return MEANINGS[status]
    if status < 400:
        return REDIRECT
    return SERVER_FAILURE if status >= 500 else REFUSAL


def _about(meaning: Meaning, subject: Subject | None, effect: Effect) -> Meaning:
    """The same meaning, naming what was asked for where the status is about it."""
    if subject is None or meaning.is_elsewhere:
        return meaning
    if meaning.error is NotFoundError and subject.is_looked_for:
        what = f"Magica knows no {subject.alternatives}, or it belongs to another account"
        return replace(meaning, what=what, advice=WHERE_TO_LOOK[subject.kind])
    if meaning.error is GoneError:
        return replace(meaning, what=f"The {subject} is retired")
    if meaning.error is ConflictError and effect is Effect.CHANGE and subject.is_edited:
        return replace(meaning, advice=READ_AGAIN)
    if meaning is REFUSAL:
        return replace(meaning, advice=WHAT_TO_CORRECT.get(subject.kind, meaning.advice))
    return meaning


def seconds_to_wait(headers: Mapping[str, str], *, now: float) -> float | None:
    """What Retry-After or X-RateLimit-Reset (milliseconds since 1970) ask for, when they do."""
    asked = headers.get("retry-after", "")
    wait = number_in(asked)
    if wait is None and asked:
        wait = _until_date(asked, now=now)
    if wait is None:
        reset = number_in(headers.get("x-ratelimit-reset", ""))
        wait = None if reset is None else reset / 1000 - now
    return None if wait is None else max(0.0, wait)


def _until_date(text: str, *, now: float) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() - now
    except ValueError:
        return None


def _when(wait: float | None) -> str:
    when = "Wait a minute" if wait is None else f"Wait {span(wait)}"
    return f"{when} before the next call; the limits of a key are set in the Magica app."
