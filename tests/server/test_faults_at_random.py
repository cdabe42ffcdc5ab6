"""Random faults on every paid path, and an assistant that retries everything: one run per wish.

200 sequences, 500 where tests are thorough, the same ones every time; a failing one names its seed.
"""

import base64
import io
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client
from mcp.types import CallToolResult
from PIL import Image

from tests.server.assistant import assistant, text_of
from tests.server.faults import Fault, FaultyNetwork
from tests.server.mortality import MortalJournal
from tests.thoroughness import IS_THOROUGH

BLOCK = 25
LOCAL = range(0, 350 if IS_THOROUGH else 150, BLOCK)
HOSTED = range(350, 500 if IS_THOROUGH else 400, BLOCK)
TRIES = 3
FAULTS = tuple(Fault)


async def at_once(_: float) -> None:
    await anyio.lowlevel.checkpoint()


@dataclass(frozen=True)
class Wanted:
    """One call, and how many runs it stands for, by what they are known by."""

    tool: str
    arguments: dict[str, Any]
    runs: Counter[str]


class Machine:
    """One home, on which one process after the other is started and killed."""

    def __init__(self, client: Client, network: FaultyNetwork, journal: MortalJournal) -> None:
        self.network = network
        self._client, self._journal = client, journal
        network.watch(journal.die)

    async def call(self, tool: str, arguments: dict[str, Any]) -> CallToolResult | None:
        """What the assistant is answered; None: the process was killed meanwhile."""
        answers: list[CallToolResult] = []

        async def ask() -> None:
            answers.append(await self._client.call_tool(tool, arguments))
            tasks.cancel_scope.cancel()

        async def watch() -> None:
            await self.network.killed.wait()
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch)
            tasks.start_soon(ask)
        if answers:
            return answers[0]
        self._journal.be_born()
        self.network.watch(self._journal.die)
        return None


async def all_over(http: httpx.AsyncClient, network: FaultyNetwork) -> None:
    """Until every run is over, so that all there is can be seen."""
    for path in network.runs:
        run = (await http.get(path, params={"wait": 60})).json()
        assert run["status"] == "COMPLETED"
    network.runs.clear()


@asynccontextmanager
async def machine(http: httpx.AsyncClient, home: Path) -> AsyncIterator[Machine]:
    network, journal = FaultyNetwork(http._transport), MortalJournal(home / "journal.sqlite")
    async with (
        httpx.AsyncClient(
            transport=network, base_url=http.base_url, headers=http.headers
        ) as through,
        assistant(through, home, sleep=at_once, journal=journal) as client,
    ):
        yield Machine(client, network, journal)


@dataclass(frozen=True)
class Stock:
    """What runs quickly: a picture to be cropped, a workflow that gives back what it is given."""

    picture: str
    workflow: str

    @classmethod
    async def laid_in(cls, http: httpx.AsyncClient) -> "Stock":
        """`http` speaks to Magica as it is on this machine, whatever the assistant is shown."""
        asked = {"name": "Echo", "requestFields": [{"name": "prompt", "type": "text"}]}
        made = (await http.post("v1/workflows", json=asked)).json()
        edge = {
            "sourceNodeId": made["requestNodeId"],
            "sourceHandle": "prompt",
            "targetNodeId": made["responseNodeId"],
            "targetHandle": "result",
        }
        await http.post(f"v1/workflows/{made['workflowId']}/edges", json=edge)
        picture = (await http.post("v1/files", json={"base64": picture_in_base64()})).json()
        return cls(picture["url"], made["workflowId"])

    def wanted(self, chance: random.Random, seed: int) -> Wanted:
        """One of the paid paths; what is wanted is wanted by no other seed."""
        path = chance.choice(("start_run", "generate", "batch"))
        if path == "start_run":
            values = {"prompt": f"wish {seed}"}
            return Wanted(
                "start_run",
                {"workflowId": self.workflow, "values": values},
                Counter([values["prompt"]]),
            )
        count = 1 if path == "generate" else chance.randint(1, 3)
        widths = [10 + (2 * seed + chance.randint(0, 1)) / 1000 for _ in range(count)]
        items = [{"image_url": self.picture, "width_percent": width} for width in widths]
        crop = [{"tool_name": "crop_image", **item} for item in items]
        single = {"tool_name": "crop_image", "input": items[0]}
        batch = {"tool_name": "batch_execute", "input": {"items": crop}}
        names = Counter(str(width) for width in widths)
        return Wanted("execute_tool", single if path == "generate" else batch, names)


def picture_in_base64() -> str:
    made = io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, "PNG")
    return base64.b64encode(made.getvalue()).decode()


def faults_by(chance: random.Random) -> list[Fault]:
    """What the next starts meet; about every second one meets nothing."""
    return [chance.choice((Fault.NONE, chance.choice(FAULTS))) for _ in range(4)]


async def insist(machine: Machine, wanted: Wanted, chance: random.Random, **more: Any) -> None:
    """Make a call three times whatever is answered, as the most impatient assistant would."""
    for _ in range(TRIES):
        machine.network.meet(faults_by(chance), fails_reads=chance.random() < 0.2)
        await machine.call(wanted.tool, {**wanted.arguments, **more})


def is_plain(text: str) -> bool:
    """Whether a refusal says what is known, and what may be done."""
    return any(
        words in text
        for words in ("again: true", "Nothing was started and nothing was charged", "call again")
    )


def outcomes(answer: CallToolResult) -> list[tuple[str | None, str]]:
    """The run and the words of each wish of a call."""
    facts = answer.structured_content or {}
    if "results" in facts:
        return [(each["runId"], each.get("error", "")) for each in facts["results"]]
    return [(facts.get("runId"), text_of(answer))]


async def check(machine: Machine, wanted: Wanted, *, wishes: int) -> None:
    """Once the network is well again, each wish has one run or a plain statement."""
    machine.network.meet([])
    answer = await machine.call(wanted.tool, wanted.arguments)
    accepted = machine.network.accepted

    assert answer is not None
    for run_id, words in outcomes(answer):
        assert run_id or is_plain(words), words
    if all(accepted[name] for name in wanted.runs):
        assert any(run_id for run_id, _ in outcomes(answer))
    for name, count in wanted.runs.items():
        assert accepted[name] <= count * wishes, f"{name}: {accepted[name]} runs"


async def run_block(
    http: httpx.AsyncClient, seen_as: httpx.AsyncClient, home: Path, *, first: int
) -> None:
    """A block of sequences; the assistant sees Magica as `seen_as` does."""
    stock = await Stock.laid_in(http)
    async with machine(seen_as, home) as made:
        for seed in range(first, first + BLOCK):
            chance = random.Random(seed)
            wanted = stock.wanted(chance, seed)
            await insist(made, wanted, chance)
            await all_over(http, made.network)
            await check(made, wanted, wishes=1)
            if chance.random() < 0.3:
                await insist(made, wanted, chance, again=True)
                await all_over(http, made.network)
                await check(made, wanted, wishes=2)


@pytest.mark.parametrize("first", LOCAL)
async def test_a_wish_never_leads_to_two_runs(
    first: int, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    await run_block(http, http, tmp_path, first=first)


@pytest.mark.parametrize("first", HOSTED)
async def test_a_wish_never_leads_to_two_runs_in_the_hosted_dialect(
    first: int, http: httpx.AsyncClient, hosted_http: httpx.AsyncClient, tmp_path: Path
) -> None:
    await run_block(http, hosted_http, tmp_path, first=first)
