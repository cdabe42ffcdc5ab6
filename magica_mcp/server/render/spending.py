"""What is said of a request that is not sent again, in sentences."""

from datetime import datetime
from typing import TYPE_CHECKING

from magica_mcp.api.wording import span
from magica_mcp.errors import OutcomeUnknownError
from magica_mcp.models.credits import credits_text
from magica_mcp.server.render.calls import and_list

if TYPE_CHECKING:
    from magica_mcp.server.adopting import Search
    from magica_mcp.spend.entries import Entry

LOOK_AGAIN = "Nothing was sent again. Make the same call later to look once more, free."


def already_started(entry: "Entry", *, now: datetime) -> str:
    """A repeated request, answered with its run."""
    return (
        f"This is the run you already started, {_ago(entry, now)}, with the same request: nothing "
        f"new was started or charged. {once_more(entry)} starts it once more, if that is meant."
    )


def once_more(entry: "Entry") -> str:
    """The argument that repeats an entry: `again: true` means one that was itself repeated."""
    return "again: true" if entry.repeats is None else f'again: "{entry.name}"'


def adopted(*, is_certain: bool) -> str:
    """A run that was found although its start was never answered."""
    by = (
        "its input and its time"
        if is_certain
        else "its time alone, since not all of its input can be compared: look at the result"
    )
    return (
        "The answer to its start was lost. It was found among the recent runs, by what it runs, "
        f"{by}. Nothing was sent again."
    )


def not_found(
    entry: "Entry", search: "Search", *, trouble: OutcomeUnknownError | None, now: datetime
) -> str:
    """Nobody knows whether the request was accepted: what was done, and what can be done."""
    happened = (
        trouble.what
        if trouble is not None and trouble.what
        else f"The same request was sent {_ago(entry, now)}, and its answer never came."
    )
    return " ".join(
        (
            happened,
            "So whether it runs is not known.",
            _searched(search),
            LOOK_AGAIN,
            start_anyway(entry),
        )
    )


def _searched(search: "Search") -> str:
    if search.problem is not None:
        return f"The recent runs could not be searched for it: {search.problem}"
    if search.unsure:
        which = and_list(search.unsure)
        return f"Of the recent runs several may be it, and nothing tells them apart: {which}."
    return (
        "The recent runs were searched twice over ten seconds, and none of them is it; but the "
        "run of a model may be listed only once it has made a file."
    )


def start_anyway(entry: "Entry") -> str:
    """What it would mean to send the request once more, and how that is asked for."""
    price = f" of about {credits_text(entry.estimate)}" if entry.estimate is not None else ""
    means = "" if entry.repeats is None else "again: true would only mean this same attempt. "
    return (
        f"{means}To start it anyway, call with {once_more(entry)}: that is a new run{price}, and "
        "should the first be found after all, both are charged."
    )


def limited(entry: "Entry", error: OutcomeUnknownError) -> str:
    """Refused for too many requests, by somebody who may have sent it on all the same."""
    return (
        f"{error.what} Nothing was sent again. Make the same call after that: it looks first "
        f"whether the run was accepted all the same. {start_anyway(entry)}"
    )


def under_way(entry: "Entry", *, now: datetime) -> str:
    """The same request is being sent by somebody else."""
    return (
        f"The same request is being sent by another call, since {_ago(entry, now)}. Nothing was "
        "sent again. Make the same call in half a minute: it answers with that run. "
        f"{once_more(entry)} would start a second one, which is charged as well."
    )


def given_up() -> str:
    """A planned request whose turn came too late."""
    return (
        "This took so long that it was given up. Nothing was sent and nothing was charged for it. "
        "Make the same call again."
    )


def _ago(entry: "Entry", now: datetime) -> str:
    return f"{span(max(1.0, (now - entry.intended_at).total_seconds()))} ago"
