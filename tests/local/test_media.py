"""The folder of kept media."""

from pathlib import Path

import pytest

from magica_mcp.errors import NotFoundError
from magica_mcp.local.media import MediaFolder, name_in, with_urls
from magica_mcp.models.wire import JsonObject

NAME = "0123456789abcdef0123456789abcdef.png"


def test_a_name_is_the_same_every_time(tmp_path: Path) -> None:
    once = MediaFolder(tmp_path, secret=b"s").name_for("run", "node", 0, extension=".png")
    again = MediaFolder(tmp_path, secret=b"s").name_for("run", "node", 0, extension="PNG")

    assert once == again


@pytest.mark.parametrize(
    ("run_id", "node_id", "index", "secret"),
    [
        ("other", "node", 0, b"s"),
        ("run", "other", 0, b"s"),
        ("run", "node", 1, b"s"),
        ("run", "node", 0, b"other"),
        ("runn", "ode", 0, b"s"),
    ],
)
def test_another_output_or_another_home_has_another_name(
    tmp_path: Path, run_id: str, node_id: str, index: int, secret: bytes
) -> None:
    usual = MediaFolder(tmp_path, secret=b"s").name_for("run", "node", 0, extension=".png")
    other = MediaFolder(tmp_path, secret=secret).name_for(run_id, node_id, index, extension=".png")

    assert usual != other


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "media", secret=b"s")

    reference = folder.write(NAME, b"picture")

    assert reference == f"media:{NAME}"
    assert folder.path_of(NAME).read_bytes() == b"picture"


def test_writing_again_replaces_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path, secret=b"s")
    folder.write(NAME, b"first")
    folder.write(NAME, b"second")

    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"second"]


def test_a_part_that_is_not_kept_is_gone(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path, secret=b"s")

    with folder.part() as part:
        part.write_bytes(b"half")

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_after_a_day(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path, secret=b"s")

    with folder.part() as part:
        written = part.stat().st_mtime
        folder.remove_leftovers(now=written + 3600)
        after_an_hour = part.exists()
        folder.remove_leftovers(now=written + 25 * 3600)

        assert (after_an_hour, part.exists()) == (True, False)


def test_a_part_that_is_kept_has_a_name(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path, secret=b"s")

    with folder.part() as part:
        part.write_bytes(b"whole")
        folder.keep(part, NAME)

    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [(NAME, b"whole")]


@pytest.mark.parametrize(
    "name",
    [
        NAME,
        "",
        "..",
        "../secret.png",
        f"../{NAME}",
        NAME.upper(),
        NAME + "\n",
        NAME.removesuffix(".png"),
        NAME.replace(".png", ".thisistoolong"),
    ],
)
def test_an_unknown_or_malformed_name_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFoundError):
        MediaFolder(tmp_path, secret=b"s").path_of(name)


def test_a_malformed_name_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        MediaFolder(tmp_path, secret=b"s").write("../secret.png", b"picture")


def test_references_become_urls_wherever_they_are() -> None:
    output: JsonObject = {
        "result": [f"media:{NAME}", "text"],
        "more": {"image_url": f"media:{NAME}", "n": 1},
    }

    url = f"http://127.0.0.1:8787/media/{NAME}"
    assert with_urls(output, origin="http://127.0.0.1:8787") == {
        "result": [url, "text"],
        "more": {"image_url": url, "n": 1},
    }


@pytest.mark.parametrize("text", ["media:hello", f"see media:{NAME}", NAME, "media:", ""])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert with_urls(text, origin="http://x") == text
    assert name_in(text) is None
