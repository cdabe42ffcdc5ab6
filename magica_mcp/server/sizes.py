"""How many tokens a text may come to, and cutting one so that its beginning and end stay. Pure.

A tokenizer weighs more than the server; so what is counted is an upper bound, by kinds of
characters, which holds for o200k_base and whatever people and models really write.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate

TAIL_TOKENS = 700
"""Kept at the end of a text that is cut: prices, and the next step."""
TAIL_LINES = 12
FENCE_TOKENS = 8
LONGEST_HEAD, LONGEST_TAIL = 60_000, 8_000
"""Characters of a text that are looked at."""
SHORTEST_PART = 40
"""Tokens of a line that are worth keeping of it."""

_C, _V = "[b-df-hj-np-tv-xz]", "[aeiouy]"
_SPEAKABLE = rf"[A-Z]?{_C}{{0,3}}{_V}+(?:{_C}{{1,3}}{_V}+)*{_C}{{0,3}}(?![a-z0-9])"
"""What looks like a word: consonants in threes at most, so ids and ciphers are none."""

WEIGHTS: Mapping[str, tuple[str, float, float]] = {
    "word": (_SPEAKABLE, 0.25, 0.25),
    "letters": (r"[A-Za-z]+(?![0-9A-Za-z])", 0.3, 0.58),
    "digits": (r"[0-9]{1,3}(?![0-9A-Za-z])", 1, 0),
    "mixed": (r"[A-Za-z0-9]+", 0.3, 0.7),
    "space": (r" (?=\S)", 0, 0.05),
    "blank": (r"\s", 0, 0.5),
    "signs": (r"[!-/:-@\[-`{-~]+", 0.3, 0.66),
    "latin": (r"[\u0080-\u036f]+", 0, 1.2),
    "scripts": (r"[\u0370-\u0e7f]+", 0, 1),
    "typography": (r"[\u2000-\u206f]+", 0, 1),
    "ideographs": (r"[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]+", 0, 1.3),
    "others": (r"[\ud800-\uffff\U00010000-\U0010ffff]", 0, 4),
    "rest": (r"(?s:.)", 0, 2.2),
}
"""Tokens that a stretch of each kind costs at most, and each of its characters on top.

The first kind that fits counts. Each form is matched in linear time, whatever the text."""

_KINDS = re.compile("|".join(f"(?P<{name}>{form})" for name, (form, *_) in WEIGHTS.items()))
_FENCE = re.compile(r"`{3,}\s*")


def tokens_at_most(text: str) -> int:
    """An upper bound of the tokens that a text comes to."""
    return round(sum(_cost(found) for found in _KINDS.finditer(text))) + 1


def beginning(text: str, *, tokens: int) -> str:
    """As much of a text's beginning as costs no more, with a sign where it goes on."""
    left = tokens - 2.0
    for found in _KINDS.finditer(text):
        cost = _cost(found)
        if cost > left:
            _, at_once, each = WEIGHTS[found.lastgroup or "rest"]
            more = int(max(0.0, left - at_once) / each) if each else 0
            return f"{text[: found.start() + more]}…"
        left -= cost
    return text


def cut_text(text: str, *, tokens: int, note: str) -> str:
    """The text with what is too much left out of its middle, where the note says so.

    Words of others stay in their fence: one that is cut is closed before the note.
    """
    if len(text.encode(errors="replace")) <= tokens or tokens_at_most(text) <= tokens:
        return text
    lines = _both_ends(text).split("\n")
    costs = [tokens_at_most(line) + 1 for line in lines]
    tail = _tail_begin(costs, tokens=min(TAIL_TOKENS, tokens // 4))
    room = tokens - sum(costs[tail:]) - tokens_at_most(note) - FENCE_TOKENS
    kept = sum(1 for so_far in accumulate(costs[:tail]) if so_far <= room)
    head = lines[:kept]
    left = room - sum(costs[:kept])
    if kept < tail and left >= SHORTEST_PART:
        head.append(beginning(lines[kept], tokens=left))
    open_fence, after = _fence_at(lines, len(head)), _after_fence(lines, tail)
    return "\n".join([*head, *open_fence, f"[{note}]", *lines[after:]])


def _cost(found: re.Match[str]) -> float:
    _, at_once, each = WEIGHTS[found.lastgroup or "rest"]
    return at_once + each * len(found[0])


def _both_ends(text: str) -> str:
    """What of a text may be kept at all, so that a very long one takes no time."""
    if len(text) <= LONGEST_HEAD + LONGEST_TAIL:
        return text
    return f"{text[:LONGEST_HEAD]}\n{text[-LONGEST_TAIL:]}"


def _tail_begin(costs: Sequence[int], *, tokens: int) -> int:
    """From which line on the end is kept."""
    ends = accumulate(reversed(costs[-TAIL_LINES:]))
    return len(costs) - sum(1 for so_far in ends if so_far <= tokens)


def _fence_at(lines: Sequence[str], index: int) -> list[str]:
    """The line that closes the fence which is open before a line; nothing where none is."""
    opened = ""
    for line in lines[:index]:
        if _FENCE.fullmatch(line):
            opened = "" if line.strip() == opened else opened or line.strip()
    return [opened] if opened else []


def _after_fence(lines: Sequence[str], index: int) -> int:
    """The first line from this one on that is in no fence."""
    closing = _fence_at(lines, index)
    if not closing:
        return index
    ends = (at for at in range(index, len(lines)) if lines[at].strip() == closing[0])
    return next(ends, len(lines) - 1) + 1
