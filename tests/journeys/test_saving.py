"""A result comes to disk, and is made once more from what stands beside it."""

import subprocess
import sys
from pathlib import Path

import anyio
from mcp import Client

from magica_mcp.cli.background import stop_local
from tests.journeys.conftest import stdio
from tests.journeys.processes import clean_environment
from tests.patience import LONG_ENOUGH
from tests.server.assistant import told

FOX = {"modelId": "nano_banana_2", "prompt": "A red fox", "resolution": "512", "seed": 7}


def reproduce(*arguments: str, environment: dict[str, str], said: str = "") -> tuple[int, str]:
    """How the command ended, and what it printed."""
    ended = subprocess.run(
        [sys.executable, "-m", "magica_mcp", "reproduce", *arguments],
        input=said,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LONG_ENOUGH,
        check=False,
        env=environment,
    )
    return ended.returncode, ended.stdout + ended.stderr


async def test_a_saved_picture_is_made_again_from_the_terminal(tmp_path: Path) -> None:
    environment = clean_environment(tmp_path, MAGICA_OUTPUT_DIR=str(tmp_path / "results"))
    try:
        async with Client(stdio(environment)) as client:
            asked = {"tool_name": "generate", "input": FOX, "saveTo": "foxes"}
            run = await told(client, "execute_tool", asked)
            finished = await told(client, "get_run_status", {"runId": run["runId"]})
            before = await told(client, "get_balance", {})
            file = finished["saved"][0]["path"]

            refused = await anyio.to_thread.run_sync(
                lambda: reproduce(file, environment=environment, said="n\n")
            )
            between = await told(client, "get_balance", {})
            done = await anyio.to_thread.run_sync(
                lambda: reproduce(file, "--yes", environment=environment)
            )
            after = await told(client, "get_balance", {})
    finally:
        await stop_local(tmp_path / "magica")

    assert refused[0] == 1
    assert "Make it again for 0.078 credits? [y/N]" in refused[1]
    assert "Nothing was started and nothing was charged." in refused[1]
    assert done[0] == 0, done[1]
    assert "It is the same to the byte" in done[1]
    assert before["availableBalance"] == between["availableBalance"]
    assert between["availableBalance"] - after["availableBalance"] == 78_000
    assert {path.name for path in Path(file).parent.glob("*.png")} == {
        "nano-banana-2-text-a-red-fox.png",
        "nano-banana-2-text-a-red-fox-2.png",
    }


def test_what_was_not_saved_by_us_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "mine.png").write_bytes(b"mine")
    environment = clean_environment(tmp_path)

    code, said = reproduce(str(tmp_path / "mine.png"), "--yes", environment=environment)

    assert code == 1
    assert "Only results that were saved by this program can be repeated." in said
