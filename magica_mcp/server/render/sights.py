"""What was seen of results, as text: remarks that a person would make, and what a picture shows."""

from collections.abc import Sequence
from itertools import groupby

from magica_mcp.server.render.calls import and_list
from magica_mcp.server.sights import Seen, Sight, checks_of, numbers_of

INSTALL = "pip install 'magica-mcp[media]'"
HINT = f"Results can be looked at and checked here once Pillow and PyAV are installed: {INSTALL}."


def lines(sights: Sequence[Sight]) -> list[str]:
    """What to say of one run's files beside where they are."""
    several = len(sights) > 1
    told = [f"Check: {check}" for check in checks_of(sights)]
    for sight in sights:
        which = f" of result {sight.subject.number}" if several else ""
        if sight.trouble:
            told.append(f"No preview{which}: {sight.trouble}.")
        elif sight.glimpse and sight.glimpse.measures:
            told.append(f"Measured{which}: {sight.glimpse.measures}.")
    return told


def shown(seen: Seen) -> list[str]:
    """What the picture shows, at the end of an answer."""
    told = [HINT] if seen.hint else []
    if seen.picture is not None:
        told.append(f"Shown here: {_what(seen.sights)}.")
    if seen.left_out:
        told.append(f"{seen.left_out} more files were not looked at.")
    return told


def _what(sights: Sequence[Sight]) -> str:
    if len(sights) == 1 and sights[0].glimpse:
        return sights[0].glimpse.shows
    numbered = list(zip(numbers_of(sights), sights, strict=True))
    runs = {
        run_id: [number for number, _ in group]
        for run_id, group in groupby(numbered, key=lambda pair: pair[1].subject.run_id)
    }
    if len(runs) == 1:
        return "the results above, by number"
    return and_list([f"{_span(numbers)} of run {run_id}" for run_id, numbers in runs.items()])


def _span(numbers: Sequence[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"
