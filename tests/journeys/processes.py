"""Processes as a client starts them: the environment of a new machine, a bounded life."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.patience import LONG_ENOUGH

LONGEST_LIFE = 2 * LONG_ENOUGH
"""Seconds after which a process is ended whatever it does."""


def clean_environment(home: Path, **settings: str) -> dict[str, str]:
    """No settings of ours but these, an empty home folder, everything under it."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("MAGICA_")
    }
    return {**inherited, "HOME": str(home), "MAGICA_HOME": str(home / "magica"), **settings}


@contextmanager
def running(*arguments: str, environment: Mapping[str, str]) -> Iterator[Iterator[str]]:
    """`magica-mcp` with these arguments; gives the lines that it prints, and ends it."""
    with started(*arguments, environment=environment) as process:
        assert process.stdout is not None
        yield iter(process.stdout)


@contextmanager
def started(*arguments: str, environment: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """`magica-mcp` with these arguments as a process, which is ended."""
    command = [sys.executable, "-m", "magica_mcp", *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=dict(environment)
    ) as process:
        watchdog = threading.Timer(LONGEST_LIFE, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=LONG_ENOUGH)
            except subprocess.TimeoutExpired:
                process.kill()
            watchdog.cancel()
