"""Files of the user's, opened and read."""

import hashlib
import os
import socket
import sys
from pathlib import Path

import pytest

from magica_mcp.errors import InvalidInputError
from magica_mcp.media.input_files import InputFile, open_input, opened_file, unreadable
from magica_mcp.media.input_paths import place_of
from magica_mcp.recognition import MediaFacts
from tests.recognition import making

PICTURE = making.picture("PNG")
LONG_FILM = making.film((640, 360)) + making.box(b"free", bytes(3_000_000))
WRITE_ONLY = Path("/sys/bus/cpu/uevent")
ON_WINDOWS = sys.platform == "win32"


def opened(folder: Path, name: str) -> InputFile:
    return open_input(name, folders=[folder])


def test_a_file_is_known_by_its_content_and_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "film.txt").write_bytes(LONG_FILM)
    file = opened(tmp_path, "film.txt")
    content = b"".join(file.pieces())
    file.close()

    assert content == LONG_FILM
    assert file.facts == MediaFacts(".mp4", 640, 360, 2.0)
    assert (file.called, file.size) == ("film.txt", len(LONG_FILM))
    assert file.digest == hashlib.sha256(LONG_FILM).hexdigest()


def test_a_digest_can_be_had_before_the_content_is_sent(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(PICTURE)
    file = opened(tmp_path, "cat.png")
    digest = file.read_to_end()
    content = b"".join(file.pieces())
    file.close()

    assert hashlib.sha256(content).hexdigest() == digest


@pytest.mark.parametrize(
    "name", ["two\nlines.png", "🦊 fox.png", "#%?&;.png", "a'b\".png", "-.png"]
)
@pytest.mark.skipif(ON_WINDOWS, reason="no such names there")
def test_odd_names_are_names(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(PICTURE)
    file = opened(tmp_path, name)
    file.close()

    assert file.called == name


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is text")
def test_a_name_that_is_no_text_is_still_a_name(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    (tmp_path / name).write_bytes(PICTURE)
    file = opened(tmp_path, name)
    file.close()

    assert file.called == "caf?.png"


def test_a_folder_of_300_characters_is_no_hindrance(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["x" * 60] * 5)
    deep.mkdir(parents=True)
    (deep / "cat.png").write_bytes(PICTURE)
    file = open_input(str(deep / "cat.png"), folders=[tmp_path])
    file.close()

    assert file.size == len(PICTURE)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----", "of no kind that can be used"),
        (b"name,password\n", "of no kind that can be used"),
        (PICTURE[: len(PICTURE) // 2], "incomplete or damaged"),
        (making.png_header(50_000, 50_000), "50,000 × 50,000 pixels"),
        (making.film((640, 360), samples=0), "no frames"),
    ],
    ids=["empty", "key", "text", "truncated", "absurd", "no frames"],
)
def test_only_sound_media_and_documents_are_taken(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    (tmp_path / "cat.png").write_bytes(content)

    with pytest.raises(InvalidInputError, match=f"'cat.png' cannot be used.*{sentence}"):
        opened(tmp_path, "cat.png")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures/cat.png").write_bytes(PICTURE)

    with pytest.raises(InvalidInputError, match=r"It is a folder.*'cat\.png'"):
        opened(tmp_path, "pictures")


@pytest.mark.skipif(ON_WINDOWS, reason="no pipes in folders there")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "cat.png")

    with pytest.raises(InvalidInputError, match="It is a pipe or a device"):
        opened(tmp_path, "cat.png")


@pytest.mark.skipif(ON_WINDOWS, reason="no sockets in folders there")
def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the names of sockets are short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("cat.png")

        with pytest.raises(InvalidInputError, match=r"'cat\.png' cannot be read"):
            opened(tmp_path, "cat.png")


def test_what_the_system_refuses_is_said_with_what_to_do() -> None:
    error = unreadable("cat.png", PermissionError(13, "Permission denied"))

    assert str(error).startswith(
        "'cat.png' cannot be read: Permission denied. Make it readable for the user"
    )


@pytest.mark.skipif(not WRITE_ONLY.exists(), reason="a file that not even root may read")
def test_a_file_that_may_not_be_read_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"'uevent' cannot be read: Permission denied"):
        open_input("uevent", folders=[WRITE_ONLY.parent])


@pytest.mark.skipif(sys.platform != "linux", reason="a file of Linux")
def test_a_file_whose_content_the_system_keeps_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"'mem' cannot be (read|used)"):
        open_input("mem", folders=[Path(f"/proc/{os.getpid()}")])


@pytest.mark.parametrize("change", ["longer", "shorter", "other"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, change: str) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(LONG_FILM)
    os.utime(path, (1, 1))
    other = bytes(len(LONG_FILM))
    changes = {"longer": LONG_FILM + b"x", "shorter": LONG_FILM[:100], "other": other}
    file = opened(tmp_path, "film.mp4")
    pieces = file.pieces()
    next(pieces)
    path.write_bytes(changes[change])

    with pytest.raises(InvalidInputError, match="changed while it was read"):
        list(pieces)
    file.close()


def test_a_file_that_is_replaced_while_it_is_read_is_read_to_its_own_end(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(LONG_FILM)
    (tmp_path / "other.mp4").write_bytes(PICTURE)
    file = opened(tmp_path, "film.mp4")
    pieces = file.pieces()
    read = next(pieces)
    (tmp_path / "other.mp4").replace(tmp_path / "film.mp4")

    assert read + b"".join(pieces) == LONG_FILM
    file.close()


@pytest.mark.skipif(ON_WINDOWS, reason="links need a privilege there")
@pytest.mark.parametrize("swapped", ["pictures/cat.png", "pictures"])
def test_a_link_put_in_the_way_after_the_look_is_not_followed(tmp_path: Path, swapped: str) -> None:
    for folder in ("home/pictures", "outside"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "cat.png").write_bytes(PICTURE)
    place = place_of("pictures/cat.png", folders=[tmp_path / "home"])
    (tmp_path / "home" / swapped).rename(tmp_path / "aside")
    outside = "outside/cat.png" if swapped.endswith(".png") else "outside"
    (tmp_path / "home" / swapped).symlink_to(tmp_path / outside)

    with pytest.raises(OSError, match=r"symbolic links|Not a directory"):
        opened_file(place)
