"""A bench for each test, to make what models make."""

from pathlib import Path

import pytest

from magica_mcp.local.media import MediaFolder
from tests.local.nodes.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(MediaFolder(tmp_path / "media", secret=b"s"))
