"""Large files on their way: throughput against plain httpx, and memory above idle, in one run.

usage: python -m benchmarks.transfers [MEGABYTES] [ROUNDS]
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.uploading import compare_uploads

SIDES = {"plain": "plain httpx to disk", "saving": "saved by magica-mcp"}


def main() -> None:
    """Both directions, one after the other."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    compare_saving(megabytes, rounds)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare_uploads(Path(folder), megabytes=megabytes, rounds=rounds))


def compare_saving(megabytes: int, rounds: int) -> None:
    """Print medians, and the median of the ratios of neighbouring rounds."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), megabytes) as port:
        seen = [{side: measured(side, port, folder) for side in SIDES} for _ in range(rounds)]
    print(f"saving a file of {megabytes:,} MB, {rounds} rounds, each side in its own process")
    for side, name in SIDES.items():
        speed = statistics.median(megabytes / each[side]["seconds"] for each in seen)
        most = max(each[side]["megabytes"] for each in seen)
        print(f"{name:22}{speed:7.0f} MB/s (median){most:8.1f} MB above idle at most")
    ratio = statistics.median(each["plain"]["seconds"] / each["saving"]["seconds"] for each in seen)
    print(f"{'ratio':22}{ratio:7.2f}      (median of pairs)")


@contextmanager
def serving(folder: Path, megabytes: int) -> Iterator[int]:
    """The port at which a process sends a file of that size."""
    file = folder / "large.mp4"
    with file.open("wb") as large:
        large.truncate(megabytes * 1_000_000)
    command = [sys.executable, "-m", "benchmarks.large_file", "serve", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def measured(side: str, port: int, folder: str) -> dict[str, float]:
    """Seconds, and megabytes of memory above what the process took before."""
    command = [sys.executable, "-m", "benchmarks.large_file", side, str(port), folder]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(ended.stdout))


if __name__ == "__main__":
    main()
