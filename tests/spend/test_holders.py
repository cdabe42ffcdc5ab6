"""Whether a process still runs is told by its lock, which nothing but its end lets go."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from magica_mcp.spend.holders import KEPT_SECONDS, Holders

PROCESS = """
import sys
import threading
from pathlib import Path
from magica_mcp.spend.holders import Holders
print(Holders(Path(sys.argv[1])).own(), flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The name of a process that holds its lock until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


@pytest.fixture
def holders(tmp_path: Path) -> Iterator[Holders]:
    opened = Holders(tmp_path / "holders")
    yield opened
    opened.close()


def age(file: Path) -> None:
    long_ago = file.stat().st_mtime - KEPT_SECONDS - 60
    os.utime(file, (long_ago, long_ago))


def test_a_process_that_is_killed_is_dead_at_once(tmp_path: Path, holders: Holders) -> None:
    with another_process(tmp_path / "holders") as (name, process):
        before = holders.is_alive(name)
        process.kill()
        process.wait(timeout=30)

        assert (before, holders.is_alive(name)) == (True, False)


def test_two_holders_of_one_folder_see_each_other(tmp_path: Path, holders: Holders) -> None:
    other = Holders(tmp_path / "holders")
    name, own = other.own(), holders.own()

    assert name != own
    assert (holders.is_alive(name), other.is_alive(own)) == (True, True)
    other.close()
    assert (holders.is_alive(name), holders.is_alive(own)) == (False, True)


def test_asking_twice_takes_one_lock(tmp_path: Path, holders: Holders) -> None:
    assert holders.own() == holders.own()
    assert len(list((tmp_path / "holders").glob("*.lock"))) == 1


def test_closing_lets_the_lock_go_and_leaves_no_file(tmp_path: Path, holders: Holders) -> None:
    name = holders.own()

    holders.close()

    assert not holders.is_alive(name)
    assert list((tmp_path / "holders").iterdir()) == []


def test_after_closing_it_can_be_held_again(holders: Holders) -> None:
    name = holders.own()
    holders.close()

    assert holders.is_alive(holders.own())
    assert holders.own() == name


@pytest.mark.parametrize("name", [None, "nobody.lock"])
def test_nobody_is_not_alive(name: str | None, holders: Holders) -> None:
    holders.own()

    assert not holders.is_alive(name)


def test_asking_after_somebody_makes_no_file(tmp_path: Path, holders: Holders) -> None:
    holders.is_alive("nobody.lock")

    assert not (tmp_path / "holders").exists()


def test_the_files_of_the_dead_are_taken_away_after_a_day(tmp_path: Path) -> None:
    folder = tmp_path / "holders"
    with another_process(folder) as (dead, process):
        process.kill()
        process.wait(timeout=30)
    with another_process(folder) as (recent, process):
        process.kill()
        process.wait(timeout=30)
    living = Holders(folder)
    alive = living.own()
    for name in (dead, alive):
        age(folder / name)

    newcomer = Holders(folder)
    own = newcomer.own()

    assert {each.name for each in folder.glob("*.lock")} == {recent, alive, own}
    newcomer.close()
    living.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "holders").write_text("a file")

    with pytest.raises((OSError, sqlite3.Error)):
        Holders(tmp_path / "holders").own()


def test_threads_that_ask_at_once_share_one_lock(tmp_path: Path) -> None:
    mine, threads = Holders(tmp_path), 8
    together = threading.Barrier(threads)

    def own() -> str:
        together.wait(30)
        return mine.own()

    with ThreadPoolExecutor(threads) as pool:
        names = [each.result() for each in [pool.submit(own) for _ in range(threads)]]
    alive = Holders(tmp_path).is_alive(names[0])
    mine.close()

    assert set(names) == {names[0]}
    assert alive
