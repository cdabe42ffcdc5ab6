"""Which workflow a name means, however it is written, and what to offer when it means none.

Refuses to know where the names came from. The rule (magica-contract 4.5): own workflows come
before templates, each word of the question must be in the name, misspelt at most a little, and a
mere guess starts nothing that costs.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import chain, groupby, islice
from typing import NamedTuple

from rapidfuzz import fuzz, process

from magica_mcp.errors import AmbiguousNameError, InvalidInputError, NameNotFoundError

# A score is how well the weakest word of a question is met, 100 at most.
FOUND_FROM = 75.0
"""Less is no match. One wrong letter in four is 75."""
CERTAIN_FROM = 86.0
"""Less starts nothing that costs. One letter too few in four is 85.7, in five 88.9."""
INCOMPLETE = 88.0
"""A word only begun ("thumb" for Thumbnail), or words run together ("nanobanana")."""
ABOUT_EQUAL = 10.0
"""Matches as near to the best as this are for a person to choose from."""
SHORTEST = 3
"""Shorter words are never misspelt, and shorter questions find exact names only."""
LISTED = 10
"""How many matches of each origin are told apart."""


class Origin(StrEnum):
    OWN = "own"
    SYSTEM = "system"


class Match(StrEnum):
    """How something was found, the best way first."""

    ID = "id"
    EXACT_NAME = "exact name"
    SLUG = "slug"
    PREFIX = "prefix"
    WORDS = "words"
    CLOSE = "close"


BY_ID = frozenset({Match.ID})
EXACT = frozenset({Match.EXACT_NAME, Match.SLUG})
FUZZY = frozenset({Match.PREFIX, Match.WORDS, Match.CLOSE})

LOOKUP: tuple[tuple[Origin, frozenset[Match]], ...] = (
    (Origin.OWN, BY_ID),
    (Origin.OWN, EXACT),  # before a template's id, which may be its slug and so look like a name
    (Origin.SYSTEM, BY_ID),
    (Origin.SYSTEM, EXACT),
    (Origin.OWN, FUZZY),
    (Origin.SYSTEM, FUZZY),
)
"""Who is asked first."""

PLACE_OF = {(who, how): place for place, (who, ways) in enumerate(LOOKUP) for how in ways}
RANK_OF = {how: rank for rank, how in enumerate(Match)}


class Candidate(NamedTuple):
    """Something with a name; a tuple because lists of ten thousand are made of them."""

    id: str
    name: str
    slug: str | None = None


@dataclass(frozen=True)
class Found:
    """A candidate that a question may mean."""

    candidate: Candidate
    origin: Origin
    how: Match
    score: float = 100.0

    @property
    def label(self) -> str:
        """Name and id, which `resolve` understands as this very one."""
        return f"{self.candidate.name} ({self.candidate.id})"

    @property
    def precedence(self) -> tuple[int, float, int]:
        return PLACE_OF[self.origin, self.how], -self.score, RANK_OF[self.how]


@dataclass(frozen=True)
class Resolution:
    """What a question means, and what else it may mean; `others` come best first."""

    query: str
    best: Found
    others: tuple[Found, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether something that costs may be started on it."""
        return not self.others and self.best.score >= CERTAIN_FROM

    @property
    def choices(self) -> tuple[Found, ...]:
        """The best and the others in the order to show them: own ones first."""
        found = (self.best, *self.others)
        return tuple(sorted(found, key=lambda one: one.origin is Origin.SYSTEM))

    @property
    def names(self) -> tuple[str, ...]:
        """What to call each choice so that `resolve` finds just this one."""
        folded = [fold(found.candidate.name) for found in self.choices]
        taken = [fold(self.query), *folded]
        return tuple(
            found.candidate.name if taken.count(name) == 1 else found.label
            for found, name in zip(self.choices, folded, strict=True)
        )


# The rule -------------------------------------------------------------------------------------


def resolve(
    query: str,
    *,
    own: Sequence[Candidate],
    system: Sequence[Candidate],
    kind: str = "workflow",
    advice: str = "",
) -> Resolution:
    """What an id, a slug or a name means, by the order of `LOOKUP`; ties go to the first listed.

    Raises:
        InvalidInputError: the query is blank.
        NameNotFoundError: nothing is close; it offers the nearest three, then the advice.
    """
    if not fold(query):
        raise InvalidInputError(f"The {kind} to use is not named. Give its name or its id.")
    found = [*_found(query, own, Origin.OWN), *_found(query, system, Origin.SYSTEM)]
    if not found:
        known = (candidate.name for candidate in chain(own, system))
        raise NameNotFoundError(kind, query, close=nearest(query, known), advice=advice)
    best, *rest = sorted(found, key=lambda one: one.precedence)
    return Resolution(query, best, tuple(other for other in rest if _rivals(other, best)))


def require_certain(resolution: Resolution, *, kind: str = "workflow") -> Found:
    """The best, if something that costs may be started on it.

    Raises:
        AmbiguousNameError: the query fits several about equally well.
        NameNotFoundError: it fits one, but too loosely.
    """
    if resolution.certain:
        return resolution.best
    if resolution.others:
        raise AmbiguousNameError(kind, resolution.query, candidates=resolution.names)
    advice = "Nothing was started and nothing was charged."
    raise NameNotFoundError(kind, resolution.query, close=resolution.names, advice=advice)


def nearest(query: str, names: Iterable[str], *, limit: int = 3) -> tuple[str, ...]:
    """The names most like this one, however unlike, for "did you mean"."""
    known = tuple(dict.fromkeys(names))
    folded = _listing(known).folded
    ranked = process.extract(fold(query), folded, scorer=fuzz.token_ratio, limit=limit)
    return tuple(known[place] for _, _, place in ranked)


def _rivals(other: Found, best: Found) -> bool:
    """Whether it is for a person to choose between the two."""
    if best.how in FUZZY:
        return other.score >= best.score - ABOUT_EQUAL
    if best.how in EXACT and other.origin is best.origin:
        return other.how in EXACT
    return best.how in EXACT and other.origin is Origin.OWN


# Looking through a list -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Listing:
    """A list of names, folded: what can be prepared before a question is asked."""

    folded: tuple[str, ...]
    joined: tuple[str, ...]
    """Without spaces."""
    places: Mapping[str, Sequence[int]]
    """Where each word occurs."""


@lru_cache(maxsize=8)  # an assistant asks what a workflow needs, then starts it
def _listing(names: tuple[str, ...]) -> _Listing:
    folded = _fold_all(names)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(folded):
        for word in name.split():
            places[word].append(place)
    joined = _BETWEEN.join(folded).replace(" ", "").split(_BETWEEN)
    return _Listing(folded, tuple(joined), places)


def _found(query: str, candidates: Sequence[Candidate], origin: Origin) -> Iterable[Found]:
    """The best matches of one origin; a row that a paged list repeats counts once."""
    hits = sorted(
        chain(_by_id(query, candidates), _by_slug(query, candidates), _by_name(query, candidates)),
        key=lambda hit: (-hit.score, RANK_OF[hit.how], hit.place),
    )
    found: dict[str, Found] = {}
    for hit in islice(hits, LISTED):
        candidate = candidates[hit.place]
        found.setdefault(candidate.id, Found(candidate, origin, hit.how, hit.score))
    return found.values()


class _Hit(NamedTuple):
    place: int
    how: Match
    score: float = 100.0


def _by_id(query: str, candidates: Sequence[Candidate]) -> Iterator[_Hit]:
    """To the letter, alone or as in `Found.label`."""
    alone = query.strip()
    ids = {alone, alone.rpartition("(")[2].removesuffix(")") if alone.endswith(")") else alone}
    return (_Hit(place, Match.ID) for place, (id_, *_) in enumerate(candidates) if id_ in ids)


def _by_slug(query: str, candidates: Sequence[Candidate]) -> Iterator[_Hit]:
    slugs = tuple(candidate.slug or "" for candidate in candidates)
    folded, asked = _listing(slugs).folded if any(slugs) else (), fold(query)
    return (_Hit(place, Match.SLUG) for place, slug in enumerate(folded) if slug == asked)


def _by_name(query: str, candidates: Sequence[Candidate]) -> Iterator[_Hit]:
    listing = _listing(tuple(candidate.name for candidate in candidates))
    question = _Question.of(fold(query), listing.places)
    for place in question.worth_a_look(listing):
        name = listing.folded[place]
        if name == question.folded:
            yield _Hit(place, Match.EXACT_NAME)
        elif (score := question.score(name.split(), joined=listing.joined[place])) >= FOUND_FROM:
            partly = Match.WORDS if score == 100 else Match.CLOSE
            begins = name.startswith(question.folded)
            yield _Hit(place, Match.PREFIX if begins else partly, score)


@dataclass(frozen=True)
class _Question:
    """A folded query, and what each of its words may mean among the words of a list."""

    folded: str
    joined: str
    numbers: Sequence[Sequence[str]]
    spellings: Sequence[Mapping[str, float]]

    @classmethod
    def of(cls, folded: str, known: Iterable[str]) -> "_Question":
        words = folded.split()
        spellings = [_spellings(word, known) for word in dict.fromkeys(words)]
        return cls(folded, "".join(words), _numbers(words), spellings)

    def worth_a_look(self, listing: _Listing) -> set[int]:
        """Where each word occurs in some spelling, or all of them run together."""
        by_word = (
            {place for word in spelled for place in listing.places.get(word, ())}
            for spelled in self.spellings
        )
        joined = (i for i, name in enumerate(listing.joined) if name.startswith(self.joined))
        return set.intersection(*by_word).union(joined)

    def score(self, words: Sequence[str], *, joined: str) -> float:
        """How well the weakest word is met; no score where a number is another."""
        if len(self.joined) < SHORTEST or not _begin(self.numbers, _numbers(words)):
            return 0.0
        weakest = min(max(spelled.get(word, 0.0) for word in words) for spelled in self.spellings)
        if joined.startswith(self.joined):
            return max(weakest, 100.0 if joined == self.joined else INCOMPLETE)
        return weakest


def _spellings(word: str, known: Iterable[str]) -> dict[str, float]:
    """The words that this one may mean, each with how well it is met by them."""
    if len(word) < SHORTEST or word.isdecimal():
        return {word: 100.0}
    spelled = {other: INCOMPLETE for other in known if other.startswith(word)}
    close = process.extract(word, known, scorer=fuzz.ratio, score_cutoff=FOUND_FROM, limit=None)
    for other, score, _ in close:
        spelled[other] = max(score, spelled.get(other, 0.0))
    return spelled


def _numbers(words: Iterable[str]) -> list[tuple[str, ...]]:
    """The numbers in it, each by its parts: 3.5 is ('3', '5')."""
    return [tuple(parts) for is_number, parts in groupby(words, str.isdecimal) if is_number]


def _begin(asked: Iterable[Sequence[str]], named: Sequence[Sequence[str]]) -> bool:
    """Whether each number asked for begins one of the name's: 5 does begin 5.4, but 4 does not."""
    return all(any(number[: len(part)] == part for number in named) for part in asked)


# Folding --------------------------------------------------------------------------------------

_BETWEEN = "\0"
_NUMBER = re.compile(r"(\d+)")


def fold(name: str) -> str:
    """A name without case, accents and punctuation, words and numbers apart: 'flux 2 pro'."""
    return _fold_all((name,))[0]


def _fold_all(names: Sequence[str]) -> tuple[str, ...]:
    """Many at once, which is ten times as fast as one by one."""
    text = _BETWEEN.join(name.replace(_BETWEEN, " ") for name in names)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(
        _LETTERS
    )
    words = " ".join(_NUMBER.split(unicodedata.normalize("NFC", text))).replace(
        _BETWEEN, f" {_BETWEEN} "
    )
    folded = " ".join(words.split()).split(_BETWEEN)
    return tuple(short.strip() or _symbols(name) for short, name in zip(folded, names, strict=True))


def _symbols(name: str) -> str:
    """What is left of a name without a letter in it, such as an emoji."""
    return " ".join("".join(filter(str.isprintable, name)).split())


class _Letters(dict[int, str]):
    """What each character becomes, found out when it is first met: for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = _letter(chr(code))
        return self[code]


def _letter(char: str) -> str:
    """The character itself, a space for what separates words, or nothing for what adorns them."""
    match unicodedata.category(char):
        case "Nd":
            return str(unicodedata.decimal(char))
        case "Mn" | "Mc":
            return (
                "" if unicodedata.combining(char) >= ACCENTS_FROM or _is_variation(char) else char
            )
        case "Me" | "Cf":
            return ""
        case category:
            return char if category[0] in "LN" else " "


_LETTERS = _Letters(
    str.maketrans(
        {
            _BETWEEN: _BETWEEN,
            "ł": "l",
            "ø": "o",
            "đ": "d",
            "ħ": "h",
            "ı": "i",
            "æ": "ae",
            "œ": "oe",
            "þ": "th",
            "ð": "d",
        }
    )
)
