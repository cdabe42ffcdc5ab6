"""What this machine remembers of results: wishes, requests and saved files."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from magica_mcp.errors import ConfigurationError
from magica_mcp.media.register import Register, SavedFile
from tests.patience import LONG_ENOUGH

FOX = SavedFile(1, Path("/results/fox.png"), "ab12", 7)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path / "results.sqlite")


def test_a_wish_is_known_to_another_process_until_it_is_fulfilled(
    register: Register, tmp_path: Path
) -> None:
    register.wish("me", "run", "posters")
    other = Register(tmp_path / "results.sqlite")

    assert other.wished("me", "run") == "posters"
    other.fulfilled("me", "run")
    assert register.wished("me", "run") is None


def test_the_latest_wish_counts_and_belongs_to_one_account(register: Register) -> None:
    register.wish("me", "run", "posters")
    register.wish("me", "run", "fox.png")

    assert register.wished("me", "run") == "fox.png"
    assert register.wished("you", "run") is None


def test_where_nothing_is_wished_no_file_is_made(register: Register, tmp_path: Path) -> None:
    assert register.wished("me", "run") is None
    assert list(tmp_path.iterdir()) == []


def test_what_a_run_was_started_with_is_kept(register: Register) -> None:
    register.remember_request("me", "run", {"values": {"n": {"prompt": "fox"}}})

    assert register.request("me", "run") == {"values": {"n": {"prompt": "fox"}}}
    assert register.request("me", "other") is None


def test_saved_files_are_listed_in_order(register: Register) -> None:
    second = replace(FOX, number=2)
    for file in (second, FOX):
        register.save("me", "run", file)

    assert register.saved("me", "run") == (FOX, second)


def test_of_two_processes_the_first_to_save_wins(register: Register) -> None:
    late = replace(FOX, path=Path("/results/fox-2.png"))
    register.save("me", "run", FOX)

    assert register.save("me", "run", late) == FOX


def test_processes_that_begin_at_the_same_moment_agree(tmp_path: Path) -> None:
    begin = threading.Barrier(4)

    def save(number: int) -> SavedFile:
        begin.wait(LONG_ENOUGH)
        mine = replace(FOX, path=Path(f"/results/fox-{number}.png"))
        return Register(tmp_path / "results.sqlite").save("me", "run", mine)

    with ThreadPoolExecutor(4) as processes:
        winners = set(processes.map(save, range(4)))

    assert len(winners) == 1


def test_a_file_that_is_gone_may_be_saved_again(register: Register) -> None:
    again = replace(FOX, path=Path("/elsewhere/fox.png"))
    register.save("me", "run", FOX)
    register.gone("me", "run", FOX)

    assert register.save("me", "run", again) == again


def test_a_register_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "results.sqlite").write_text("no database at all, but long enough to be one")

    with pytest.raises(ConfigurationError, match="register of saved results"):
        Register(tmp_path / "results.sqlite").wish("me", "run", ".")
