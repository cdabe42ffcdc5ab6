"""Magica's own words and waiting times as they may stand in a sentence of ours.

What another program said is data: one line, of bounded length, without keys.
"""

import json
import math
import re
from typing import Any

LONGEST_QUOTE = 500

_SECRETS = re.compile(r"\bgx_[A-Za-z0-9_\-]+|\bwhsec_\S+|\bBearer\s+\S+", re.IGNORECASE)


def quotable(text: str) -> str:
    """The text on one line, printable, without secrets, at most 500 characters."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    line = _SECRETS.sub("[hidden]", " ".join(printable.split()))
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"


def quoted(words: str) -> str:
    """What Magica said as a sentence that follows one of ours; nothing for nothing."""
    end = "" if words.endswith((".", "!", "?", "…")) else "."
    return f' Magica says: "{words}{end}"' if words else ""


def said(body: bytes) -> str:
    """What an error answer says, with its details, or nothing (magica-contract 1.4)."""
    envelope = json_or_none(body)
    return quotable(_message_of(envelope)) if isinstance(envelope, dict) else ""


def code_of(body: bytes) -> str | None:
    """The machine code of an error answer, in upper case."""
    envelope = json_or_none(body)
    if not isinstance(envelope, dict):
        return None
    inner = envelope["error"] if isinstance(envelope.get("error"), dict) else envelope
    code = inner.get("code")
    return code.upper() if isinstance(code, str) else None


def json_or_none(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _message_of(envelope: dict[str, Any]) -> str:
    inner = envelope.get("error")
    if isinstance(inner, dict):
        envelope = {**envelope, **inner}
    texts = [envelope.get(key) for key in ("message", "error")]
    message = next((text for text in texts if isinstance(text, str) and text.strip()), "")
    details = _details_of(envelope.get("details"))
    return f"{message} ({details})" if message and details else message or details


def _details_of(details: Any) -> str:
    """Zod-like issues as 'path: message', anything else as it is."""
    if not details:
        return ""
    issues = details if isinstance(details, list) else [details]
    return "; ".join(_issue(issue) for issue in issues)


def _issue(issue: Any) -> str:
    if isinstance(issue, str):
        return issue
    if not isinstance(issue, dict) or not isinstance(issue.get("message"), str):
        return json.dumps(issue, separators=(",", ":"), ensure_ascii=False)
    path = issue.get("path")
    place = ".".join(map(str, path)) if isinstance(path, list) else str(path or "")
    message: str = issue["message"]
    return f"{place}: {message}" if place else message


SPANS = (("second", 1, 90), ("minute", 60, 5400), ("hour", 3600, math.inf))
"""Units, their seconds, and up to which time they are used."""


def span(seconds: float) -> str:
    """A waiting time as people say it: '1 second', '40 seconds', '5 minutes', '3 hours'."""
    unit, size = next((unit, size) for unit, size, until in SPANS if seconds < until)
    count = max(1, math.ceil(seconds / size))
    return f"{count} {unit}{'' if count == 1 else 's'}"
