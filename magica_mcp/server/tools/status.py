"""Waiting: one tool for runs of models and of workflows."""

from typing import Annotated, Literal

from mcp.types import CallToolResult
from pydantic import Field, JsonValue

from magica_mcp.api.watches import Watched
from magica_mcp.errors import InvalidInputError
from magica_mcp.graph.lifecycle import is_over
from magica_mcp.models.runs import Run
from magica_mcp.models.wire import JsonObject
from magica_mcp.server import profiles
from magica_mcp.server.progress import ProgressReporter, SecondsToGo
from magica_mcp.server.render import runs as text
from magica_mcp.server.settling import settle
from magica_mcp.server.tool import reply
from magica_mcp.server.workspace import Call, Workspace, workspace_of


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
) -> CallToolResult:
    """Wait for a run and return its result: files, text, each node's state. Free.

    Waits up to 12 minutes. If it is still running then, call again; never start it again.
    """
    del runType  # the client finds the kind out by itself; the argument is Magica's
    asked = _asked(runId, runIds)
    workspace, client = workspace_of(ctx), profiles.name_of(ctx)
    seconds = profiles.window(
        waitSeconds,
        workspace.long_poll_seconds,
        profiles.profile_of(client).longest_wait,
        await workspace.waits.limit(client, asked),
    )
    reporter = ProgressReporter(ctx, to_go=_to_go(workspace))

    async def wait() -> Watched:
        return await workspace.watcher.wait_for_runs(
            asked, seconds=seconds, any_of=waitFor == "any", on_change=reporter.report
        )

    async with workspace.waits.waiting(client, asked, seconds=seconds):
        watched = await reporter.while_telling(wait)
    return await _answer(workspace, watched, asked=asked, waited=seconds)


def _asked(run_id: str, run_ids: list[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(text.strip() for text in (run_id, *run_ids) if text.strip()))
    if not found:
        message = "get_run_status needs runId, or runIds. list_runs shows the latest runs."
        raise InvalidInputError(message)
    return found


def _to_go(workspace: Workspace) -> SecondsToGo:
    def seconds(run_id: str) -> float | None:
        prospect = workspace.watcher.prospect(run_id)
        return None if prospect is None else prospect.seconds_to_go

    return seconds


async def _answer(
    workspace: Workspace, watched: Watched, *, asked: tuple[str, ...], waited: float
) -> CallToolResult:
    answers = [await _one(workspace, run, waited=waited) for run in watched.runs]
    if len(asked) == 1 and answers:
        return reply(*answers[0])
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
    }
    return reply("\n\n".join(told), facts)


async def _one(workspace: Workspace, run: Run, *, waited: float) -> tuple[str, JsonObject]:
    """One run's text and facts."""
    facts = text.facts(run)
    if is_over(run.status):
        estimate = await settle(workspace, run)
        return text.status(run, estimate=estimate), {**facts, "estimate": estimate}
    prospect = workspace.watcher.prospect(run.run_id)
    next_call: JsonValue = {"tool": "get_run_status", "arguments": {"runId": run.run_id}}
    to_go = prospect.seconds_to_go if prospect else None
    words = text.still_running(
        run, waited=waited, prospect=prospect, scarcity=workspace.watcher.scarcity()
    )
    return words, {**facts, "secondsToGo": to_go, "next": next_call}
