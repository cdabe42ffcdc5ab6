"""Everything that can go wrong, as one tree; each error is a sentence with a next step.

Refuses to know who will read it: the assistant, the person at a terminal or an operator's log.
"""

from collections.abc import Sequence


def or_list(names: Sequence[str]) -> str:
    """'a', 'a or b', 'a, b or c', each quoted."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


LONGEST_QUOTE = 120


def shortened(text: str) -> str:
    """Somebody's words on one line, cut where they are long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE]}…"


class MagicaError(Exception):
    """The root of all we raise on purpose. `code` is for programs, the text for people."""

    code = "ERROR"


# What this machine has or has not ------------------------------------------------------------


class ConfigurationError(MagicaError):
    """A setting is missing, misspelt or of the wrong kind."""

    code = "CONFIGURATION"


class NotInstalledError(MagicaError):
    """Something needs an extra that is not installed."""

    code = "NOT_INSTALLED"


class LocalMagicaError(MagicaError):
    """Local Magica could not be started, found or trusted."""

    code = "LOCAL_MAGICA"


class JournalError(MagicaError):
    """The journal of paid requests cannot be used, so nothing is paid for."""

    code = "JOURNAL"


class StoreTooNewError(LocalMagicaError):
    """The local database was written by a newer version of this program."""

    code = "STORE_TOO_NEW"


class UnshowableError(MagicaError):
    """A file of which no preview can be made; a few words that say why, no sentence."""

    code = "UNSHOWABLE"


# What was asked for ---------------------------------------------------------------------------


class InvalidInputError(MagicaError):
    """A value that cannot be used; nothing was sent and nothing was charged."""

    code = "VALIDATION_ERROR"


class MediaUrlRequiredError(InvalidInputError):
    """A media input that is not an http(s) URL (magica-contract 2.4)."""

    code = "HTTP_URL_REQUIRED"


class NameNotFoundError(MagicaError):
    """A name matched nothing closely enough to act on."""

    code = "NOT_FOUND"

    def __init__(
        self, kind: str, name: str, *, close: Sequence[str] = (), advice: str = ""
    ) -> None:
        self.kind, self.name, self.close = kind, name, tuple(close)
        hint = f" Did you mean {or_list(self.close)}?" if close else ""
        super().__init__(
            f"No {kind} is called '{shortened(name)}'.{hint}{' ' + advice if advice else ''}"
        )


class AmbiguousNameError(MagicaError):
    """A name fits several things about equally well, and choosing wrongly would cost something."""

    code = "AMBIGUOUS_NAME"

    def __init__(self, kind: str, name: str, *, candidates: Sequence[str]) -> None:
        self.kind, self.name, self.candidates = kind, name, tuple(candidates)
        super().__init__(
            f"'{shortened(name)}' fits several {kind}s: {or_list(self.candidates)}. "
            "Nothing was started and nothing was charged. Call again with one of them."
        )


class GraphRuleError(MagicaError):
    """An edit or a graph that breaks a rule of workflows (magica-contract 4)."""

    code = "GRAPH_RULE"

    def __init__(self, text: str, *, rule: str, node_id: str | None = None) -> None:
        self.rule, self.node_id = rule, node_id
        super().__init__(text)


# What may be spent ----------------------------------------------------------------------------


class OverBudgetError(MagicaError):
    """A price that the budgets do not allow; microcredits, None: no limit, or not known."""

    code = "OVER_BUDGET"

    def __init__(
        self, text: str, *, left: int | None, fits: int | None, renews_at: str | None
    ) -> None:
        self.left, self.fits, self.renews_at = left, fits, renews_at
        super().__init__(text)

    def with_advice(self, advice: str) -> "OverBudgetError":
        """The same with a sentence more; nothing is added by an empty one."""
        text = f"{self} {advice}" if advice else str(self)
        return OverBudgetError(text, left=self.left, fits=self.fits, renews_at=self.renews_at)


class ApprovalNeededError(MagicaError):
    """A price that must be agreed to first; microcredits, None: not known."""

    code = "APPROVAL_NEEDED"

    def __init__(self, text: str, *, price: int | None) -> None:
        self.price = price
        super().__init__(text)


class ApprovalRefusedError(MagicaError):
    """An approval that is not good for this call. `reason` is for programs, such as 'expired'."""

    code = "APPROVAL_REFUSED"

    def __init__(self, text: str, *, reason: str) -> None:
        self.reason = reason
        super().__init__(text)


# What Magica answered -------------------------------------------------------------------------


class ApiError(MagicaError):
    """Magica could not be reached or did not do what was asked."""

    code = "API"
    status: int | None = None
    is_elsewhere: bool = False
    """Whether what answered, if anything, seems not to be Magica: the address may be wrong."""


class UnauthorizedError(ApiError):
    """401: the key is missing, malformed, revoked or expired."""

    code = "UNAUTHORIZED"
    status = 401


class OutOfCreditsError(ApiError):
    """403: the account has too few credits (magica-contract 1.4; it is not about permissions)."""

    code = "INSUFFICIENT_CREDITS"
    status = 403


class NotFoundError(ApiError):
    """404: no such thing, or it belongs to another account."""

    code = "NOT_FOUND"
    status = 404


class ConflictError(ApiError):
    """409: the thing changed meanwhile, or its state does not allow this."""

    code = "CONFLICT"
    status = 409


class GoneError(ApiError):
    """410: a model or node type that is retired."""

    code = "GONE"
    status = 410


class RejectedError(ApiError):
    """400, 413 or 422: Magica or a model's provider refused the input."""

    code = "BAD_REQUEST"
    status = 400


class RateLimitedError(ApiError):
    """429: the key's minute or day is used up. `retry_after` is in seconds, when known."""

    code = "RATE_LIMITED"
    status = 429

    def __init__(self, text: str, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(text)


class ServerFailedError(ApiError):
    """5xx: Magica or something before it failed."""

    code = "INTERNAL_SERVER_ERROR"
    status = 500


class UnreadableAnswerError(ApiError):
    """An answer that is not JSON or not of the expected shape."""

    code = "UNREADABLE_ANSWER"


class UnreachableError(ApiError):
    """No connection, or no answer in time."""

    code = "UNREACHABLE"


class FileTooLargeError(ApiError):
    """A file that is larger than may be fetched."""

    code = "FILE_TOO_LARGE"


class OutcomeUnknownError(ApiError):
    """A paid request whose acceptance is not known; it must not be sent again blindly.

    `what` is what happened, alone, where that was met just now.
    """

    code = "OUTCOME_UNKNOWN"

    def __init__(self, text: str, *, what: str = "") -> None:
        self.what = what
        super().__init__(text)


# What happens inside local Magica -------------------------------------------------------------


class ProviderUnavailableError(MagicaError):
    """A model that this installation cannot run."""

    code = "PROVIDER_UNAVAILABLE"


class NoRoomError(MagicaError):
    """The disk of this machine is full; nothing of the file was kept."""

    code = "NO_ROOM"


class NodeFailedError(MagicaError):
    """A node could not produce its output. `user_message` may be shown; the text is technical."""

    code = "NODE_FAILED"

    def __init__(self, text: str, *, user_message: str | None = None) -> None:
        self.user_message = user_message or text
        super().__init__(text)
