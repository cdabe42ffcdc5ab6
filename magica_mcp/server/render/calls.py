"""How a next step is written: the exact call, ready to be made."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from magica_mcp.models.wire import Page
from magica_mcp.server.sizes import beginning

LONGEST_VALUE = 300
LONGEST_NAME = 160
LISTED_NAME = 60
"""Characters of a name in a list, so that a hundred rows fit into one answer."""
LONGEST_TEXT = 6_000
FENCED_TOKENS = 4_000


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


def fenced(text: str, *, rest: str = "") -> str:
    """Words that came from elsewhere, cut to size, in a fence that they cannot close.

    `rest` says how to get what is cut off.
    """
    cut = beginning(text[:LONGEST_TEXT], tokens=FENCED_TOKENS)
    if cut != text:
        more = f"; {rest}" if rest else ""
        cut = f"{cut.rstrip('…')}…\n[cut here: {len(text):,} characters in all{more}]"
    fence = "```"
    while fence in cut:
        fence += "`"
    return f"{fence}\n{cut}\n{fence}"


def plain(text: str, *, longest: int = LONGEST_NAME) -> str:
    """Somebody else's name or title on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def more(page: Page[Any]) -> list[str]:
    """How to get the next page, where there is one."""
    if page.next_cursor:
        return [f"There is more: call again with cursor {page.next_cursor!r}."]
    if page.has_more and page.page:
        return [f"There is more: call again with page {page.page + 1}."]
    return []


def bound_text(value: float | None) -> str:
    """An end of a range: whole numbers in full."""
    if value is None:
        return "any"
    return f"{int(value):,}" if value == int(value) else f"{value:g}"
