import sys
from pathlib import Path

import pytest

from magica_mcp.cli.launch import LARGEST_LOG, last_words, launch, require_local_extra
from magica_mcp.errors import LocalMagicaError, NotInstalledError
from magica_mcp.local.instance import log_file
from tests.patience import LONG_ENOUGH


def run(home: Path, code: str) -> int:
    """Start a program that ends by itself, and see it end."""
    return launch([sys.executable, "-c", code], home=home).wait(timeout=LONG_ENOUGH)


def test_what_a_process_says_goes_to_the_log(tmp_path: Path) -> None:
    run(tmp_path, "import sys; print('out'); print('err', file=sys.stderr)")

    assert set(log_file(tmp_path).read_text(encoding="utf-8").split()) == {"out", "err"}


def test_a_process_has_no_input(tmp_path: Path) -> None:
    run(tmp_path, "import sys; print(repr(sys.stdin.read()))")

    assert last_words(tmp_path).startswith("''")


@pytest.mark.skipif(sys.platform == "win32", reason="sessions are POSIX")
def test_a_process_is_in_a_session_of_its_own(tmp_path: Path) -> None:
    run(tmp_path, "import os; print(os.getsid(0) == os.getpid())")

    assert last_words(tmp_path).startswith("True")


def test_a_log_goes_on_where_it_ended(tmp_path: Path) -> None:
    run(tmp_path, "print('first')")
    run(tmp_path, "print('second')")

    assert log_file(tmp_path).read_text(encoding="utf-8").split() == ["first", "second"]


def test_a_long_log_is_begun_anew(tmp_path: Path) -> None:
    log_file(tmp_path).write_text("x" * (LARGEST_LOG + 1), encoding="utf-8")

    run(tmp_path, "print('fresh')")

    assert log_file(tmp_path).read_text(encoding="utf-8").split() == ["fresh"]


def test_last_words_name_the_log(tmp_path: Path) -> None:
    log_file(tmp_path).write_text("one\nPort 8787 is taken.\n\n", encoding="utf-8")

    assert last_words(tmp_path) == f"Port 8787 is taken. Its log is {log_file(tmp_path)}."


def test_a_process_that_said_nothing_is_told_too(tmp_path: Path) -> None:
    assert last_words(tmp_path) == f"it said nothing. Its log is {log_file(tmp_path)}."


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalMagicaError, match="could not be started with no-such-program"):
        launch(["no-such-program"], home=tmp_path)


def test_without_the_local_extra_the_way_out_is_told() -> None:
    with pytest.raises(NotInstalledError) as caught:
        require_local_extra(["no_such_module"])

    assert str(caught.value) == (
        "There is no API key, and local Magica is not installed. Set MAGICA_API_KEY to use "
        "hosted Magica, or run: pip install 'magica-mcp[local]'"
    )
