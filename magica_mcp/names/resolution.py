"""Which workflow a name means, and whether that is certain enough to start what costs.

Source of the order: magica-contract 4.5. Refuses to know where the names came from.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from magica_mcp.errors import AmbiguousNameError, InvalidInputError, NameNotFoundError
from magica_mcp.names.folding import fold, fold_list
from magica_mcp.names.matching import ABOUT_EQUAL, CERTAIN_FROM, RANK, Candidate, Match, hits


class Origin(StrEnum):
    OWN = "own"
    SYSTEM = "system"


BY_ID = frozenset({Match.ID})
EXACT = frozenset({Match.EXACT_NAME, Match.SLUG})
FUZZY = frozenset({Match.PREFIX, Match.WORDS, Match.CLOSE})

LOOKUP: Sequence[tuple[Origin, frozenset[Match]]] = (
    (Origin.OWN, BY_ID),
    (Origin.OWN, EXACT),  # before a template's id, which may be its slug and so look like a name
    (Origin.SYSTEM, BY_ID),
    (Origin.SYSTEM, EXACT),
    (Origin.OWN, FUZZY),
    (Origin.SYSTEM, FUZZY),
)
"""Where to look, in this order."""
SPARE = 7
"""How many more of the nearest names to look at, since several may be the same."""

STEP: Mapping[tuple[Origin, Match], int] = {
    (origin, how): step for step, (origin, ways) in enumerate(LOOKUP) for how in ways
}


@dataclass(frozen=True)
class Found:
    """A candidate that a query may mean."""

    candidate: Candidate
    origin: Origin
    how: Match
    score: float

    @property
    def label(self) -> str:
        """Name and id; `resolve` understands it as this very one."""
        return f"{self.candidate.name} ({self.candidate.id})"

    @property
    def precedence(self) -> tuple[int, float, int]:
        return STEP[self.origin, self.how], -self.score, RANK[self.how]


@dataclass(frozen=True)
class Resolution:
    """What a query means, and what else it may mean, best first."""

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
        """What to call each choice so that it alone is meant: its name, with the id if need be."""
        folded = [fold(found.candidate.name) for found in self.choices]
        taken = [fold(self.query), *folded]
        return tuple(
            found.candidate.name if name and taken.count(name) == 1 else found.label
            for found, name in zip(self.choices, folded, strict=True)
        )


def resolve(
    query: str,
    *,
    own: Sequence[Candidate],
    system: Sequence[Candidate],
    kind: str = "workflow",
    advice: str = "",
) -> Resolution:
    """What an id, a slug or a name means; between equals the first in the order given.

    Raises:
        InvalidInputError: the query is blank.
        NameNotFoundError: nothing is close; it offers the nearest three, then the advice.
    """
    if not fold(query):
        raise InvalidInputError(f"No {kind} is named. Give its name or its id.")
    found = [*_found(query, own, Origin.OWN), *_found(query, system, Origin.SYSTEM)]
    if not found:
        close = nearest(query, (one.name for one in own), (one.name for one in system))
        raise NameNotFoundError(kind, query, close=close, advice=advice)
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


def nearest(query: str, *lists: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The names most like this one, however unlike, for 'did you mean'; first lists first."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - as in `matching`

    asked = fold(query)
    ranked = [
        (score, names[place])
        for names in map(tuple, lists)
        for _, score, place in process.extract(
            asked, fold_list(names).names, scorer=fuzz.token_sort_ratio, limit=limit + SPARE
        )
    ]
    ordered = sorted(ranked, key=lambda one: -one[0])
    return tuple(dict.fromkeys(name for _, name in ordered))[:limit]


def _found(query: str, candidates: Sequence[Candidate], origin: Origin) -> Iterator[Found]:
    """Its matches, best first; a row that a paged list repeats counts once."""
    seen: set[str] = set()
    for hit in hits(query, candidates):
        candidate = candidates[hit.place]
        if candidate.id not in seen:
            yield Found(candidate, origin, hit.how, hit.score)
        seen.add(candidate.id)


def _rivals(other: Found, best: Found) -> bool:
    """Whether a person has to choose between the two, before anything is spent."""
    if best.how in FUZZY:
        return other.score >= best.score - ABOUT_EQUAL
    if best.how in EXACT and other.origin is best.origin:
        return other.how in EXACT
    return best.how in EXACT and other.origin is Origin.OWN
