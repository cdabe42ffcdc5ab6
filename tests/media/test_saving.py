"""Results are written whole, under readable names, over nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from magica_mcp.errors import ConfigurationError
from magica_mcp.media.saving import LONGEST_STEM, readable_stem, save


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize(
    ("parts", "stem"),
    [
        (("flux", "A red fox!"), "flux-a-red-fox"),
        (("Überraschung", "日本"), "überraschung-日本"),
        (("../../etc/passwd",), "etc-passwd"),
        (("line\nbreak\ttab",), "line-break-tab"),
        (("CON",), "con-file"),
        (("🙂",), "result"),
        (("x" * 300,), "x" * LONGEST_STEM),
    ],
)
def test_a_name_is_readable_and_safe_on_any_system(parts: tuple[str, ...], stem: str) -> None:
    assert readable_stem(*parts) == stem


async def test_a_result_is_written_whole(tmp_path: Path) -> None:
    path = await save(chunks(b"ab", b"c"), folder=tmp_path / "new", stem="fox", extension=".png")

    assert (path.name, path.read_bytes()) == ("fox.png", b"abc")


async def test_a_second_result_of_that_name_gets_a_number(tmp_path: Path) -> None:
    for text in (b"1", b"2", b"3"):
        await save(chunks(text), folder=tmp_path, stem="fox", extension=".png")

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "fox.png": b"1",
        "fox-2.png": b"2",
        "fox-3.png": b"3",
    }


async def test_a_transfer_that_breaks_leaves_nothing_behind(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConfigurationError):
        await save(broken(), folder=tmp_path, stem="fox", extension=".png")

    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    with pytest.raises(ConfigurationError, match="Could not save to"):
        await save(chunks(b"x"), folder=tmp_path / "taken", stem="a", extension=".png")
