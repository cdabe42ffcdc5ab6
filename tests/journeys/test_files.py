"""A file goes in from the disk, is cut, and what came out is the input of the next run."""

from pathlib import Path

import anyio
import pytest

from tests.journeys.conftest import Way, in_the_hosted_dialect, over_stdio
from tests.llm_stand_in import LlmStandIn
from tests.patience import LONG_ENOUGH
from tests.recognition import making
from tests.server.assistant import text_of, told

LONG_FILM = making.film((640, 360), seconds=12) + making.box(b"free", bytes(12_000_000))


@pytest.mark.parametrize(
    ("way", "outcome"),
    [
        pytest.param(over_stdio, "12 s, upload, film.mp4", id="local"),
        pytest.param(in_the_hosted_dialect, "files of up to 6 MB from here", id="hosted"),
    ],
)
async def test_files_of_the_home_folder_go_in_and_results_are_inputs_again(
    way: Way, outcome: str, tmp_path: Path, llm: LlmStandIn
) -> None:
    (tmp_path / "Pictures").mkdir()
    (tmp_path / "Pictures/fox.png").write_bytes(making.picture("PNG", width=64, height=32))
    (tmp_path / "film.mp4").write_bytes(LONG_FILM)

    with anyio.fail_after(LONG_ENOUGH):
        async with way(tmp_path, llm) as client:
            cut = {"image_url": "~/Pictures/fox.png", "width_percent": 50}
            first = await told(client, "execute_tool", {"tool_name": "crop_image", "input": cut})
            done = await told(client, "get_run_status", {"runId": first["runId"]})
            again = {**cut, "image_url": f"run:{first['runId']}"}
            second = await told(client, "execute_tool", {"tool_name": "crop_image", "input": again})
            last = await told(client, "get_run_status", {"runId": second["runId"]})
            known = await client.call_tool("upload_file", {"path": "Pictures/fox.png"})
            film = await client.call_tool("upload_file", {"path": "~/film.mp4"})

    assert (done["output"]["width"], last["output"]["width"]) == (32, 16)
    assert "The same content was uploaded before" in text_of(known)
    assert outcome in text_of(film)
