"""One look at a file of any kind, by its content."""

import subprocess
import sys
from pathlib import Path

import pytest

from magica_mcp.errors import UnshowableError
from magica_mcp.media.glimpse import Deadline, Room
from magica_mcp.media.looks import can_look, look, sheet_of
from tests.media.making import film, scene, scenes, tone, wave
from tests.patience import LONG_ENOUGH
from tests.recognition.making import png_header


def looked(path: Path) -> str:
    return look(path, room=Room(), deadline=Deadline.after(60)).measured.kind


def test_a_file_is_looked_at_as_what_it_is_whatever_it_is_called(tmp_path: Path) -> None:
    picture = tmp_path / "a.mp4"
    scene(1).save(picture, "PNG")

    assert looked(picture) == "image"
    assert looked(film(tmp_path / "b.wav", scenes(5))) == "video"
    assert looked(wave(tmp_path / "c.png", tone(1))) == "audio"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing in particular",
        b"%PDF-1.7\n%%EOF",
        png_header(50_000, 50_000),
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_few_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    with pytest.raises(UnshowableError) as refused:
        looked(path)

    assert len(str(refused.value)) < 60


def test_a_sheet_holds_all_tiles(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    scene(1, size=(300, 200)).save(path, "PNG")
    tile = look(path, room=Room(), deadline=Deadline.after(60)).tile

    sheet = sheet_of({1: tile, 3: tile, 4: tile}, room=Room())

    assert sheet.width * sheet.height >= 3 * 300 * 200


def test_nothing_that_looks_is_imported_before_the_first_look() -> None:
    serving = "import sys, magica_mcp.server.contents, magica_mcp.server.previews"
    code = f"{serving}; assert not {{'PIL', 'av'}} & set(sys.modules), sys.modules"

    subprocess.run([sys.executable, "-c", code], check=True, timeout=LONG_ENOUGH)


def test_with_all_installed_one_can_look() -> None:
    assert can_look()
