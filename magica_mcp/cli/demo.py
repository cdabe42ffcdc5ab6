"""The main job as a story on the terminal, told by a real client of a real server process.

Always on local Magica in a temporary MAGICA_HOME, whatever keys are set.
"""

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.rule import Rule

from magica_mcp.config import PREFIX, read_settings
from magica_mcp.errors import MagicaError
from magica_mcp.media.parts import require_folder
from magica_mcp.models.credits import credits_text

WORKFLOW = "nano banana"
WORKFLOW_PROMPT = "A lighthouse keeper reading by lamplight, warm colors, storm outside"
MODEL = "nano-banana-pro-text"
MODEL_PROMPT = "A small robot watering a bonsai on a windowsill at dawn"


class StoryError(MagicaError):
    """The story did not go as it should."""

    code = "DEMO"


def run_demo(output: Path | None) -> None:
    """Tell the story; pictures go to `output`, or to MAGICA_OUTPUT_DIR."""
    ours = {key: value for key, value in os.environ.items() if key == f"{PREFIX}OUTPUT_DIR"}
    folder = (output or read_settings(ours).output_dir).expanduser().absolute()
    require_folder(folder)
    with tempfile.TemporaryDirectory(prefix="magica-demo-", ignore_cleanup_errors=True) as home:
        anyio.run(_story, Path(home), folder)


async def _story(home: Path, folder: Path) -> None:
    console = Console()
    console.print(Rule("magica-mcp demo"))
    console.print("A client starts the server as its own process and speaks MCP over stdio.")
    console.print("No key, no account: everything runs on this machine, in a temporary folder.\n")
    async with _connected(home, folder) as client:
        story = Story(client, console)
        before = await story.balance()
        await story.workflow()
        await story.generation()
        await story.reckoning(before)


@asynccontextmanager
async def _connected(home: Path, folder: Path) -> AsyncIterator[Client]:
    """A client of a server process of its own; local Magica ends with the story."""
    from magica_mcp.cli.background import stop_local  # noqa: PLC0415 - needs the local extra

    environment = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "magica_mcp"],
        env={**environment, f"{PREFIX}HOME": str(home), f"{PREFIX}OUTPUT_DIR": str(folder)},
    )
    try:
        async with Client(server) as client:
            yield client
    finally:
        with anyio.CancelScope(shield=True):
            await stop_local(home)


class Story:
    """What the client does, one step after the other, and what it is told."""

    def __init__(self, client: Client, console: Console) -> None:
        self._client, self._console = client, console
        self._estimated = 0

    async def balance(self) -> int:
        answer = await self._call("get_balance", {})
        return int(answer["availableBalance"])

    async def workflow(self) -> None:
        """A template by name: its fields first, then a run."""
        found = await self._call("start_run", {"workflowId": WORKFLOW})
        values = found["valuesTemplate"]
        for fields in values.values():
            fields["prompt"] = WORKFLOW_PROMPT
        arguments = {"workflowId": found["workflow"]["id"], "values": values}
        started = await self._call("start_run", arguments)
        self._estimated += started["estimate"]["microcredits"]
        await self._wait(started["runId"])

    async def generation(self) -> None:
        """One model directly, priced first."""
        given = {"prompt": MODEL_PROMPT, "aspect_ratio": "16:9", "resolution": "2K"}
        priced = await self._call("get_pricing", {"modelId": MODEL, "sampleInput": given})
        arguments = {"tool_name": "generate", "input": {"modelId": MODEL, **given}}
        started = await self._call("execute_tool", arguments)
        self._estimated += int(priced["estimatedCost"])
        await self._wait(started["runId"])

    async def reckoning(self, before: int) -> None:
        """The difference of the balances is exactly the two prices."""
        spent = before - await self.balance()
        if spent != self._estimated:
            message = f"The runs cost {spent} microcredits and were priced at {self._estimated}."
            raise StoryError(message)
        self._console.print(
            f"[bold green]Spent {credits_text(spent)}: exactly the prices announced.[/]"
        )

    async def _wait(self, run_id: str) -> None:
        """Wait for the result, which the server saves."""
        asked = {"runId": run_id, "saveTo": "."}
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console) as bar:
            task = bar.add_task("waiting for the run", total=1)

            async def progressed(progress: float, total: float | None, message: str | None) -> None:
                bar.update(task, completed=progress, total=total, description=message or "running")

            answer = await self._client.call_tool(
                "get_run_status", asked, progress_callback=progressed
            )
            total = bar.tasks[0].total
            bar.update(task, completed=total, description="done")
        finished = self._told("get_run_status", asked, answer)
        for file in finished["saved"]:
            self._console.print(f"[bold]Saved[/] {escape(file['path'])}\n", soft_wrap=True)

    async def _call(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return self._told(tool, arguments, await self._client.call_tool(tool, dict(arguments)))

    def _told(
        self, tool: str, arguments: Mapping[str, Any], answer: CallToolResult
    ) -> dict[str, Any]:
        first = answer.content[0]
        text = first.text if isinstance(first, TextContent) else ""
        title = escape(f"{tool} {dict(arguments) or ''}".strip())
        self._console.print(Panel(escape(text), title=title, title_align="left"))
        if answer.is_error or answer.structured_content is None:
            message = f"The story ended at {tool}: {text}"
            raise StoryError(message)
        return dict(answer.structured_content)
