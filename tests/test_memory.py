"""What is learned from use, kept in one small file."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from magica_mcp.memory import KEPT_PER_KIND, Memory, Usual


def median_of(memory: Memory, kind: str) -> float | None:
    usual = memory.usual(kind)
    return None if usual is None else usual.p50


def test_nothing_is_known_of_a_kind_that_was_never_seen(tmp_path: Path) -> None:
    assert Memory(tmp_path / "memory.sqlite").usual("flux_2_pro") is None


def test_the_usual_duration_is_the_median_of_that_kind(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.sqlite")
    for seconds in (3.0, 100.0, 5.0):
        memory.remember_duration("flux_2_pro", seconds)
    memory.remember_duration("gpt_5_4", 1.0)

    assert median_of(memory, "flux_2_pro") == 5.0


def test_another_process_sees_what_was_learned(tmp_path: Path) -> None:
    Memory(tmp_path / "memory.sqlite").remember_duration("a", 2.0)

    assert median_of(Memory(tmp_path / "memory.sqlite"), "a") == 2.0


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.sqlite")
    for _ in range(KEPT_PER_KIND):
        memory.remember_duration("a", 1.0)
    for _ in range(KEPT_PER_KIND):
        memory.remember_duration("a", 9.0)

    assert median_of(memory, "a") == 9.0


def test_the_first_and_the_ninth_of_ten_are_known_beside_the_median(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.sqlite")
    for seconds in range(1, 12):
        memory.remember_duration("a", float(seconds))

    assert memory.usual("a") == Usual(p50=6, p90=10, seen=11, p10=2)


def test_a_single_run_is_all_that_is_known(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.sqlite")
    memory.remember_duration("a", 7.0)

    assert memory.usual("a") == Usual(p50=7, p90=7, seen=1)


def test_a_file_that_cannot_be_used_means_that_nothing_is_learned(tmp_path: Path) -> None:
    (tmp_path / "memory.sqlite").write_text("this is not a database, but it is long enough")
    memory = Memory(tmp_path / "memory.sqlite")

    memory.remember_duration("a", 2.0)

    assert memory.usual("a") is None
    assert memory.change_client("c", lambda _: "{}") is None
    assert memory.client("c") is None


def test_an_upload_is_known_by_its_content_for_its_account(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.sqlite")
    memory.remember_upload("me", "digest", size=7, item="where")

    assert (memory.upload("me", "digest"), memory.upload("you", "digest")) == ("where", None)
    assert memory.has_upload("me", size=7)
    assert not memory.has_upload("me", size=8)
    assert not memory.has_upload("you", size=7)


def test_an_upload_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.sqlite")
    memory.remember_upload("me", "digest", size=7, item="where")
    memory.forget_upload("me", "digest")

    assert memory.upload("me", "digest") is None


def test_an_upload_that_was_sent_again_is_where_it_is_now(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.sqlite")
    memory.remember_upload("me", "digest", size=7, item="here")
    memory.remember_upload("me", "digest", size=7, item="there")

    assert memory.upload("me", "digest") == "there"


def test_what_several_processes_learn_of_a_client_at_once_is_all_kept(tmp_path: Path) -> None:
    def one_more(_: int) -> None:
        Memory(tmp_path / "memory.sqlite").change_client("c", lambda kept: f"{kept or ''}x")

    Memory(tmp_path / "memory.sqlite").change_client("c", lambda kept: f"{kept or ''}x")
    with ThreadPoolExecutor(8) as processes:
        list(processes.map(one_more, range(40)))

    assert Memory(tmp_path / "memory.sqlite").client("c") == "x" * 41
