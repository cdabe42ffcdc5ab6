"""Files put in, and everything that was made."""

import base64
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.server.assistant import assistant, text_of, told


def png() -> str:
    buffer = BytesIO()
    Image.new("RGB", (8, 6), "teal").save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


async def test_an_upload_gets_a_url_that_models_take(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        item = await told(client, "upload_file", {"base64": png(), "filename": "teal.png"})
        crop = {"image_url": item["url"], "width_percent": 50}
        started = await told(client, "execute_tool", {"tool_name": "crop_image", "input": crop})
        finished = await told(client, "get_run_status", {"runId": started["runId"]})

    assert (item["width"], item["height"], item["mimeType"]) == (8, 6, "image/png")
    assert finished["output"]["width"] == 4


async def test_an_upload_is_one_of_four(http: httpx.AsyncClient, tmp_path: Path) -> None:
    async with assistant(http, tmp_path) as client:
        answer = await client.call_tool("upload_file", {"base64": "a", "url": "https://a.test/b"})

    assert "exactly one of path, url, data_uri and base64" in text_of(answer)


@pytest.mark.parametrize("url", ["file:///home/me/cat.png", "~/cat.png", "cat.png"])
async def test_a_path_given_as_a_url_is_told_where_it_goes(
    http: httpx.AsyncClient, tmp_path: Path, url: str
) -> None:
    async with assistant(http, tmp_path) as client:
        answer = await client.call_tool("upload_file", {"url": url})

    assert "for a file on this machine give path instead" in text_of(answer)


async def test_the_library_is_paged_newest_first(http: httpx.AsyncClient, tmp_path: Path) -> None:
    async with assistant(http, tmp_path) as client:
        for number in range(3):
            await told(client, "upload_file", {"base64": png(), "filename": f"{number}.png"})
        first = await told(client, "get_generations", {"limit": 2})
        rest = await told(client, "get_generations", {"cursor": first["nextCursor"]})

    assert [item["name"] for item in first["items"]] == ["2.png", "1.png"]
    assert [item["name"] for item in rest["items"]] == ["0.png"]
