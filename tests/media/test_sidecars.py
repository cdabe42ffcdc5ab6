"""What stands beside a file is found from either, and believed only where it is ours."""

from pathlib import Path

import pytest

from magica_mcp.errors import InvalidInputError
from magica_mcp.media.parts import beside
from magica_mcp.media.sidecars import read_sidecar, sidecar_of_file, written
from magica_mcp.models.sidecars import Sidecar

FOX = Sidecar(
    file="fox.png", sha256="ab", bytes=1, saved_at="2026-01-01", run_id="r", account="local"
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "fox.png"
    path.write_bytes(b"x")
    beside(path).write_bytes(written(FOX))
    return path


def test_it_is_found_from_the_file_and_from_itself(saved: Path) -> None:
    assert sidecar_of_file(saved) == (saved, FOX)
    assert sidecar_of_file(beside(saved)) == (saved, FOX)


def test_it_is_found_where_the_file_is_gone(saved: Path) -> None:
    saved.unlink()

    assert sidecar_of_file(saved) == (saved, FOX)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"file": 1}', "\udc80"])
def test_what_is_not_ours_is_not_believed(content: str, saved: Path) -> None:
    beside(saved).write_bytes(content.encode(errors="surrogateescape"))

    with pytest.raises(InvalidInputError, match=r"fox\.png\.json is missing or is not one of ours"):
        sidecar_of_file(saved)


def test_one_that_names_a_file_elsewhere_is_not_believed(saved: Path) -> None:
    beside(saved).write_bytes(written(FOX.model_copy(update={"file": "../../etc/passwd"})))

    assert read_sidecar(beside(saved)) is None


def test_one_of_absurd_size_is_not_read(saved: Path) -> None:
    beside(saved).write_bytes(written(FOX) + b" " * 5_000_000)

    assert read_sidecar(beside(saved)) is None


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="There is no file"):
        sidecar_of_file(tmp_path / "fox.png")
