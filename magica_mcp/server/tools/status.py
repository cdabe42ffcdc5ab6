"""Waiting: one tool for runs of models and of workflows."""

import time
from dataclasses import dataclass
from typing import Annotated, Literal

from mcp.types import CallToolResult
from pydantic import Field, JsonValue

from magica_mcp.api.watches import Watched
from magica_mcp.errors import ApiError, InvalidInputError, MagicaError, NotFoundError
from magica_mcp.graph.lifecycle import is_over
from magica_mcp.models.runs import Run
from magica_mcp.models.wire import JsonObject
from magica_mcp.server import profiles
from magica_mcp.server.boundary import facts_of, refusal
from magica_mcp.server.progress import ProgressReporter
from magica_mcp.server.render import runs as text
from magica_mcp.server.render import saving as text_of_saving
from magica_mcp.server.render import sights as text_of_sights
from magica_mcp.server.settling import settle
from magica_mcp.server.sights import Seen, Sight, checks_of
from magica_mcp.server.tool import reply
from magica_mcp.server.workspace import Call, Workspace, lifetime_of, workspace_of

SAVE_TO = "Folder or file name for the result, within the user's folder of results ('.': itself)."
SHORTEST_SAVE = 2.0
"""Seconds that a call waits for a save in any case."""


async def get_run_status(
    ctx: Call,
    runId: Annotated[str, Field(description="From start_run or execute_tool.")] = "",
    runIds: Annotated[list[str], Field(description="Instead: several at once.")] = [],  # noqa: B006 - never changed; pydantic copies it
    waitFor: Annotated[Literal["any", "all"], Field(description="Of several.")] = "any",
    runType: Annotated[
        Literal["", "model", "workflow"], Field(description="Found out if left out.")
    ] = "",
    waitSeconds: Annotated[
        float | None, Field(description="Wait at most so long; 0 only looks.", ge=0)
    ] = None,
    saveTo: Annotated[str, Field(description=SAVE_TO)] = "",
) -> CallToolResult:
    """Wait for a run and return its result: files, text, each node's state. Free.

    Waits up to 12 minutes. If it is still running then, call again; never start it again.
    """
    del runType  # the client finds the kind out by itself; the argument is Magica's
    asked, began = _asked(runId, runIds), time.monotonic()
    workspace, profile = workspace_of(ctx), profiles.profile_of_caller(ctx)
    bearable = await _bearable(ctx, asked)
    seconds = profiles.window(waitSeconds, bearable)
    try:
        watched = await _watched(ctx, asked, seconds=seconds, any_of=waitFor == "any")
    except MagicaError as error:
        return _in_vain(error, asked)
    window = _Window(waited=seconds, wish=saveTo.strip() or None, ends=began + bearable)
    seen = await workspace.previews.seen(
        workspace.client, watched.runs, room=profile.room_for_images
    )
    told = await _told(workspace, watched, asked=asked, window=window, seen=seen)
    return reply(*told, picture=seen.picture, hides_text=profile.hides_text)


@dataclass(frozen=True)
class _Window:
    """How long was waited, what is to be saved where, and when the client gives the call up."""

    waited: float
    wish: str | None
    ends: float

    @property
    def left(self) -> float:
        """Seconds for saving."""
        return max(self.ends - time.monotonic(), SHORTEST_SAVE)


async def _bearable(ctx: Call, asked: tuple[str, ...]) -> float:
    """How many seconds a wait may take, by the setting, the client, and what that one taught."""
    workspace, profile = workspace_of(ctx), profiles.profile_of_caller(ctx)
    return profiles.window(
        workspace.long_poll_seconds,
        profiles.bearable(profile, wants_progress=profiles.wants_progress(ctx)),
        await workspace.waits.limit(profiles.name_of(ctx), asked),
    )


async def _watched(ctx: Call, asked: tuple[str, ...], *, seconds: float, any_of: bool) -> Watched:
    """The runs after the wait, during which the client hears how they get on.

    Raises:
        MagicaError: none of them was seen at all.
    """
    workspace, ticker = workspace_of(ctx), lifetime_of(ctx).ticker
    watcher = workspace.watcher
    async with workspace.waits.waiting(profiles.name_of(ctx), asked, seconds=seconds):
        with ProgressReporter(
            ctx, count=len(asked), ticker=ticker, to_go=watcher.seconds_to_go
        ) as progress:
            return await watcher.wait_for_runs(
                asked, seconds=seconds, any_of=any_of, on_change=progress.report
            )


def _in_vain(error: MagicaError, asked: tuple[str, ...]) -> CallToolResult:
    """Why nothing was seen; the runs are not lost by that, and their ids must not be either."""
    arguments: JsonObject = {"runIds": list(asked)} if len(asked) > 1 else {"runId": asked[0]}
    is_about_them = isinstance(error, InvalidInputError | NotFoundError)
    if is_about_them and not (isinstance(error, ApiError) and error.is_elsewhere):
        return refusal(str(error), {**facts_of(error), **arguments})
    words = text.not_seen(str(error), arguments)
    return refusal(words, {**facts_of(error), **arguments, "next": _next_call(arguments)})


def _next_call(arguments: JsonObject) -> JsonValue:
    return {"tool": "get_run_status", "arguments": arguments}


def _asked(run_id: str, run_ids: list[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(text.strip() for text in (run_id, *run_ids) if text.strip()))
    if not found:
        message = "get_run_status needs runId, or runIds. list_runs shows the latest runs."
        raise InvalidInputError(message)
    return found


async def _told(
    workspace: Workspace, watched: Watched, *, asked: tuple[str, ...], window: _Window, seen: Seen
) -> tuple[str, JsonObject]:
    """The text of all that was asked for, and its facts."""
    answers = [
        await _one(workspace, run, window, sights=seen.of(run.run_id)) for run in watched.runs
    ]
    shown = text_of_sights.shown(seen)
    if len(asked) == 1 and answers:
        words, told_facts = answers[0]
        return "\n".join([words, *shown]), told_facts
    told = [words for words, _ in answers]
    told.extend(f"{run_id} was not seen: {why}" for run_id, why in watched.unseen.items())
    over = {run.run_id for run in watched.runs if is_over(run.status)}
    waiting: list[JsonValue] = [run_id for run_id in asked if run_id not in over]
    if waiting:
        told.append(text.wait_for_the_others(waiting))
    facts: JsonObject = {
        "runs": [shape for _, shape in answers],
        "unseen": dict(watched.unseen),
        "waiting": waiting,
        "next": _next_call({"runIds": waiting}) if waiting else None,
    }
    return "\n\n".join([*told, *shown]), facts


async def _one(
    workspace: Workspace, run: Run, window: _Window, *, sights: tuple[Sight, ...]
) -> tuple[str, JsonObject]:
    """One run's text and facts."""
    estimate = await settle(workspace, run) if is_over(run.status) else None
    saving = await workspace.saver.seen(
        run, wish=window.wish, estimate=estimate, seconds=window.left
    )
    saved, facts = text_of_saving.saved(saving, run_id=run.run_id), text.facts(run)
    facts |= text_of_saving.facts(saving)
    if is_over(run.status):
        looked = text_of_sights.lines(sights)
        words = text.status(run, estimate=estimate, saved=saved, seen=looked)
        return words, {**facts, "estimate": estimate, "checks": list(checks_of(sights))}
    prospect = workspace.watcher.prospect(run.run_id)
    next_call = _next_call({"runId": run.run_id})
    to_go = prospect.seconds_to_go if prospect else None
    scarcity = workspace.watcher.scarcity()
    words = text.still_running(
        run, waited=window.waited, prospect=prospect, scarcity=scarcity, saved=saved
    )
    note = " ".join(filter(None, (scarcity, text.GOES_ON)))  # for who reads the facts alone
    return words, {**facts, "secondsToGo": to_go, "note": note, "next": next_call}
