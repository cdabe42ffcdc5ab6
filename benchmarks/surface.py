"""What the tool list costs a context, and what the server costs a machine, against a bare one.

Tokens are o200k_base, counted by npm's gpt-tokenizer where node and npm are there, else estimated
as a quarter of the characters. Memory is resident, after the tools were listed, with a key set.

usage: python -m benchmarks.surface
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.start_up import BARE, INITIALIZE, OURS

COUNT = (
    "const {encode} = require('gpt-tokenizer/encoding/o200k_base');"
    "console.log(encode(require('fs').readFileSync(0, 'utf8')).length)"
)
LIST = [
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}},
]


def tokenizer(folder: str) -> tuple[Callable[[str], int], str]:
    """A counter, and what it counts."""
    install = ["npm", "install", "--silent", "--prefix", folder, "gpt-tokenizer@4"]
    try:
        subprocess.run(install, check=True, capture_output=True, timeout=120)
    except (OSError, subprocess.SubprocessError):
        return (lambda text: round(len(text) / 4)), "estimated"

    def count(text: str) -> int:
        counted = subprocess.run(
            ["node", "-e", COUNT], input=text.encode(), capture_output=True, check=True, cwd=folder
        )
        return int(counted.stdout)

    return count, "o200k_base"


def listed(command: list[str], environment: dict[str, str]) -> tuple[dict[str, Any], Any, int]:
    """What a server says of itself, its tools, and its resident memory in MiB (Linux)."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for message in (INITIALIZE, *LIST):
            process.stdin.write(f"{json.dumps(message)}\n".encode())
        process.stdin.flush()
        hello = json.loads(process.stdout.readline())["result"]
        tools = json.loads(process.stdout.readline())["result"]["tools"]
        status = Path(f"/proc/{process.pid}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        memory = next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)
        process.stdin.close()
        process.wait(timeout=20)
    return hello, tools, memory // 1024


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def main() -> None:
    """Print both sides."""
    with tempfile.TemporaryDirectory() as folder:
        count, unit = tokenizer(folder)
        environment = {**os.environ, "MAGICA_HOME": folder, "MAGICA_API_KEY": "gx_not_used"}
        print(f"tokens: {unit}")
        for name, command in (("bare SDK", BARE), ("magica-mcp", OURS)):
            hello, tools, memory = listed(command, environment)
            slim = compact(
                [
                    {key: tool[key] for key in ("name", "description", "inputSchema")}
                    for tool in tools
                ]
            )
            print(
                f"{name:11} {len(tools):2} tools: list {count(slim):5} tokens, {len(slim):6} bytes;"
                f" with all that is sent {count(compact(tools)):5} tokens;"
                f" instructions {count(hello.get('instructions') or ''):4}; {memory:3} MiB"
            )


if __name__ == "__main__":
    main()
