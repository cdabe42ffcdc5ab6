"""How large each tool's answer is at worst, against what Magica itself answers to the same.

An account with 10,000 generations and runs, 2,000 workflows, one of 300 nodes, a run of 100, and
texts without end. Tokens are counted as in `benchmarks.surface`; those of the other side are of
its JSON, which is what a server that passes answers on would give a model to read.

usage: python -m benchmarks.answers [--show]
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent

from benchmarks.crowded import LONG_NAME, LONG_PROMPT, Crowd, Size, crowd
from benchmarks.surface import tokenizer
from magica_mcp.cli.background import LocalTransport

MOST_BYTES, MOST_TOKENS = 800_000, 8_000

Question = tuple[str, dict[str, Any], str]
"""A tool, its arguments, and the REST path that answers the same, or ''."""


def questions(found: Crowd) -> list[Question]:
    """The worst that can be asked of each tool that answers at length."""
    workflow, run = found.workflow_id, found.run_id
    large = {"workflowId": workflow}
    node = {"prompt": LONG_PROMPT, "system_prompt": LONG_NAME * 20}
    return [
        ("get_balance", {}, "v1/credits/balance"),
        ("get_pricing", large, ""),
        ("get_pricing", {"modelId": "gpt-image-2-text"}, "v1/models/gpt-image-2-text/pricing"),
        ("search_tools", {}, "v1/models/search"),
        ("get_model_schema", {"modelId": "gpt-image-2-edit"}, "v1/models/gpt-image-2-edit/schema"),
        ("execute_tool", {"tool_name": "generate", "input": {"modelId": "gpt_5_4", **node}}, ""),
        ("execute_tool", {"tool_name": LONG_PROMPT, "input": {}}, ""),
        ("get_run_status", {"runId": run}, f"v1/runs/{run}"),
        ("get_run_status", {"runId": found.text_run_id}, f"v1/nodes/runs/{found.text_run_id}"),
        ("get_run_status", {"runIds": [run, found.text_run_id], "waitFor": "all"}, ""),
        ("upload_file", {"data_uri": f"data:text/plain,{LONG_NAME}"}, ""),
        ("get_generations", {"limit": 100}, "v1/media-library?limit=100"),
        ("list_workflows", {"pageSize": 100}, "v1/workflows?pageSize=100"),
        ("get_workflow", large, f"v1/workflows/{workflow}"),
        ("update_workflow", {**large, "description": LONG_PROMPT}, ""),
        ("list_system_workflows", {}, "v1/system-workflows"),
        ("create_workflow", {"name": LONG_NAME, "requestFields": _fields()}, ""),
        ("list_node_types", {}, "v1/node-types"),
        ("add_node", {**large, "nodeType": "gpt_5_4", "inputs": node}, ""),
        ("update_node", {**large, "nodeId": "ask", "inputs": {"prompt": LONG_PROMPT}}, ""),
        ("delete_node", {**large, "nodeId": LONG_PROMPT}, ""),
        ("connect_nodes", {**large, **_ends(LONG_NAME)}, ""),
        ("disconnect_nodes", {**large, "edgeId": LONG_PROMPT}, ""),
        ("start_run", large, ""),
        ("start_run", {"workflowId": LONG_NAME}, ""),
        ("list_runs", {"limit": 100}, "v1/runs?limit=100"),
        ("cancel_run", {"runId": run}, ""),
        ("delete_workflow", large, ""),
    ]


def _fields() -> list[dict[str, str]]:
    return [{"name": f"{n} {LONG_NAME}", "type": "text", "value": LONG_NAME} for n in range(50)]


def _ends(name: str) -> dict[str, str]:
    return {
        "sourceNodeId": name,
        "sourceHandle": "out:output",
        "targetNodeId": name,
        "targetHandle": "in:prompt",
    }


def measured(answer: CallToolResult, count: Callable[[str], int]) -> tuple[int, int]:
    """Bytes of the whole answer, tokens of its text."""
    sent = answer.model_dump(mode="json", by_alias=True, exclude_none=True)
    written = json.dumps(sent, ensure_ascii=False, separators=(",", ":"))
    return len(written.encode()), count(words_of(answer))


def words_of(answer: CallToolResult) -> str:
    return "\n".join(part.text for part in answer.content if isinstance(part, TextContent))


async def compared(home: Path, found: Crowd, count: Callable[[str], int]) -> bool:
    """Print a line for each question; whether all answers fit."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "magica_mcp"],
        env={**os.environ, "MAGICA_HOME": str(home)},
    )
    fits = True
    print(f"{'':26}{'bytes':>9}{'tokens':>8}{'seconds':>9}   as Magica answers it")
    async with (
        Client(server) as client,
        httpx.AsyncClient(base_url="http://127.0.0.1/api/", transport=LocalTransport(home)) as http,
    ):
        for tool, arguments, path in questions(found):
            began = time.perf_counter()
            answer = await client.call_tool(tool, arguments)
            taken = time.perf_counter() - began
            size, tokens = measured(answer, count)
            raw = (await http.get(path, timeout=60)).text if path else ""
            theirs = f"{len(raw.encode()):9} bytes {count(raw):8} tokens" if path else ""
            fine = size <= MOST_BYTES and tokens <= MOST_TOKENS
            fits = fits and fine
            name = f"{tool}{' (refused)' if answer.is_error else ''}"
            ours = f"{name:26}{size:9}{tokens:8}{taken:9.2f}"
            print(f"{ours}   {theirs}{'' if fine else ' TOO LARGE'}")
            if "--show" in sys.argv:
                print("\n".join(f"    | {line[:200]}" for line in words_of(answer).split("\n")))
    return fits


def main() -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        count, unit = tokenizer(folder)
        found = crowd(home, Size())
        print(f"tokens: {unit}; at most {MOST_BYTES:,} bytes and {MOST_TOKENS:,} tokens")
        if not anyio.run(compared, home, found, count):
            sys.exit("some answers are too large")


if __name__ == "__main__":
    main()
