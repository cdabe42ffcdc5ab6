"""The file beside a saved result, written and read."""

from pathlib import Path

from magica_mcp.errors import InvalidInputError
from magica_mcp.media.parts import beside
from magica_mcp.models.sidecars import Sidecar

LARGEST = 4_000_000
"""Bytes of a file that may still be one of ours."""


def written(sidecar: Sidecar) -> bytes:
    """As it stands on disk: for people to read, in the wire's names."""
    return f"{sidecar.model_dump_json(by_alias=True, indent=2)}\n".encode()


def read_sidecar(path: Path) -> Sidecar | None:
    """What stands in a file, or None where it is not one of ours."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        found = Sidecar.model_validate_json(path.read_bytes())
        return found if found.file == Path(found.file).name else None
    except (OSError, ValueError):
        return None


def sidecar_of_file(path: Path) -> tuple[Path, Sidecar]:
    """The saved file and its description, from the path of either.

    Raises:
        InvalidInputError: there is no such file, or nothing of ours stands beside it.
    """
    for description in (beside(path), path):
        found = read_sidecar(description) if description.is_file() else None
        if found is not None:
            return description.with_name(found.file), found
    if not path.exists():
        raise InvalidInputError(f"There is no file {path}. Give the path of a saved result.")
    raise InvalidInputError(
        f"Nothing stands beside {path} that tells how it was made: {beside(path).name} is missing "
        "or is not one of ours. Only results that were saved by this program can be repeated."
    )
