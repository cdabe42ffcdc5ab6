"""Files are written whole, under free names, or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from magica_mcp.errors import ConfigurationError
from magica_mcp.media.parts import PREFIX, beside, disk_errors_as_ours, part_in, require_folder
from tests.patience import LONG_ENOUGH


def kept(folder: Path, content: bytes, *, stem: str = "fox") -> Path:
    with part_in(folder) as part:
        part.write([content])
        path, _is_new = part.keep(
            stem, ".png", describe=lambda name: name.encode(), is_same=lambda _path: False
        )
    return path


def test_a_file_is_whole_and_described_beside_it(tmp_path: Path) -> None:
    path = kept(tmp_path / "new" / "folder", b"picture")

    assert (path.name, path.read_bytes()) == ("fox.png", b"picture")
    assert beside(path).read_bytes() == b"fox.png"
    assert len(list(path.parent.iterdir())) == 2


def test_a_part_knows_its_size_hash_and_beginning(tmp_path: Path) -> None:
    with part_in(tmp_path) as part:
        part.write([b"ab", b"c"])

        assert (part.size, part.head) == (3, b"abc")
        assert part.sha256.startswith("ba7816bf8f01cfea")


def test_a_second_file_of_that_name_gets_a_number(tmp_path: Path) -> None:
    paths = [kept(tmp_path, content) for content in (b"1", b"2", b"3")]

    assert [path.name for path in paths] == ["fox.png", "fox-2.png", "fox-3.png"]
    assert [path.read_bytes() for path in paths] == [b"1", b"2", b"3"]


def test_nobody_elses_file_is_replaced(tmp_path: Path) -> None:
    mine, note = tmp_path / "fox.png", tmp_path / "fox-2.png.json"
    for file in (mine, note):
        file.write_text("mine")
    (tmp_path / "fox-3.png").symlink_to(tmp_path / "nowhere")

    assert kept(tmp_path, b"new").name == "fox-4.png"
    assert [file.read_text() for file in (mine, note)] == ["mine", "mine"]
    assert not (tmp_path / "fox-2.png").exists()


def test_a_file_that_is_there_already_stays_and_no_copy_is_made(tmp_path: Path) -> None:
    first = kept(tmp_path, b"same")
    with part_in(tmp_path) as part:
        part.write([b"same"])
        found = part.keep("fox", ".png", describe=lambda _: b"", is_same=lambda path: path == first)

    assert found == (first, False)
    assert {path.name for path in tmp_path.iterdir()} == {"fox.png", "fox.png.json"}


def test_a_part_that_is_not_kept_is_gone(tmp_path: Path) -> None:
    with part_in(tmp_path) as part:
        part.write([b"half"])

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_program_left_is_swept_away(tmp_path: Path) -> None:
    old, fresh = tmp_path / f"{PREFIX}old.part", tmp_path / f"{PREFIX}new.part"
    for file in (old, fresh):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    kept(tmp_path, b"picture")

    assert (old.exists(), fresh.exists()) == (False, True)


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    with pytest.raises(ConfigurationError, match="Could not save to"):
        require_folder(tmp_path / "taken")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root"
)
def test_a_folder_that_may_not_be_written_to_says_what_to_set(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(ConfigurationError, match=r"Permission denied.*MAGICA_OUTPUT_DIR"):
        require_folder(tmp_path / "new")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only there even root may not write")
def test_a_folder_that_does_not_and_cannot_exist_says_what_to_set() -> None:
    with pytest.raises(ConfigurationError, match="Could not save to /proc/magica"):
        require_folder(Path("/proc/magica"))


FULL_DISK = """
import resource, sys
from pathlib import Path
from magica_mcp.media.parts import disk_errors_as_ours, part_in
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
folder, size, note = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with disk_errors_as_ours(folder), part_in(folder) as part:
    part.write([bytes(1_000)] * (size // 1_000))
    part.keep("fox", ".png", describe=lambda _: bytes(note), is_same=lambda _: False)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits there")
@pytest.mark.parametrize(("size", "note"), [(20_000, 0), (10_000, 20_000)])
def test_a_disk_that_is_full_is_one_sentence_and_nothing_is_left(
    size: int, note: int, tmp_path: Path
) -> None:
    """The file itself does not fit, or what stands beside it does not."""
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path), str(size), str(note)]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=LONG_ENOUGH, check=False
    )

    assert "ConfigurationError: Could not save to" in ended.stderr
    assert "Make room there, or set MAGICA_OUTPUT_DIR" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_no_known_kind_is_a_sentence_too(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match=r"odd\. Give another"),
        disk_errors_as_ours(tmp_path),
    ):
        raise OSError("odd")
