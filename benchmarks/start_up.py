"""From process start to the answer to `initialize`: this server against a bare one, in turn.

usage: python -m benchmarks.start_up [RUNS]
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "benchmark", "version": "1"},
    },
}
BARE = [sys.executable, str(Path(__file__).parent / "bare_server.py")]
OURS = [sys.executable, "-m", "magica_mcp"]


def seconds_to_initialize(command: list[str], environment: dict[str, str]) -> float:
    """How long one start takes; the process ends when its stdin closes."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps(INITIALIZE)}\n".encode())
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        elapsed = time.perf_counter() - began
        process.stdin.close()
        process.wait(timeout=20)
    assert "result" in answer, answer
    return elapsed


def main() -> None:
    """Print medians, and the median of the ratios of neighbouring runs."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "MAGICA_HOME": home}
        for command in (BARE, OURS):
            seconds_to_initialize(command, environment)
        pairs = [
            (seconds_to_initialize(BARE, environment), seconds_to_initialize(OURS, environment))
            for _ in range(runs)
        ]
    bare, ours = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
    ratio = statistics.median(mine / floor for floor, mine in pairs)
    print(f"bare SDK, one tool   {bare:7.0f} ms (median of {runs})")
    print(f"magica-mcp           {ours:7.0f} ms (median of {runs})")
    print(f"ratio                {ratio:7.2f}    (median of pairs)")


if __name__ == "__main__":
    main()
