"""Which file a path means, and which may be read."""

import sys
from pathlib import Path

import pytest

from magica_mcp.errors import InvalidInputError
from magica_mcp.media.input_paths import place_of

SCREENSHOT = "Screenshot 2026-10-01 at 3.45.12\u202fPM.png"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder that may be read, with some files in it."""
    home = tmp_path / "home"
    (home / "pictures").mkdir(parents=True)
    (home / ".ssh").mkdir()
    for name in ("cat.png", "pictures/dog.png", ".ssh/key.png", ".hidden.png"):
        (home / name).write_bytes(b"x")
    (tmp_path / "secret.png").write_bytes(b"x")
    return home


def found(text: str, *folders: Path) -> Path:
    return place_of(text, folders=folders).path


def test_a_whole_path_inside_a_folder_is_found(home: Path) -> None:
    assert found(str(home / "pictures/dog.png"), home) == (home / "pictures/dog.png").resolve()


def test_a_relative_path_is_looked_for_in_every_folder(home: Path) -> None:
    assert found("dog.png", home, home / "pictures") == (home / "pictures/dog.png").resolve()


def test_a_tilde_is_the_home_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))

    assert found("~/cat.png", home) == (home / "cat.png").resolve()


def test_the_home_of_nobody_is_no_place(home: Path) -> None:
    with pytest.raises(InvalidInputError, match="no home folder for"):
        found("~nobody-of-that-name/cat.png", home)


@pytest.mark.parametrize(
    "text",
    [" my cat.png\n", "'my cat.png'", '"my cat.png"', "`my cat.png`", "my\\ cat.png"],
)
@pytest.mark.skipif(sys.platform == "win32", reason="shells are others there")
def test_what_shells_put_around_a_path_is_no_part_of_it(home: Path, text: str) -> None:
    (home / "my cat.png").write_bytes(b"x")

    assert found(text, home).name == "my cat.png"


@pytest.mark.parametrize("host", ["", "localhost"])
def test_a_file_url_is_a_path(home: Path, host: str) -> None:
    (home / "my cat.png").write_bytes(b"x")
    url = (home / "my cat.png").as_uri().replace("file://", f"file://{host}")

    assert found(url, home).name == "my cat.png"


def test_a_file_url_of_another_machine_is_refused(home: Path) -> None:
    with pytest.raises(InvalidInputError, match="on another machine"):
        found("file://server/share/cat.png", home)


def test_dots_may_lead_through_a_folder_as_long_as_they_stay_inside(home: Path) -> None:
    assert found(str(home / "pictures/../cat.png"), home) == (home / "cat.png").resolve()


@pytest.mark.parametrize("text", ["../secret.png", "pictures/../../secret.png"])
def test_dots_that_lead_out_are_refused(home: Path, text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"outside the folders.*MAGICA_INPUT_DIRS"):
        found(text, home)


def test_a_path_outside_the_folders_is_refused(home: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"outside the folders.*MAGICA_INPUT_DIRS"):
        found(str(home.parent / "secret.png"), home)


def test_nothing_is_told_of_what_is_outside(home: Path) -> None:
    def refusal(name: str) -> str:
        with pytest.raises(InvalidInputError) as caught:
            found(str(home.parent / name), home)
        return str(caught.value).replace(name, "…")

    assert refusal("secret.png") == refusal("no such.png")


def test_a_folder_whose_name_only_begins_the_same_is_outside(home: Path) -> None:
    (home.parent / "home2").mkdir()
    (home.parent / "home2/cat.png").write_bytes(b"x")

    with pytest.raises(InvalidInputError, match="outside the folders"):
        found(str(home.parent / "home2/cat.png"), home)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_that_leads_out_is_refused(home: Path) -> None:
    (home / "link.png").symlink_to(home.parent / "secret.png")

    with pytest.raises(InvalidInputError, match="outside the folders"):
        found("link.png", home)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_that_stays_inside_is_followed(home: Path) -> None:
    (home / "link").symlink_to(home / "pictures")

    assert found("link/dog.png", home) == (home / "pictures/dog.png").resolve()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_folder_may_itself_be_a_link(home: Path) -> None:
    (home.parent / "here").symlink_to(home)

    assert found(str(home.parent / "here/cat.png"), home.parent / "here").name == "cat.png"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_to_what_is_hidden_is_refused(home: Path) -> None:
    (home / "link.png").symlink_to(home / ".ssh/key.png")

    with pytest.raises(InvalidInputError, match=r"through '\.ssh'"):
        found("link.png", home)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_hidden_link_to_what_is_not_is_refused(home: Path) -> None:
    (home / ".link").symlink_to(home / "pictures")

    with pytest.raises(InvalidInputError, match=r"through '\.link'"):
        found(".link/dog.png", home)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_in_a_circle_lead_nowhere(home: Path) -> None:
    (home / "a.png").symlink_to(home / "b.png")
    (home / "b.png").symlink_to(home / "a.png")

    with pytest.raises(InvalidInputError, match=r"Check the path|leads in circles|no file"):
        found("a.png/c.png", home)


@pytest.mark.parametrize("text", [".ssh/key.png", ".hidden.png", "pictures/../.ssh/key.png"])
def test_what_is_hidden_is_refused(home: Path, text: str) -> None:
    with pytest.raises(InvalidInputError, match="uploads read nothing hidden"):
        found(text, home)


def test_a_folder_that_a_person_chose_may_lie_in_a_hidden_one(home: Path) -> None:
    assert found("key.png", home / ".ssh").name == "key.png"


def test_a_near_miss_is_told_the_right_name(home: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"no file 'pictures/dgo\.png'.*'dog\.png'\?"):
        found("pictures/dgo.png", home)


def test_a_miss_by_case_is_told_the_right_name(home: Path) -> None:
    (home / "Kite.JPG").write_bytes(b"x")

    with pytest.raises(InvalidInputError, match=r"'Kite\.JPG'"):
        found("kite.jpgg", home)


def test_nothing_hidden_is_suggested(home: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"no file 'hidden\.png'\. Check"):
        found("hidden.png", home)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        (SCREENSHOT, SCREENSHOT.replace("\u202f", " ")),
        ("cafe\u0301.png", "caf\u00e9.png"),
        ("two  spaces.png", "two spaces.png"),
    ],
)
def test_spaces_and_accents_of_another_kind_are_no_miss(home: Path, name: str, asked: str) -> None:
    (home / name).write_bytes(b"x")

    assert found(asked, home).exists()


def test_two_files_that_differ_in_spacing_alone_are_not_chosen_between(home: Path) -> None:
    (home / "a b.png").write_bytes(b"x")
    (home / "a\u00a0b.png").write_bytes(b"x")

    with pytest.raises(InvalidInputError, match="Did you mean"):
        found("a  b.png", home)


@pytest.mark.parametrize("text", ["C:\\Users\\me\\cat.png", "c:/cat.png", "\\\\server\\cat.png"])
@pytest.mark.skipif(sys.platform == "win32", reason="it is a path there")
def test_a_path_of_windows_is_called_one(home: Path, text: str) -> None:
    with pytest.raises(InvalidInputError, match="is a path of Windows"):
        found(text, home)


@pytest.mark.parametrize("text", ["${HOME}/cat.png", "${user_config.file}", "a/${b"])
def test_a_placeholder_that_nobody_filled_in_is_called_one(home: Path, text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"placeholder.*nobody filled it in"):
        found(text, home)


@pytest.mark.parametrize("text", ["", "  ", "cat\0.png"])
def test_what_can_be_no_path_is_refused(home: Path, text: str) -> None:
    with pytest.raises(InvalidInputError, match="That is no path"):
        found(text, home)


def test_the_folder_itself_is_no_file(home: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"is a folder.*'cat\.png' or 'pictures'"):
        found(str(home), home)


def test_a_name_of_300_characters_is_shown_short(home: Path) -> None:
    with pytest.raises(InvalidInputError) as caught:
        found(f"{'x' * 300}.png", home)

    assert "no file" in str(caught.value)
    assert len(str(caught.value)) < 300
