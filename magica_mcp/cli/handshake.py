"""Whether what answers on a port is the instance that was noted, and whether it will do."""

import hmac
import re
import secrets
from enum import Enum

import httpx
from pydantic import ValidationError

from magica_mcp.local.instance import (
    CARD_PATH,
    PROOF_PATH,
    SCHEMA,
    SHUTDOWN_PATH,
    Instance,
    InstanceCard,
    InstanceProof,
    proof_of,
)

ANSWER_SECONDS = 5


class Verdict(Enum):
    """What to do with an instance of whatever version."""

    USE = "use it"
    BORROW = "use it until it is idle"
    REPLACE = "end it and start our own"
    REFUSE = "it cannot serve us and must not be disturbed"


def verdict_on(
    card: InstanceCard, *, version: str, settings: str = "", schema: int = SCHEMA
) -> Verdict:
    """An older one makes way when idle; otherwise what counts is that both speak alike.

    So does one of our version that a server with other settings started, unless we do not mind.
    """
    if is_older(card.version, than=version) and not card.unfinished_runs:
        return Verdict.REPLACE
    if card.schema_version != schema:
        return Verdict.REFUSE
    is_like_ours = not settings or card.settings == settings or card.version != version
    if is_like_ours or not card.is_background:
        return Verdict.USE
    return Verdict.BORROW if card.unfinished_runs else Verdict.REPLACE


def is_older(version: str, *, than: str) -> bool:
    return _numbers(version) < _numbers(than)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


async def meet(instance: Instance, *, client: httpx.AsyncClient) -> InstanceCard | None:
    """The card of this instance; None when nothing answers, or a stranger does.

    The token is shown only to what has proved that it knows it.
    """
    nonce = secrets.token_hex(16)
    try:
        shown = await client.get(instance.origin + PROOF_PATH, params={"nonce": nonce})
        proof = InstanceProof.model_validate_json(shown.content).proof
        if not hmac.compare_digest(proof.encode(), proof_of(instance, nonce=nonce).encode()):
            return None
        answer = await client.get(instance.origin + CARD_PATH, headers=bearer(instance))
        card = InstanceCard.model_validate_json(answer.content)
    except (httpx.HTTPError, ValidationError):
        return None
    return card if card.instance_id == instance.instance_id else None


async def ask_to_end(instance: Instance, *, client: httpx.AsyncClient) -> bool:
    """Whether it agreed to end; it does not while runs are unfinished."""
    try:
        answer = await client.post(instance.origin + SHUTDOWN_PATH, headers=bearer(instance))
    except httpx.HTTPError:
        return False
    return answer.is_success


def bearer(instance: Instance) -> dict[str, str]:
    return {"Authorization": f"Bearer {instance.token}"}
