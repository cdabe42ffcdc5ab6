"""Results made once more: with the same inputs, told what is not as it was, never paid unasked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from magica_mcp.api.client import MagicaClient
from magica_mcp.errors import InvalidInputError, NameNotFoundError, OverBudgetError
from magica_mcp.media.register import SavedFile
from magica_mcp.media.sidecars import sidecar_of_file
from magica_mcp.models.runs import Run
from magica_mcp.models.sidecars import MadeBy, Sidecar, WorkflowVersion
from magica_mcp.server.render.reproducing import likeness, plan, question
from magica_mcp.server.reproducing import finished, repetition_of, start
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.budgets import Limits
from tests.patience import LONG_ENOUGH
from tests.server.assistant import assistant, told, workspace_in

FOX = {"modelId": "nano_banana_2", "prompt": "A red fox", "resolution": "512", "seed": 7}


@asynccontextmanager
async def workspace(http: httpx.AsyncClient, home: Path) -> AsyncIterator[Workspace]:
    async with anyio.create_task_group() as saves:
        opened = workspace_in(home, MagicaClient(http), saves, account="local:home")
        with anyio.fail_after(LONG_ENOUGH), closing(opened.journal):
            yield opened
        saves.cancel_scope.cancel()


async def made(
    http: httpx.AsyncClient, home: Path, tool: str, arguments: dict[str, Any]
) -> Sidecar:
    """What stands beside a result that an assistant made."""
    async with assistant(http, home, account="local:home") as client:
        run = await told(client, tool, arguments)
        asked = {"runId": run["runId"], "saveTo": "."}
        finished = await told(client, "get_run_status", asked)
    return sidecar_of_file(Path(finished["saved"][0]["path"]))[1]


async def fox(http: httpx.AsyncClient, home: Path) -> Sidecar:
    return await made(http, home, "execute_tool", {"tool_name": "generate", "input": FOX})


FOX_BEFORE = Sidecar(
    file="fox.png",
    sha256="0" * 64,
    bytes=1,
    saved_at="2026-10-01T08:46:40.584+00:00",
    run_id="cmbefore",
    account="local",
    model=MadeBy(node_type="nano_banana_2", sub_model_id="nano-banana-2-text"),
    inputs={name: value for name, value in FOX.items() if name != "modelId"}
    | {"aspect_ratio": "1:1", "num_images": 1, "output_format": "PNG"},
    seed=7,
    charge=78_000,
    is_preview=True,
)
"""As it stands beside a fox that was made long ago."""


async def silent(run: Run, elapsed: float) -> None:
    """Nobody watches."""


async def test_the_same_seed_makes_the_same_bytes_on_local_magica(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    before = await fox(http, tmp_path)
    async with workspace(http, tmp_path) as opened:
        repetition = await repetition_of(opened, before)
        outcome = await start(opened, repetition)
        run = await finished(opened, outcome.run_id, on_change=silent)
        saving = await opened.saver.seen(run, wish=before.file, estimate=None, seconds=LONG_ENOUGH)

    assert repetition.differences == ()
    assert "Make it again for 0.078 credits?" in question(repetition)
    assert outcome.is_new
    assert run.run_id != before.run_id
    assert saving is not None
    assert saving.files[0].path.name == "nano-banana-2-text-a-red-fox-2.png"
    assert likeness(before, saving.files).startswith("It is the same to the byte")


async def test_what_would_be_made_is_told_without_making_it(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    balance = (await http.get("v1/credits/balance")).json()
    async with workspace(http, tmp_path) as opened:
        repetition = await repetition_of(opened, FOX_BEFORE)

    assert (await http.get("v1/credits/balance")).json() == balance
    assert plan(FOX_BEFORE, repetition).startswith(
        "fox.png: made by nano-banana-2-text on 2026-10-01, seed 7, for 0.078 credits."
    )


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"estimate": 50_000}, "It costs 0.078 credits now; it cost 0.05 credits then."),
        ({"account": "hosted:ab12"}, "made by hosted Magica and is repeated by local Magica"),
        ({"seed": None, "is_preview": False}, "No seed is known"),
        ({"inputs": {"prompt": "A red fox", "gone": 1}}, "does not take 'gone' any more; it was 1"),
        ({"inputs": {"prompt": "A red fox"}}, "'resolution' was not given then; it is \"1K\" now."),
        (
            {"inputs": {"prompt": "A red fox", "output_format": "png"}},
            '\'output_format\' was "png"; it is "PNG" now.',
        ),
    ],
)
async def test_what_is_not_as_it_was_is_told(
    change: dict[str, Any], difference: str, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    before = FOX_BEFORE.model_copy(update=change)
    async with workspace(http, tmp_path) as opened:
        repetition = await repetition_of(opened, before)

    assert difference in plan(before, repetition)


async def test_a_model_that_is_retired_is_named(http: httpx.AsyncClient, tmp_path: Path) -> None:
    gone = MadeBy(node_type="nano_banana_1", sub_model_id="nano-banana-1-text")
    before = FOX_BEFORE.model_copy(update={"model": gone})
    async with workspace(http, tmp_path) as opened:
        with pytest.raises(NameNotFoundError, match="No model is called 'nano-banana-1-text'"):
            await repetition_of(opened, before)


async def test_a_budget_holds_for_what_is_made_again(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with workspace(http, tmp_path) as opened:
        poor = replace(opened, limits=Limits(per_run=10_000))
        repetition = await repetition_of(poor, FOX_BEFORE)
        with pytest.raises(OverBudgetError):
            await start(poor, repetition)


async def test_a_price_that_somebody_agreed_to_needs_no_other_approval(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with workspace(http, tmp_path) as opened:
        careful = replace(opened, limits=Limits(confirm_above=0))
        outcome = await start(careful, await repetition_of(careful, FOX_BEFORE))

    assert outcome.is_new


HARBOR = {
    "workflowId": "nano_banana_2",
    "values": {"node_request": {"prompt": "A quiet harbor", "resolution": "512"}},
}


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_workflow_is_repeated_with_its_values(
    is_known: bool,  # noqa: FBT001 - a parameter of the test
    http: httpx.AsyncClient,
    tmp_path: Path,
) -> None:
    """As it was started from here, or else as its nodes were given them."""
    before = await made(http, tmp_path, "start_run", HARBOR)
    if not is_known:
        before = before.model_copy(update={"values": None})
    async with workspace(http, tmp_path) as opened:
        repetition = await repetition_of(opened, before)
        outcome = await start(opened, repetition)
        run = await finished(opened, outcome.run_id, on_change=silent)
        saving = await opened.saver.seen(run, wish=before.file, estimate=None, seconds=LONG_ENOUGH)

    assert ("read back" in plan(before, repetition)) is not is_known
    assert saving is not None
    assert likeness(before, saving.files).startswith("It is the same to the byte")


async def test_a_workflow_that_was_changed_since_is_told(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    other = WorkflowVersion(id="nano_banana_2", graph_sha256="0" * 64, updated_at="2026-01-01")
    values = {"node_request": {"prompt": "A quiet harbor"}}
    before = FOX_BEFORE.model_copy(update={"model": None, "workflow": other, "values": values})
    async with workspace(http, tmp_path) as opened:
        repetition = await repetition_of(opened, before)

    assert "changed since (last change then: 2026-01-01)" in plan(before, repetition)


async def test_a_file_of_nobody_knows_what_cannot_be_made_again(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    before = FOX_BEFORE.model_copy(update={"model": None})
    async with workspace(http, tmp_path) as opened:
        with pytest.raises(InvalidInputError, match="names no model and no workflow"):
            await repetition_of(opened, before)


def test_other_bytes_are_told_by_both_hashes() -> None:
    new = SavedFile(number=1, path=Path("fox-2.png"), sha256="f" * 64, bytes=1)

    assert likeness(FOX_BEFORE, [new]) == (
        "It is another one: SHA-256 000000000000… then, ffffffffffff… now."
    )
    assert "no file number 1" in likeness(FOX_BEFORE, [])
