"""The media library and uploads over HTTP."""

import base64
from typing import Any

import httpx
import pytest

from magica_mcp.local.auth import LARGEST_BODY
from magica_mcp.local.magica import LocalMagica
from tests.local.routes.running import finished, start_preview
from tests.recognition import making

PICTURE = making.picture("PNG", width=64, height=32)


async def upload(http: httpx.AsyncClient, content: bytes = PICTURE, **more: str) -> httpx.Response:
    body = {"base64": base64.b64encode(content).decode(), **more}
    return await http.post("v1/files", json=body)


async def items(http: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await http.get("v1/media-library", params=query)
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_what_a_run_made_is_listed(http: httpx.AsyncClient) -> None:
    run_id = await start_preview(http)
    run = await finished(http, f"v1/nodes/runs/{run_id}")

    (item,) = await items(http)

    assert item["url"] == run["output"]["result"][0]
    assert (item["type"], item["mimeType"]) == ("image", "image/png")
    assert (item["width"], item["height"]) == (1024, 1024)
    assert item["size"] == len((await http.get(item["url"])).content)
    assert (item["source"], item["runId"]) == ("generation", run_id)
    assert item["modelId"] == "nano-banana-pro-text"


async def test_an_upload_answers_what_it_is_and_where(http: httpx.AsyncClient) -> None:
    answer = await upload(http, filename="cat.png", mimeType="image/gif")

    item = answer.json()
    assert answer.status_code == 200
    assert (
        item.items()
        >= {
            "name": "cat.png",
            "type": "image",
            "mimeType": "image/png",
            "width": 64,
            "height": 32,
            "source": "upload",
        }.items()
    )
    assert (await http.get(item["url"])).content == PICTURE
    assert await items(http) == [item]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (making.film((640, 360)), "video/mp4"),
        (making.webm(), "video/webm"),
        (making.mp3(), "audio/mpeg"),
        (making.PDF, "application/pdf"),
    ],
)
async def test_an_upload_is_sent_as_what_it_is(
    http: httpx.AsyncClient, content: bytes, content_type: str
) -> None:
    url = (await upload(http, content)).json()["url"]

    assert (await http.get(url)).headers["content-type"] == content_type


async def test_an_uploaded_picture_can_be_cropped(http: httpx.AsyncClient) -> None:
    url = (await upload(http)).json()["url"]
    body = {"input": {"image_url": url, "width_px": 10, "height_px": 20}}

    started = await http.post("v1/nodes/crop_image/run", json=body)
    run = await finished(http, f"v1/nodes/runs/{started.json()['runId']}")

    assert (run["output"]["width"], run["output"]["height"]) == (10, 20)
    cut, source = await items(http)
    assert (cut["width"], cut["height"], cut["modelId"]) == (10, 20, "crop_image")
    assert source["url"] == url


async def test_an_uploaded_picture_can_be_a_reference(http: httpx.AsyncClient) -> None:
    url = (await upload(http)).json()["url"]
    body = {
        "subModelId": "nano-banana-2-edit",
        "input": {"prompt": "in snow", "image_urls": [url], "resolution": "512"},
    }

    started = await http.post("v1/nodes/nano_banana_2/run", json=body)

    run = await finished(http, f"v1/nodes/runs/{started.json()['runId']}")
    assert run["status"] == "COMPLETED"


async def test_a_url_of_our_own_can_be_uploaded_again(http: httpx.AsyncClient) -> None:
    url = (await upload(http)).json()["url"]

    copy = (await http.post("v1/files", json={"url": url})).json()

    assert copy["url"] != url
    assert (await http.get(copy["url"])).content == PICTURE


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "give exactly one of url, data_uri and base64"),
        ({"url": "x", "base64": "y"}, "give exactly one of url, data_uri and base64"),
        ({"base64": "?"}, "not sound base64"),
        ({"base64": "aGVsbG8="}, "of no kind that can be used here"),
        ({"data_uri": "data:image/png;base64,iVBORw0KGgo="}, "incomplete or damaged"),
        ({"url": "cat.png"}, "cat.png"),
        ({"url": "file:///etc/passwd"}, "http"),
        ({"url": "http://127.0.0.1:9/cat.png"}, "could not be fetched"),
        ({"url": "http://169.254.169.254/latest"}, "could not be fetched"),
        ({"file": "x"}, "file"),
    ],
)
async def test_an_upload_that_cannot_be_is_refused_with_a_sentence(
    http: httpx.AsyncClient, body: dict[str, str], sentence: str
) -> None:
    answer = await http.post("v1/files", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert sentence in answer.json()["message"]
    assert await items(http) == []


async def test_a_body_beyond_the_limit_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("v1/files", json={"base64": "A" * LARGEST_BODY})

    assert answer.status_code == 413


async def test_a_list_is_read_page_by_page(http: httpx.AsyncClient) -> None:
    ids = [(await upload(http)).json()["id"] for _ in range(3)]

    first = (await http.get("v1/media-library", params={"limit": 2})).json()
    rest = await items(http, cursor=first["nextCursor"])

    assert [item["id"] for item in (*first["items"], *rest)] == ids[::-1]


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 101}, {"cursor": "nonsense"}, {"type": "smell"}]
)
async def test_a_page_that_cannot_be_is_refused(
    http: httpx.AsyncClient, query: dict[str, str]
) -> None:
    assert (await http.get("v1/media-library", params=query)).status_code == 400


async def test_an_account_sees_only_its_own_files(
    http: httpx.AsyncClient, magica: LocalMagica
) -> None:
    await upload(http)
    stranger = magica.create_account("Stranger").key

    answer = await http.get("v1/media-library", headers={"Authorization": f"Bearer {stranger}"})

    assert answer.json() == {"items": [], "nextCursor": None}
