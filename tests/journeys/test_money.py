"""Money is agreed to and kept within its limits, by a real client of a real server."""

from pathlib import Path
from typing import Any, Literal

import anyio
import pytest
from mcp import Client
from mcp.client.context import ClientRequestContext
from mcp.types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult

from magica_mcp.cli.background import stop_local
from tests.journeys.conftest import stdio
from tests.journeys.processes import clean_environment, running
from tests.patience import LONG_ENOUGH
from tests.server.assistant import text_of, told

LIMITS = {"MAGICA_CONFIRM_ABOVE": "0.1", "MAGICA_BUDGET_PER_DAY": "0.5"}
ERAS: tuple[Literal["legacy", "auto"], ...] = ("legacy", "auto")


def call(prompt: str) -> dict[str, Any]:
    """A run that costs 0.195 credits: two of them fit the day, a third does not."""
    given = {"modelId": "nano-banana-pro-text", "prompt": prompt}
    return {"tool_name": "generate", "input": given}


class Person:
    """Agrees to everything, and remembers what it was."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult:
        del context
        assert isinstance(params, ElicitRequestFormParams)
        self.asked.append(params.message)
        return ElicitResult(action="accept", content={"start": True})


async def told_of_limits(server: Any) -> list[str]:
    """One run in each era, agreed to by a person, and one more that the day does not allow."""
    person = Person()
    for era in ERAS:
        async with Client(server, mode=era, elicitation_callback=person) as client:
            started = await told(client, "execute_tool", call(era))
            assert started["runId"]
            if era == ERAS[-1]:
                refused = await client.call_tool("execute_tool", call("one more"))
    assert refused.is_error
    assert "MAGICA_BUDGET_PER_DAY (0.5 credits) is 0.11 credits" in text_of(refused)
    return person.asked


@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_a_person_agrees_to_prices_and_the_budget_holds(
    transport: str, tmp_path: Path
) -> None:
    environment = clean_environment(tmp_path, **LIMITS)
    try:
        with anyio.fail_after(LONG_ENOUGH):
            if transport == "stdio":
                asked = await told_of_limits(stdio(environment))
            else:
                with running("serve", "--port", "0", environment=environment) as said:
                    asked = await told_of_limits(next(said).split()[-1])
    finally:
        await stop_local(tmp_path / "magica")

    question = 'Start Nano Banana Pro (nano-banana-pro-text) for "{}" and pay 0.195 credits?'
    assert asked == [question.format(era) for era in ERAS]
