"""What of a list a query may mean, and how well.

Every word of the query must be in the name, misspelt at most a little, and its weakest word is
the score, 100 at most. Numbers are never misspelt: 'veo 3' is not Veo 2, 'gpt 4' is not GPT 5.4.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest
from itertools import chain, groupby
from typing import NamedTuple

from magica_mcp.names.folding import fold, fold_list

FOUND_FROM = 80.0
"""Less is no match. One wrong letter in a word of five is 80, in four 75."""
CERTAIN_FROM = 86.0
"""Less starts nothing that costs. One letter left out of four is 85.7, of five 88.9."""
INCOMPLETE = 88.0
"""A word only begun ('thumb' for Thumbnail), or words run together ('nanobanana')."""
ABOUT_EQUAL = 10.0
"""What is no further than this behind the best is for a person to choose from."""
SHORTEST = 3
"""Shorter words are never misspelt, and shorter queries find exact names only."""
LISTED = 10
"""No more than this many matches are told of."""


class Match(StrEnum):
    """How a query fits, the best way first."""

    ID = "id"
    EXACT_NAME = "exact name"
    SLUG = "slug"
    PREFIX = "prefix"
    WORDS = "words"
    CLOSE = "close"


RANK: Mapping[Match, int] = {how: rank for rank, how in enumerate(Match)}


class Candidate(NamedTuple):
    """Something with a name: a tuple, since lists of ten thousand are made of them."""

    id: str
    name: str
    slug: str | None = None


class Hit(NamedTuple):
    """One way in which what stands at a place in the list fits."""

    place: int
    how: Match
    score: float = 100.0


def hits(query: str, candidates: Sequence[Candidate]) -> list[Hit]:
    """The best, in order; what fits equally well stays in the order given."""
    found = chain(
        _by_id(query.strip(), candidates),
        _by_slug(fold(query), [candidate.slug or "" for candidate in candidates]),
        _by_name(fold(query), [candidate.name for candidate in candidates]),
    )
    return nsmallest(LISTED, found, key=lambda hit: (-hit.score, RANK[hit.how], hit.place))


def _by_id(query: str, candidates: Sequence[Candidate]) -> Iterator[Hit]:
    """To the letter; a name may stand before it: 'My Pipeline (wf_1)'."""
    ids = {query, query.rpartition("(")[2].removesuffix(")") if query.endswith(")") else query}
    return (Hit(place, Match.ID) for place, one in enumerate(candidates) if one.id in ids)


def _by_slug(query: str, slugs: Sequence[str]) -> Iterator[Hit]:
    folded = fold_list(tuple(slugs)).names if any(slugs) else ()
    return (Hit(place, Match.SLUG) for place, slug in enumerate(folded) if slug == query)


def _by_name(query: str, names: Sequence[str]) -> Iterator[Hit]:
    folded = fold_list(tuple(names))
    sought = _Sought.among(folded.words, query)
    for place in sought.worth_a_look(folded.names):
        name = folded.names[place]
        if name == query:
            yield Hit(place, Match.EXACT_NAME)
        elif (score := sought.score(name.split())) >= FOUND_FROM:
            otherwise = Match.WORDS if score == 100 else Match.CLOSE
            yield Hit(place, Match.PREFIX if name.startswith(query) else otherwise, score)


@dataclass(frozen=True)
class _Sought:
    """A folded query, and what each of its words may mean among those of a list."""

    joined: str
    numbers: Sequence[Sequence[str]]
    spellings: Sequence[Mapping[str, float]]

    @classmethod
    def among(cls, known: Sequence[str], query: str) -> "_Sought":
        words = query.split()
        spellings = [_spellings(word, known) for word in dict.fromkeys(words)]
        return cls("".join(words), _numbers(words), spellings)

    def worth_a_look(self, names: Sequence[str]) -> set[int]:
        """Where each word occurs in some spelling, or all of them run together."""
        places: Iterable[int] = range(len(names))
        for spelled in map(frozenset, self.spellings):
            places = [place for place in places if not spelled.isdisjoint(names[place].split())]
        together = (
            place
            for place, name in enumerate(names)
            if name.startswith(self.joined[0]) and name.replace(" ", "").startswith(self.joined)
        )
        return {*places, *together}

    def score(self, words: Sequence[str]) -> float:
        """How well the weakest word is met; no score where a number is another."""
        if len(self.joined) < SHORTEST or (self.numbers and not _begin(self.numbers, words)):
            return 0.0
        weakest = min(
            [max([spelled.get(word, 0.0) for word in words]) for spelled in self.spellings]
        )
        if weakest == 100 or not (joined := "".join(words)).startswith(self.joined):
            return weakest
        return 100.0 if joined == self.joined else max(weakest, INCOMPLETE)


def _spellings(word: str, known: Sequence[str]) -> Mapping[str, float]:
    """The words that this one may mean, with how well each is met."""
    if len(word) < SHORTEST or word.isdecimal():
        return {word: 100.0}
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - four megabytes that waiting does not need

    begun = {other: INCOMPLETE for other in known if other.startswith(word)}
    close = process.extract(word, known, scorer=fuzz.ratio, score_cutoff=FOUND_FROM, limit=None)
    return begun | {other: max(score, begun.get(other, 0.0)) for other, score, _ in close}


def _numbers(words: Iterable[str]) -> list[tuple[str, ...]]:
    """The numbers in it, each by its parts: 3.5 is ('3', '5')."""
    return [tuple(parts) for is_number, parts in groupby(words, str.isdecimal) if is_number]


def _begin(numbers: Iterable[Sequence[str]], words: Sequence[str]) -> bool:
    """Whether each number begins one of those among the words: 5 begins 5.4, and 4 does not."""
    return all(any(named[: len(n)] == n for named in _numbers(words)) for n in numbers)
