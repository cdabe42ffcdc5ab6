"""Opening the engine's own state, in a process of its own since DBOS keeps one per process."""

import subprocess
import sys
from pathlib import Path

OPEN = """
import sys
from pathlib import Path
from magica_mcp.errors import LocalMagicaError
from magica_mcp.local.magica import open_magica

try:
    with open_magica(Path(sys.argv[1])):
        sys.stdout.write("open")
except LocalMagicaError as error:
    sys.stdout.write(str(error))
"""


def opened(home: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", OPEN, str(home)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )


def test_opening_and_closing_says_nothing_on_its_own(tmp_path: Path) -> None:
    process = opened(tmp_path)

    assert (process.stdout, process.stderr) == ("open", "")


def test_a_state_that_cannot_be_read_is_told_with_a_next_step(tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "dbos.sqlite").write_text("no database" * 100)

    assert "delete that: runs go on without it" in opened(tmp_path).stdout
