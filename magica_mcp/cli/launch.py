"""Starting local Magica as a process of its own, and what it said when it did not start."""

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from magica_mcp.errors import LocalMagicaError, NotInstalledError
from magica_mcp.local.instance import local_folder, log_file

LARGEST_LOG = 1_000_000
"""Bytes; a longer log is begun anew at the next start."""
LOCAL_MODULES = ("dbos", "fastapi", "filelock", "PIL", "sqlalchemy")


def require_local_extra(modules: Sequence[str] = LOCAL_MODULES) -> None:
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise NotInstalledError(
            "There is no API key, and local Magica is not installed. Set MAGICA_API_KEY to use "
            "hosted Magica, or run: pip install 'magica-mcp[local]'"
        )


def background_command(home: Path) -> tuple[str, ...]:
    return (sys.executable, "-m", "magica_mcp", "local", "--background", "--home", str(home))


def launch(command: Sequence[str], *, home: Path) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one; all that it says goes to the log."""
    log = log_file(home)
    mode = "wb" if log.exists() and log.stat().st_size > LARGEST_LOG else "ab"
    with log.open(mode) as output:
        try:
            return _detached(command, output=output.fileno(), folder=local_folder(home))
        except OSError as error:
            raise LocalMagicaError(
                f"Local Magica could not be started with {command[0]}: {error.strerror or error}"
            ) from error


if sys.platform == "win32":

    def _detached(command: Sequence[str], *, output: int, folder: Path) -> subprocess.Popen[bytes]:
        alone = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        try:
            return _opened(
                command, output, folder, flags=alone | subprocess.CREATE_BREAKAWAY_FROM_JOB
            )
        except PermissionError:  # a job may forbid breaking away
            return _opened(command, output, folder, flags=alone)

    def _opened(
        command: Sequence[str], output: int, folder: Path, *, flags: int
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own command, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            creationflags=flags,
        )

else:

    def _detached(command: Sequence[str], *, output: int, folder: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own command, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            start_new_session=True,
        )


def let_go(child: subprocess.Popen[bytes] | None) -> None:
    """Stop watching a process; it may go on without us, and Python need not warn of that."""
    if child is not None and child.poll() is None:
        child.returncode = 0


SAYS = "magica-mcp: "
"""How a command begins its last sentence, which may have several lines."""
LONGEST_WORDS = 600


def last_words(home: Path) -> str:
    """How the log ends, and where to read the rest."""
    log = log_file(home)
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    begins = next((i for i in reversed(range(len(lines))) if lines[i].startswith(SAYS)), -1)
    said = " ".join(lines[begins:])[:LONGEST_WORDS].removeprefix(SAYS) or "it said nothing."
    return f"{said} Its log is {log}."
