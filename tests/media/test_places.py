"""Where a result may be saved, and where not."""

from pathlib import Path

import pytest

from magica_mcp.errors import InvalidInputError
from magica_mcp.media.places import Place, place_in


@pytest.mark.parametrize(
    ("wish", "folder", "stem", "suffix"),
    [
        (".", "", None, None),
        ("./", "", None, None),
        ("posters", "posters", None, None),
        ("posters/2026/", "posters/2026", None, None),
        ("fox.png", "", "fox", ".png"),
        ("posters/My Fox.PNG", "posters", "My Fox", ".png"),
        ("posters\\fox.jpeg", "posters", "fox", ".jpeg"),
        ("v1.2", "v1.2", None, None),
        ("fox.png/", "fox.png", None, None),
        ("story.md", "", "story", ".md"),
        ("posters/./fox.mp4", "posters", "fox", ".mp4"),
        ("con/nul.png", "con-file", "nul-file", ".png"),
        ("two\nlines/a<b.png", "two lines", "a-b", ".png"),
        ("🦊/fox.png", "🦊", "fox", ".png"),
        (f"{'x' * 300}.png", "", "x" * 120, ".png"),
        ("a\0b", "ab", None, None),
    ],
)
def test_a_wish_is_a_folder_or_a_file_within_the_root(
    wish: str, folder: str, stem: str | None, suffix: str | None, tmp_path: Path
) -> None:
    assert place_in(tmp_path, wish) == Place(tmp_path / folder, stem, suffix)


def test_a_folder_that_exists_is_a_folder_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "fox.png").mkdir()

    assert place_in(tmp_path, "fox.png") == Place(tmp_path / "fox.png")


def test_a_whole_path_within_the_root_is_understood(tmp_path: Path) -> None:
    assert place_in(tmp_path, f"{tmp_path}/a/fox.png") == Place(tmp_path / "a", "fox", ".png")
    assert place_in(tmp_path, str(tmp_path)) == Place(tmp_path)


def test_a_path_from_the_home_folder_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    assert place_in(tmp_path / "Magica", "~/Magica/a") == Place(tmp_path / "Magica" / "a")


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ("..", "leads out of"),
        ("../fox.png", "leads out of"),
        ("a/../../b", "leads out of"),
        ("a\\..\\..\\b", "leads out of"),
        ("a/.. /b", "leads out of"),
        ("/etc/cron.d/fox.png", "is not in"),
        ("~/.ssh/authorized_keys", "is not in"),
        (".ssh/fox.png", "something hidden"),
        ("a/.git/fox.png", "something hidden"),
        ("C:\\Users\\me\\fox.png", "another system"),
        ("c:fox.png", "another system"),
        ("\\\\server\\share\\fox.png", "another system"),
        ("a/" * 9 + "fox.png", "folders deep"),
        ("${user_config.folder}/../..", "leads out of"),
    ],
)
def test_a_wish_that_leads_elsewhere_is_one_sentence(wish: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=rf"{why}.*the folder of results.*such as"):
        place_in(tmp_path, wish)


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "results", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "link").symlink_to(outside)
    (root / "broken").symlink_to(tmp_path / "nowhere")

    for wish in ("link", "link/fox.png", "link/deeper/fox.png", "broken/fox.png"):
        with pytest.raises(InvalidInputError, match="leads out of"):
            place_in(root, wish)


def test_a_link_within_the_root_is_followed(tmp_path: Path) -> None:
    (tmp_path / "posters").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "posters")

    assert place_in(tmp_path, "link/fox.png") == Place(tmp_path / "posters", "fox", ".png")


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "results").symlink_to(tmp_path / "disk")

    assert place_in(tmp_path / "results", "a") == Place(tmp_path / "disk" / "a")
