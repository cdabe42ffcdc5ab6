"""Results that are seen: by clients that show pictures, small ones by those we do not know."""

import base64
import io
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp.types import CallToolResult, ImageContent
from PIL import Image

from magica_mcp.server.previews import Previews
from tests.server.assistant import assistant, text_of, told

SMALL = {"modelId": "nano-banana-2-text", "prompt": "a fox", "resolution": "512"}


async def begun(client: Client, given: dict[str, Any]) -> str:
    run = await client.call_tool("execute_tool", {"tool_name": "generate", "input": given})
    assert run.structured_content is not None
    return str(run.structured_content["runId"])


async def finished(client: Client, given: dict[str, Any]) -> CallToolResult:
    return await client.call_tool("get_run_status", {"runId": await begun(client, given)})


def image_in(answer: CallToolResult) -> ImageContent | None:
    found = [part for part in answer.content if isinstance(part, ImageContent)]
    assert len(found) <= 1
    return found[0] if found else None


def opened(image: ImageContent | None) -> Image.Image:
    assert image is not None
    return Image.open(io.BytesIO(base64.b64decode(image.data)))


async def test_an_unknown_client_gets_a_small_picture_beside_text_and_facts(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        answer = await finished(client, SMALL | {"resolution": "1K", "aspect_ratio": "16:9"})

    image = image_in(answer)
    assert max(opened(image).size) <= 768
    assert image is not None
    assert len(image.data) < 100_000
    assert "Result: http" in text_of(answer)
    assert text_of(answer).endswith("Shown here: the picture.")
    assert answer.structured_content is not None
    assert answer.structured_content["checks"] == []


async def test_where_facts_would_hide_the_picture_it_comes_without_them(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, name="claude-code") as client:
        shown = await finished(client, SMALL)
        words = await finished(client, {"modelId": "gpt_5_4", "prompt": "x"})

    assert opened(image_in(shown)).size == (512, 512)
    assert shown.structured_content is None
    assert "Run ID: " in text_of(shown)
    assert words.structured_content is not None


async def test_a_client_that_hides_pictures_gets_none_and_is_told_what_was_found(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, name="Claude-AI") as client:
        answer = await finished(
            client, {"modelId": "elevenlabs_music", "prompt": "x", "duration": 5}
        )

    assert image_in(answer) is None
    assert "Shown here" not in text_of(answer)
    assert "Measured: 5.0 s, -" in text_of(answer)
    assert "LUFS" in text_of(answer)
    assert answer.structured_content is not None
    assert answer.structured_content["checks"] == []


async def test_several_pictures_come_as_one_numbered_sheet(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path, name="cursor") as client:
        answer = await finished(client, SMALL | {"num_images": 3})

    width, height = opened(image_in(answer)).size
    assert width > 1024
    assert height > 500
    assert "Result 3: http" in text_of(answer)
    assert "Shown here: the results above, by number." in text_of(answer)


async def test_a_video_is_seen_in_moments_and_a_sound_as_its_waveform(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    film = {"modelId": "grok-imagine-video-text-to-video", "prompt": "x", "duration": 1}
    sound = {"modelId": "elevenlabs_sound_effects", "prompt": "rain", "duration": 2}
    async with assistant(http, tmp_path, name="cursor") as client:
        seen = await finished(client, film | {"resolution": "480p"})
        heard = await finished(client, sound)

    assert "Shown here: 6 moments of the video, with their times." in text_of(seen)
    assert "Shown here: its waveform." in text_of(heard)
    assert opened(image_in(seen)).format == "JPEG"
    assert opened(image_in(heard)).format == "PNG"


async def test_results_of_several_runs_share_a_sheet(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        first = await begun(client, SMALL | {"num_images": 2})
        second = await begun(client, SMALL | {"prompt": "another"})
        asked = {"runIds": [first, second], "waitFor": "all"}
        answer = await client.call_tool("get_run_status", asked)

    assert f"Shown here: 1–2 of run {first} and 3 of run {second}." in text_of(answer)
    assert opened(image_in(answer)).width > 500


async def test_asked_again_it_is_shown_without_being_fetched_again(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    fetched = []

    async def note(request: httpx.Request) -> None:
        fetched.extend([request.url.path] if "/media/" in request.url.path else [])

    http.event_hooks["request"].append(note)
    async with assistant(http, tmp_path) as client:
        run_id = await begun(client, SMALL)
        answers = [await client.call_tool("get_run_status", {"runId": run_id}) for _ in range(3)]

    assert len(fetched) == 1
    assert len({image.data for answer in answers if (image := image_in(answer))}) == 1


async def test_a_base_install_says_once_what_to_install_and_still_compares_what_it_is_told(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    blind = Previews(can_look=lambda: False)
    async with assistant(http, tmp_path, previews=blind) as client:
        first, second = [await finished(client, SMALL | {"seed": seed}) for seed in (1, 2)]

    assert image_in(first) is None
    assert "pip install 'magica-mcp[media]'" in text_of(first)
    assert "pip install" not in text_of(second)
    assert second.structured_content is not None
    assert second.structured_content["checks"] == []


@pytest.mark.parametrize("name", ["test", "claude-code"])
async def test_a_preview_that_is_late_costs_nothing_but_itself(
    http: httpx.AsyncClient, tmp_path: Path, name: str
) -> None:
    async with assistant(http, tmp_path, name=name, previews=Previews(seconds=0)) as client:
        answer = await finished(client, SMALL)

    assert not answer.is_error
    assert image_in(answer) is None
    assert "Result: http" in text_of(answer)
    assert "No preview: it was not ready in time." in text_of(answer)
    assert answer.structured_content is not None


async def test_a_file_that_cannot_be_fetched_costs_nothing_but_its_preview(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async def refuse(request: httpx.Request) -> None:
        if "/media/" in request.url.path:
            raise httpx.ConnectError("gone", request=request)

    http.event_hooks["request"].append(refuse)
    async with assistant(http, tmp_path) as client:
        answer = await finished(client, SMALL)

    assert "Result: http" in text_of(answer)
    assert "No preview: it could not be fetched." in text_of(answer)


async def test_words_have_no_preview(http: httpx.AsyncClient, tmp_path: Path) -> None:
    async with assistant(http, tmp_path) as client:
        answer = await finished(client, {"modelId": "gpt_5_4", "prompt": "x"})

    assert image_in(answer) is None
    assert "preview:" not in text_of(answer)


async def test_a_template_is_checked_against_what_its_node_was_given(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with assistant(http, tmp_path) as client:
        fields = await told(client, "start_run", {"workflowId": "nano-banana-2"})
        values = fields["valuesTemplate"]
        for node in values.values():
            node.update({"prompt": "a fox"})
        run = await told(client, "start_run", {"workflowId": "nano-banana-2", "values": values})
        answer = await client.call_tool("get_run_status", {"runId": run["runId"]})

    assert "Shown here: the picture." in text_of(answer)
    assert "Check:" not in text_of(answer)
