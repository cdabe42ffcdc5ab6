"""Media inputs: a path, a URL, a run's result or an id, wherever a tool takes a file."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from tests.llm_stand_in import LlmStandIn
from tests.recognition import making
from tests.server.assistant import assistant, text_of, told

PICTURE = making.picture("PNG", width=64, height=32)
SMALL = {"modelId": "nano_banana_2", "prompt": "x", "resolution": "512"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "cat.png").write_bytes(PICTURE)
    (tmp_path / "tone.wav").write_bytes(making.sound())
    return tmp_path


async def crop(client: Client, image: object) -> dict[str, Any]:
    """A finished cut of the left half."""
    given = {"image_url": image, "width_percent": 50}
    started = await told(client, "execute_tool", {"tool_name": "crop_image", "input": given})
    return await told(client, "get_run_status", {"runId": started["runId"]})


async def library(client: Client) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await told(client, "get_generations", {}))["items"]
    return items


async def refused(client: Client, tool: str, **arguments: object) -> str:
    answer = await client.call_tool(tool, arguments)
    assert answer.is_error
    return text_of(answer)


async def test_a_path_is_uploaded_on_the_way(http: httpx.AsyncClient, home: Path) -> None:
    async with assistant(http, home) as client:
        run = await crop(client, "cat.png")
        cut, source = await library(client)

    assert (run["output"]["width"], run["output"]["height"]) == (32, 32)
    assert (source["name"], source["source"]) == ("cat.png", "upload")
    assert cut["modelId"] == "crop_image"


async def test_the_result_of_a_run_is_the_input_of_the_next(
    http: httpx.AsyncClient, home: Path
) -> None:
    async with assistant(http, home) as client:
        first = await crop(client, str(home / "cat.png"))
        second = await crop(client, f"run:{first['runId']}")
        third = await crop(client, f"run:{second['runId']}/1")

    assert third["output"]["width"] == 8


async def test_an_id_of_the_library_will_do(http: httpx.AsyncClient, home: Path) -> None:
    async with assistant(http, home) as client:
        item = await told(client, "upload_file", {"path": "cat.png"})
        run = await crop(client, item["id"])
        again = await crop(client, f"magica://media/{item['id']}")

    assert run["output"]["width"] == again["output"]["width"] == 32


async def test_a_list_takes_files_of_every_kind_of_handle(
    http: httpx.AsyncClient, home: Path
) -> None:
    async with assistant(http, home) as client:
        url = (await told(client, "upload_file", {"path": "cat.png"}))["url"]
        cut = await crop(client, url)
        files = [url, "cat.png", f"run:{cut['runId']}"]
        given = {**SMALL, "modelId": "nano-banana-2-edit", "image_urls": files}
        started = await told(client, "execute_tool", {"tool_name": "generate", "input": given})
        run = await told(client, "get_run_status", {"runId": started["runId"]})
        sent = (await http.get(f"v1/nodes/runs/{started['runId']}")).json()["input"]["image_urls"]

    assert run["status"] == "COMPLETED"
    assert sent == [url, url, cut["output"]["image_url"]]


async def test_the_several_files_of_a_run_fill_a_list(http: httpx.AsyncClient, home: Path) -> None:
    async with assistant(http, home) as client:
        given = {"tool_name": "generate", "input": {**SMALL, "num_images": 2}}
        pair = (await told(client, "execute_tool", given))["runId"]
        await told(client, "get_run_status", {"runId": pair})
        edit = {**SMALL, "modelId": "nano-banana-2-edit", "image_urls": f"run:{pair}"}
        started = await told(client, "execute_tool", {"tool_name": "generate", "input": edit})
        undecided = await refused(
            client, "execute_tool", tool_name="crop_image", input={"image_url": f"run:{pair}"}
        )
        sent = (await http.get(f"v1/nodes/runs/{started['runId']}")).json()["input"]["image_urls"]

    assert len(sent) == 2
    assert f"has 2. Choose one: run:{pair}/1 to run:{pair}/2" in undecided


async def test_a_text_that_looks_like_a_path_stays_a_text(
    http: httpx.AsyncClient, home: Path
) -> None:
    async with assistant(http, home) as client:
        given = {**SMALL, "prompt": str(home / "cat.png")}
        started = await told(client, "execute_tool", {"tool_name": "generate", "input": given})
        run = await told(client, "get_run_status", {"runId": started["runId"]})
        files = await library(client)

    assert run["status"] == "COMPLETED"
    assert [file["source"] for file in files] == ["generation"]


async def test_nothing_is_uploaded_for_an_input_that_is_refused(
    http: httpx.AsyncClient, home: Path
) -> None:
    async with assistant(http, home) as client:
        given = {"image_url": "cat.png", "width_percent": 900}
        said = await refused(client, "execute_tool", tool_name="crop_image", input=given)
        files = await library(client)

    assert "width_percent" in said
    assert files == []


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("cta.png", "There is no file 'cta.png'. Did you mean 'cat.png'?"),
        ("/etc/passwd", "outside the folders that uploads may read"),
        ("../cat.png", "outside the folders"),
        (".ssh/key.png", "uploads read nothing hidden"),
        ("C:\\cat.png", "is a path of Windows"),
        ("${user_config.file}", "nobody filled it in"),
        ("tone.wav", "'image_url' takes a picture, and the file is audio"),
        ("cmnosuchfile", "No recent file of the media library has the id 'cmnosuchfile'"),
        ("cmnosuchfile", "If it is the id of a run, write run:cmnosuchfile"),
        ("run:cmnosuchrun", "no run 'cmnosuchrun'"),
        ("run:a/b", "names no result"),
        ("data:image/png;base64,iVBORw0KGgo=", "not a data URI"),
        (7, "takes a path on this machine, a URL, run:<runId>"),
    ],
)
async def test_what_leads_to_no_picture_is_refused_with_a_sentence(
    http: httpx.AsyncClient, home: Path, image: object, sentence: str
) -> None:
    async with assistant(http, home) as client:
        given = {"image_url": image}
        said = await refused(client, "execute_tool", tool_name="crop_image", input=given)

    assert sentence in said


async def test_a_run_that_is_not_finished_is_no_input_yet(
    http: httpx.AsyncClient, home: Path, llm: LlmStandIn
) -> None:
    llm.hold()
    async with assistant(http, home) as client:
        given = {"tool_name": "generate", "input": {"modelId": "gpt_5_4", "prompt": "x"}}
        run_id = (await told(client, "execute_tool", given))["runId"]
        early = await refused(
            client, "execute_tool", tool_name="crop_image", input={"image_url": f"run:{run_id}"}
        )
        llm.release()
        await told(client, "get_run_status", {"runId": run_id})
        late = await refused(
            client, "execute_tool", tool_name="crop_image", input={"image_url": f"run:{run_id}"}
        )

    assert f"The run {run_id} is not finished" in early
    assert f"The run {run_id} made no files" in late


async def test_a_file_that_a_run_does_not_have_is_refused(
    http: httpx.AsyncClient, home: Path
) -> None:
    async with assistant(http, home) as client:
        run_id = (await crop(client, "cat.png"))["runId"]
        beyond = await refused(
            client, "execute_tool", tool_name="crop_image", input={"image_url": f"run:{run_id}/2"}
        )
        other = await refused(
            client, "execute_tool", tool_name="extract_audio", input={"video_url": f"run:{run_id}"}
        )

    assert f"run:{run_id}/2 does not exist: the run has one file, counted from 1" in beyond
    assert f"'video_url' takes a video, and the result of run:{run_id} is a picture" in other


async def test_the_items_of_a_batch_share_an_upload(http: httpx.AsyncClient, home: Path) -> None:
    async with assistant(http, home) as client:
        item = {"tool_name": "crop_image", "image_url": "cat.png"}
        items = [{**item, "width_percent": width} for width in (25, 50)]
        batch = {
            "tool_name": "batch_execute",
            "input": {"items": [*items, {**item, "image_url": "x.png"}]},
        }
        results = (await told(client, "execute_tool", batch))["results"]
        files = [file for file in await library(client) if file["source"] == "upload"]

    assert [bool(result["runId"]) for result in results] == [True, True, False]
    assert "There is no file 'x.png'" in results[2]["error"]
    assert len(files) == 1


async def test_the_same_wish_with_a_path_is_the_same_wish(
    http: httpx.AsyncClient, home: Path
) -> None:
    wish = {"tool_name": "crop_image", "input": {"image_url": "cat.png"}}
    async with assistant(http, home) as client:
        first = await told(client, "execute_tool", wish)
        second = await told(client, "execute_tool", wish)

    assert second["runId"] == first["runId"]


# Prices ---------------------------------------------------------------------------------------


async def test_a_price_needs_no_upload(http: httpx.AsyncClient, home: Path) -> None:
    async with assistant(http, home) as client:
        asked = {"modelId": "crop_image", "sampleInput": {"image_url": "cat.png"}}
        price = await told(client, "get_pricing", asked)
        files = await library(client)

    assert price["estimatedCost"] == 5000
    assert files == []


async def test_a_price_tells_early_that_a_path_is_wrong(
    http: httpx.AsyncClient, home: Path
) -> None:
    async with assistant(http, home) as client:
        given = {"image_url": "tone.wav"}
        said = await refused(client, "get_pricing", modelId="crop_image", sampleInput=given)

    assert "'image_url' takes a picture, and the file is audio" in said


# Workflows ------------------------------------------------------------------------------------


async def test_a_template_takes_a_path(http: httpx.AsyncClient, home: Path) -> None:
    async with assistant(http, home) as client:
        asked = {"workflowId": "crop_image", "values": {"image_url": "cat.png"}}
        price = await told(client, "get_pricing", asked)
        nothing = await library(client)
        started = await told(client, "start_run", asked)
        run = await told(client, "get_run_status", {"runId": started["runId"]})

    assert (price["totalMicrocredits"], nothing) == (5000, [])
    assert run["status"] == "COMPLETED"


async def test_the_fields_of_a_template_say_what_a_media_field_takes(
    http: httpx.AsyncClient, home: Path
) -> None:
    async with assistant(http, home) as client:
        answer = await client.call_tool("start_run", {"workflowId": "crop_image"})

    assert "A media field takes a path on this machine, a URL, run:<runId>" in text_of(answer)
    assert "upload_file" not in str(answer)


async def test_a_schema_says_what_a_media_field_takes(http: httpx.AsyncClient, home: Path) -> None:
    async with assistant(http, home) as client:
        answer = await client.call_tool("get_model_schema", {"modelId": "crop_image"})

    assert "A media field takes a path on this machine, a URL, run:<runId>" in text_of(answer)
    assert "upload_file" not in str(answer)


async def test_the_nodes_of_a_workflow_take_paths(http: httpx.AsyncClient, home: Path) -> None:
    async with assistant(http, home) as client:
        field = {"name": "Photo", "type": "image", "value": "cat.png"}
        made = await told(client, "create_workflow", {"name": "Cut", "requestFields": [field]})
        workflow = {"workflowId": made["workflowId"]}
        preset = {"image_url": "cat.png", "width_percent": 50}
        node = await told(
            client, "add_node", {**workflow, "nodeType": "crop_image", "inputs": preset}
        )
        given = {**workflow, "nodeId": node["nodeId"], "inputs": {"image_url": "cat.png"}}
        await told(client, "update_node", given)
        photo = {**workflow, "nodeId": made["requestNodeId"], "inputs": {"photo": "cat.png"}}
        await told(client, "update_node", photo)
        wrong = await refused(
            client, "update_node", **{**given, "inputs": {"image_url": "tone.wav"}}
        )
        graph = (await http.get(f"v1/workflows/{made['workflowId']}")).json()
        (source,) = await library(client)

    cut = next(each for each in graph["nodes"] if each["id"] == node["nodeId"])
    request = next(each for each in graph["nodes"] if each["id"] == made["requestNodeId"])
    assert cut["data"]["inputs"]["image_url"] == source["url"]
    assert request["data"]["fields"][0]["value"] == source["url"]
    assert "'image_url' takes a picture, and the file is audio" in wrong


# upload_file ----------------------------------------------------------------------------------


async def test_an_upload_says_when_the_content_is_there_already(
    http: httpx.AsyncClient, home: Path
) -> None:
    async with assistant(http, home) as client:
        first = await client.call_tool("upload_file", {"path": "cat.png", "filename": "Tom.png"})
        second = await client.call_tool("upload_file", {"path": str(home / "cat.png")})

    assert (first.structured_content or {})["id"] in text_of(first)
    assert "64 × 32, upload, Tom.png" in text_of(first)
    assert text_of(second).startswith("The same content was uploaded before as c")


async def test_media_inputs_work_in_the_hosted_dialect_too(
    hosted_http: httpx.AsyncClient, home: Path
) -> None:
    async with assistant(hosted_http, home) as client:
        first = await crop(client, "cat.png")
        second = await crop(client, f"run:{first['runId']}")

    assert second["output"]["width"] == 16
