"""Asking the person whether to pay, where the client can put the question to one.

A no is no refusal: some clients decline by themselves, and nobody could tell the difference.
"""

from enum import StrEnum

import anyio
from mcp import MCPError
from mcp.server.mcpserver import AcceptedElicitation, Elicit, ElicitationResult
from mcp.types import ElicitResult
from pydantic import BaseModel, Field, ValidationError

from magica_mcp.server import profiles
from magica_mcp.server.workspace import Call, workspace_of

ASKS_IN_ANSWERS = "2026-07-28"
"""From this revision of the protocol on a question is an answer, and the call ends with it."""
LONGEST_QUESTION = 240.0
"""Seconds that a call may wait for a person."""
PATIENCE_OF_STRANGERS = 50.0
"""The same for a client of which nothing is known: many give a call up after 60."""


class Consent(BaseModel):
    """The form that the person sees."""

    start: bool = Field(default=True, title="Start it and pay")


class Answer(StrEnum):
    """What came of the question."""

    AGREED = "agreed"
    DECLINED = "declined"
    """Or nobody answered in time, or the client answered for the person."""
    NOT_ASKED = "not asked"


def can_ask(ctx: Call) -> bool:
    """Whether this client says that it can put a form to a person, and is not known not to."""
    declared = ctx.client_capabilities.elicitation if ctx.client_capabilities else None
    if declared is None or (declared.form is None and declared.url is not None):
        return False
    is_reached = _ends_with_question(ctx) or ctx.session.can_send_request
    return is_reached and profiles.profile_of_caller(ctx).asks_person


async def ask(ctx: Call, question: str) -> Elicit[Consent] | Answer:
    """Put the question; what a resolver of the SDK returns.

    Where the call goes on while the person thinks, it waits no longer than the client bears, which
    is why that question is put here and not left to the SDK.
    """
    if _ends_with_question(ctx):
        return Answer.DECLINED if _was_answered_badly(ctx) else Elicit(question, Consent)
    with anyio.move_on_after(await _patience(ctx)):
        try:
            return answer_of(await ctx.elicit(question, Consent))
        except (ValueError, MCPError):  # a form that cannot be read, or a client that cannot ask
            return Answer.DECLINED
    return Answer.DECLINED


def answer_of(outcome: ElicitationResult[Consent]) -> Answer:
    """What came of the question, whichever way it was put."""
    if not isinstance(outcome, AcceptedElicitation):
        return Answer.DECLINED
    found: object = outcome.data
    if isinstance(found, Answer):
        return found
    return Answer.AGREED if isinstance(found, Consent) and found.start else Answer.DECLINED


def _ends_with_question(ctx: Call) -> bool:
    return (ctx.protocol_version or "") >= ASKS_IN_ANSWERS


def _was_answered_badly(ctx: Call) -> bool:
    """Whether the client accepted with a form that cannot be read: it would do so every time."""
    for answer in (ctx.input_responses or {}).values():
        if isinstance(answer, ElicitResult) and answer.action == "accept":
            try:
                Consent.model_validate(answer.content)
            except ValidationError:
                return True
    return False


async def _patience(ctx: Call) -> float:
    """How many seconds this call may wait for the person."""
    profile = profiles.profile_of_caller(ctx)
    return profiles.window(
        profile.longest_wait,
        await workspace_of(ctx).waits.limit(profiles.name_of(ctx), ()),
        PATIENCE_OF_STRANGERS if profile is profiles.UNKNOWN else LONGEST_QUESTION,
    )
