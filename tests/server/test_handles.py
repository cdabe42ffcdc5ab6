"""What a text in the place of a media file stands for."""

import pytest

from magica_mcp.errors import InvalidInputError
from magica_mcp.server.handles import (
    DiskFile,
    Handle,
    LibraryFile,
    RunFile,
    WebFile,
    handle_of,
)

ID = "cm5x7q2k90000tl204cvwhrc1"


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("https://a.test/cat.png", WebFile("https://a.test/cat.png")),
        (" HTTP://a.test/cat.png\n", WebFile("HTTP://a.test/cat.png")),
        (f"run:{ID}", RunFile(ID, None)),
        (f"RUN:{ID}/2", RunFile(ID, 2)),
        (f"magica://runs/{ID}", RunFile(ID, None)),
        (f"magica://media/{ID}", LibraryFile(ID)),
        (ID, LibraryFile(ID)),
        ("1042", LibraryFile("1042")),
        ("cat.png", DiskFile("cat.png")),
        ("./cat", DiskFile("./cat")),
        ("~/cat.png", DiskFile("~/cat.png")),
        ("/home/me/cat", DiskFile("/home/me/cat")),
        ("C:\\cat.png", DiskFile("C:\\cat.png")),
        ("file:///cat.png", DiskFile("file:///cat.png")),
        ("my cat", DiskFile("my cat")),
        ("${file}", DiskFile("${file}")),
        ("run.png", DiskFile("run.png")),
    ],
)
def test_a_text_is_understood_by_its_form(text: str, handle: Handle) -> None:
    assert handle_of(text) == handle


@pytest.mark.parametrize("text", ["run:", "run:a/0", "run:a/b", "run:a b", "run:a/1/2"])
def test_a_run_without_sense_is_told_how_to_write_it(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"names no result.*run:<runId>/1"):
        handle_of(text)


def test_contents_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="Contents do not travel"):
        handle_of("data:image/png;base64,iVBORw0KGgo=")
