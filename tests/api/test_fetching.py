"""Files that are fetched to be looked into, and not kept."""

import pytest

from magica_mcp.api.downloads import Limits
from magica_mcp.errors import FileTooLargeError
from tests.api.stage import Stage, file_answer
from tests.patience import LONG_ENOUGH

CDN = "https://cdn.test/a.png"
LIMITS = Limits(megabytes=3, seconds=LONG_ENOUGH)


def sending(size: int) -> Stage:
    answer = file_answer(bytes(size), content_type="image/png")
    return Stage({"GET cdn.test/a.png": answer})


async def test_a_file_is_on_this_disk_while_it_is_looked_into() -> None:
    async with sending(2_500_000).client.fetched(CDN, limits=LIMITS) as file:
        there = file.path.stat().st_size

    assert (there, file.size, file.media_type) == (2_500_000, 2_500_000, "image/png")
    assert not file.path.parent.exists()


async def test_a_file_that_is_too_large_leaves_nothing() -> None:
    with pytest.raises(FileTooLargeError):
        async with sending(3_000_001).client.fetched(CDN, limits=LIMITS):
            pass
