"""How a next step is written: the exact call, ready to be made."""

import json
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

LONGEST_VALUE = 300


def call(tool: str, arguments: Mapping[str, JsonValue]) -> str:
    """`get_run_status {"runId": "cm…"}`."""
    return f"{tool} {json.dumps(arguments, ensure_ascii=False)}"


def one_line(value: JsonValue, *, longest: int = LONGEST_VALUE) -> str:
    """A value of somebody else's as JSON on one line, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def and_list(names: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([*([", ".join(names[:-1])] if names[:-1] else []), *names[-1:]])
