"""Where results are on this disk, as it is read."""

from pathlib import Path

from magica_mcp.media.register import SavedFile
from magica_mcp.server.render.saving import facts, saved
from magica_mcp.server.saves import Saving


def files(count: int) -> tuple[SavedFile, ...]:
    return tuple(
        SavedFile(number, Path(f"/results/fox-{number}.png"), "ab", 1_605_510)
        for number in range(1, count + 1)
    )


def lines(saving: Saving | None) -> list[str]:
    return saved(saving, run_id="cm1")


def test_where_nobody_wishes_anything_nothing_is_said() -> None:
    assert (lines(None), facts(None)) == ([], {})


def test_a_single_file_is_one_line() -> None:
    assert lines(Saving(files(1), is_news=True)) == ["Saved: /results/fox-1.png (1,605 kB)"]


def test_of_many_files_only_the_first_are_listed() -> None:
    told = lines(Saving(files(100), is_news=True))

    assert told[0] == "Saved, 100 files:"
    assert told[1] == "- /results/fox-1.png (1,605 kB)"
    assert told[-1] == "- and 80 more beside them"
    assert len(told) == 22


def test_what_is_elsewhere_already_is_said() -> None:
    assert lines(Saving(files(1), not_in=Path("/results/posters"))) == [
        "Saved before: /results/fox-1.png (1,605 kB)",
        "It is not saved twice: copy it if it is wanted in /results/posters too.",
    ]


def test_a_failure_says_why_and_what_was_saved_all_the_same() -> None:
    assert lines(Saving(files(1), is_news=True, problem="The disk is full.")) == [
        "Saved: /results/fox-1.png (1,605 kB)",
        "Not all saved: The disk is full.",
    ]


def test_a_save_that_goes_on_says_how_far_it_is() -> None:
    (line,) = lines(Saving(under_way=34_000_000))

    assert line.startswith("Still being saved, 34.0 MB so far.")
    assert 'get_run_status {"runId": "cm1"} says where' in line


def test_programs_are_told_every_file() -> None:
    told = facts(Saving(files(100), is_news=True))

    assert isinstance(told["saved"], list)
    assert len(told["saved"]) == 100
    assert told["saved"][0] == {
        "path": "/results/fox-1.png",
        "sidecar": "/results/fox-1.png.json",
        "sha256": "ab",
        "bytes": 1_605_510,
    }
