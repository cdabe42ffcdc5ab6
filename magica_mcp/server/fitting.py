"""Every answer made to fit: its text for a model's reading, all of it for what clients take.

What is cut says so, and how to get the rest.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from mcp.types import CallToolResult, ContentBlock, TextContent
from pydantic import JsonValue

from magica_mcp.models.wire import JsonObject
from magica_mcp.server.sizes import cut_text

MOST_TOKENS = 8_000
"""Of an answer's text."""
MOST_BYTES = 700_000
"""Of text and facts together, whatever a client takes; a picture has its own room."""
FEWEST_BYTES = 4_000
"""What the facts may take in any case."""
MOST_NOTES = 8

STEPS: tuple[tuple[int, int], ...] = (
    (50_000, 2_000),
    (20_000, 1_000),
    (6_000, 300),
    (2_000, 150),
    (1_000, 100),
    (500, 50),
    (250, 25),
    (120, 10),
    (60, 3),
)
"""Characters of a text and items of a list that are kept, step by step until all fits."""

WEB = ("http://", "https://")
LONGEST_ID = 100
LONGEST_URL = 2_000
"""Characters of an address that stays whole: half of one leads nowhere."""

LESS = "Ask for less at once."
REST: Mapping[str, str] = {
    "search_tools": "Search for a word, or read the resource magica://models.",
    "get_model_schema": "Read the resource magica://models/{modelId} for all of it.",
    "get_pricing": "Price one model at a time for the rest.",
    "get_run_status": "Read the resource magica://runs/{runId} for all of it.",
    "get_generations": "Call again with a smaller limit, and with its cursor for the rest.",
    "list_workflows": "Call again with a smaller pageSize and go on by page, or search.",
    "get_workflow": "Read the resource magica://workflows/{id} for all of it.",
    "delete_workflow": "It is gone; what is left out cannot be read again.",
    "list_system_workflows": "Give a category.",
    "list_node_types": "Narrow it with category or search.",
    "start_run": "get_workflow shows the Request node with all of its fields.",
    "list_runs": "Call again with a smaller limit and go on by its cursor or page, or search.",
}
"""How to get what an answer of a tool leaves out."""


def fitted(answer: CallToolResult, *, tool: str, longest: int) -> CallToolResult:
    """The answer with its text and facts cut to size; `longest` is what the client takes."""
    facts = answer.structured_content
    rest = _filled(REST.get(tool, LESS), facts or {})
    note = f"Cut here, so that the answer is not too long. {rest}"
    content = [_with_text_cut(block, note) for block in answer.content]
    text = sum(_bytes(block.text) for block in content if isinstance(block, TextContent))
    if facts is not None:
        most = max(FEWEST_BYTES, min(longest, MOST_BYTES) - text)
        facts = fitting_facts(facts, most=most, rest=rest)
    return answer.model_copy(update={"content": content, "structured_content": facts})


def _filled(rest: str, facts: JsonObject) -> str:
    """The way to the rest with the ids that the answer is about."""
    for name in ("id", "runId", "modelId"):
        found = facts.get(name)
        if isinstance(found, str) and len(found) <= LONGEST_ID:
            rest = rest.replace(f"{{{name}}}", found)
    return rest


def fitting_facts(facts: JsonObject, *, most: int, rest: str) -> JsonObject:
    """The facts in so many bytes of JSON at most: the same keys, with texts and lists cut short.

    What was cut is said under `cut`, as {"where": "20 of 300", …}, and how to get the `rest`.
    """
    if _bytes(facts) <= most:
        return facts
    for longest_text, most_items in STEPS:
        shears = _Shears(longest_text, most_items)
        cut = shears.cut(facts, "")
        assert isinstance(cut, dict)
        made: JsonObject = {**cut, "cut": {**shears.noted(), "rest": rest}}
        if _bytes(made) <= most:
            return made
    return {"cut": {"everything": "too large", "rest": rest}}


@dataclass
class _Shears:
    """Cuts a value, and remembers what it cut off where."""

    longest_text: int
    most_items: int
    notes: dict[str, str] = field(default_factory=dict)

    def cut(self, value: JsonValue, where: str) -> JsonValue:
        if isinstance(value, str):
            return self._text(value, where)
        if isinstance(value, list):
            self._note(where, len(value))
            return [self.cut(item, f"{where}[]") for item in value[: self.most_items]]
        if isinstance(value, dict):
            self._note(where, len(value))
            kept = list(value.items())[: self.most_items]
            return {key: self.cut(item, f"{where}.{key}".lstrip(".")) for key, item in kept}
        return value

    def _text(self, text: str, where: str) -> str:
        if len(text) <= max(self.longest_text, LONGEST_URL * text.startswith(WEB)):
            return text
        self.notes.setdefault(where, f"{self.longest_text:,} of {len(text):,} characters")
        return f"{text[: self.longest_text]}…"

    def _note(self, where: str, count: int) -> None:
        if count > self.most_items:
            self.notes.setdefault(where or "all", f"{self.most_items:,} of {count:,}")

    def noted(self) -> JsonObject:
        return dict(list(self.notes.items())[:MOST_NOTES])


def _with_text_cut(block: ContentBlock, note: str) -> ContentBlock:
    if not isinstance(block, TextContent):
        return block
    text = cut_text(block.text, tokens=MOST_TOKENS, note=note)
    return block if text is block.text else block.model_copy(update={"text": text})


def _bytes(value: JsonValue) -> int:
    """As it is sent."""
    return len(
        json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    )
