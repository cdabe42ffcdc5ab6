"""What clients are given to start: every form of mcp.json.example, both eras, a clean stdout."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client

from magica_mcp.cli.background import stop_local
from tests.journeys.processes import clean_environment, running
from tests.patience import LONG_ENOUGH
from tests.server.assistant import text_of, told

EXAMPLE = Path(__file__).parent.parent.parent / "mcp.json.example"
SERVERS: dict[str, dict[str, Any]] = json.loads(EXAMPLE.read_text(encoding="utf-8"))["mcpServers"]
SCRIPT = Path(sys.executable).parent / "magica-mcp"
TOOLS = {"get_balance", "get_pricing", "execute_tool", "get_run_status", "start_run"}


@pytest.mark.parametrize("name", [n for n, form in SERVERS.items() if form["type"] == "stdio"])
async def test_a_stdio_form_of_the_example_starts(name: str, tmp_path: Path) -> None:
    form = SERVERS[name]
    assert form["command"].endswith("/magica-mcp")
    server = StdioServerParameters(
        command=str(SCRIPT),
        args=form["args"],
        env=clean_environment(tmp_path, **form.get("env", {})),
    )

    with anyio.fail_after(LONG_ENOUGH):
        async with Client(server) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}

    assert tools >= TOOLS


async def test_the_sse_form_of_the_example_connects(tmp_path: Path) -> None:
    url = SERVERS["magica-sse"]["url"]
    with (
        anyio.fail_after(LONG_ENOUGH),
        running("serve", "--port", "0", environment=clean_environment(tmp_path)) as said,
    ):
        port = next(said).split(":")[-1].split("/")[0]
        async with Client(sse_client(url.replace("8000", port))) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}

    assert tools >= TOOLS


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_both_eras_of_the_protocol_are_served(
    mode: Literal["legacy", "2026-07-28"], tmp_path: Path
) -> None:
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "magica_mcp"], env=clean_environment(tmp_path)
    )
    try:
        with anyio.fail_after(LONG_ENOUGH):
            async with Client(server, mode=mode) as client:
                balance = await told(client, "get_balance", {})
    finally:
        await stop_local(tmp_path / "magica")

    assert balance["availableBalance"] == 100_000_000


def test_nothing_but_json_rpc_reaches_stdout(tmp_path: Path) -> None:
    messages: list[dict[str, Any]] = [
        {
            "method": "initialize",
            "id": 1,
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        },
        {"method": "notifications/initialized"},
        {"method": "tools/call", "id": 2, "params": {"name": "start_run", "arguments": {}}},
        {"method": "tools/call", "id": 3, "params": {"name": "nonsense", "arguments": {}}},
    ]
    sent = "".join(f"{json.dumps({'jsonrpc': '2.0', **message})}\n" for message in messages)

    with subprocess.Popen(
        [sys.executable, "-m", "magica_mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(tmp_path),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(sent)
        process.stdin.flush()
        lines = [json.loads(process.stdout.readline()) for _ in range(3)]
        rest, errors = process.communicate(timeout=LONG_ENOUGH)

    assert {line["id"] for line in lines} == {1, 2, 3}
    assert rest == ""
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"MAGICA_APIKEY": "gx_a"}, "Did you mean MAGICA_API_KEY?"),
        ({"MAGICA_LOCAL_LLM_URL": "http://127.0.0.1:9/v1"}, "MAGICA_LOCAL_LLM_MODEL"),
        ({"MAGICA_API_KEY": "gx_a", "MAGICA_BASE_URL": "http://127.0.0.1:9/api"}, "127.0.0.1"),
    ],
)
async def test_wrong_settings_are_the_answer_of_every_call(
    settings: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "magica_mcp"],
        env=clean_environment(tmp_path, **settings),
    )

    with anyio.fail_after(LONG_ENOUGH):
        async with Client(server) as client:
            answer = await client.call_tool("get_balance", {})

    assert answer.is_error
    assert sentence in text_of(answer)


def test_the_demo_tells_its_story_and_saves_two_pictures(tmp_path: Path) -> None:
    done = subprocess.run(
        [SCRIPT, "demo", "--output", str(tmp_path / "pictures")],
        capture_output=True,
        text=True,
        timeout=LONG_ENOUGH,
        check=False,
        env=clean_environment(tmp_path, MAGICA_API_KEY="gx_never_used"),
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "exactly the prices announced" in done.stdout
    assert len(list((tmp_path / "pictures").glob("*.png"))) == 2


@pytest.mark.parametrize("home", ["a file/below", "/proc/magica"])
async def test_a_home_that_cannot_be_written_is_a_sentence_and_the_server_goes_on(
    home: str, tmp_path: Path
) -> None:
    (tmp_path / "a file").write_text("")
    environment = clean_environment(tmp_path) | {"MAGICA_HOME": str(tmp_path / home)}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "magica_mcp"], env=environment
    )

    with anyio.fail_after(LONG_ENOUGH):
        async with Client(server) as client:
            answers = [await client.call_tool("get_balance", {}) for _ in range(2)]

    assert all("cannot be written to" in text_of(answer) for answer in answers)


async def test_a_memory_that_is_broken_costs_no_result(tmp_path: Path) -> None:
    (tmp_path / "magica").mkdir()
    (tmp_path / "magica" / "memory.sqlite").write_text("not a database at all, but some bytes")
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "magica_mcp"], env=clean_environment(tmp_path)
    )
    small = {"modelId": "nano_banana_2", "prompt": "x", "resolution": "512"}
    try:
        with anyio.fail_after(LONG_ENOUGH):
            async with Client(server) as client:
                asked = {"tool_name": "generate", "input": small}
                started = await told(client, "execute_tool", asked)
                finished = await told(client, "get_run_status", {"runId": started["runId"]})
    finally:
        await stop_local(tmp_path / "magica")

    assert finished["status"] == "COMPLETED"


def test_a_folder_that_cannot_be_written_ends_the_demo_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    done = subprocess.run(
        [SCRIPT, "demo", "--output", str(tmp_path / "taken")],
        capture_output=True,
        text=True,
        timeout=LONG_ENOUGH,
        check=False,
        env=clean_environment(tmp_path),
    )

    assert done.returncode == 1
    assert done.stderr.startswith("magica-mcp: Could not save to")
    assert done.stdout == ""
