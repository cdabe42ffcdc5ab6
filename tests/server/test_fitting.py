"""Every answer fits; what is cut from it says so, and how to get the rest."""

import base64
import json
from typing import Any

import pytest
from mcp.types import CallToolResult, ImageContent, TextContent
from pydantic import JsonValue

from magica_mcp.media.glimpse import Picture
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.fitting import MOST_TOKENS, REST, fitted, fitting_facts
from magica_mcp.server.profiles import LARGE, PROFILES, UNKNOWN
from magica_mcp.server.sizes import tokens_at_most
from magica_mcp.server.tool import reply
from magica_mcp.server.tools import TOOLS

URL = f"https://cdn.example/{'a' * 300}.png"


def size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def words(answer: CallToolResult) -> str:
    assert isinstance(answer.content[0], TextContent)
    return answer.content[0].text


def test_an_answer_that_fits_is_left_alone() -> None:
    answer = reply("Done.", {"items": [1, 2, 3]})

    same = fitted(answer, tool="list_runs", longest=100_000)

    assert same.content == answer.content
    assert same.structured_content == {"items": [1, 2, 3]}


def test_long_lists_and_texts_of_facts_are_cut_and_counted() -> None:
    facts: JsonObject = {
        "id": "wf_1",
        "nodes": [{"id": str(n), "data": {"prompt": "x" * 5_000}} for n in range(300)],
    }

    cut = fitting_facts(facts, most=50_000, rest="Read it.")

    assert size(cut) <= 50_000
    assert cut["id"] == "wf_1"
    nodes = cut["nodes"]
    assert isinstance(nodes, list)
    assert 0 < len(nodes) <= 300
    told = cut["cut"]
    assert isinstance(told, dict)
    assert told["rest"] == "Read it."
    assert "of 5,000 characters" in str(told["nodes[].data.prompt"])


def test_addresses_are_kept_whole() -> None:
    facts: JsonObject = {"assets": [{"url": URL, "text": "y" * 4_000} for _ in range(60)]}

    cut = fitting_facts(facts, most=30_000, rest="")

    assets: JsonValue = cut["assets"]
    assert isinstance(assets, list)
    assert all(isinstance(asset, dict) and asset["url"] == URL for asset in assets)


@pytest.mark.parametrize(
    "facts",
    [
        {"deep": [[[["z" * 100] * 20] * 20] * 20]},
        {str(n): "v" * 100 for n in range(20_000)},
        {"text": "狐" * 900_000},
        {"k" * 300_000: 1},
        {"surrogate": "\ud800" * 300_000},
    ],
)
def test_whatever_the_facts_are_they_fit(facts: JsonObject) -> None:
    cut = fitting_facts(facts, most=20_000, rest="Ask for less.")

    assert len(json.dumps(cut, ensure_ascii=False).encode(errors="replace")) <= 21_000
    assert "cut" in cut


def test_the_way_to_the_rest_names_what_the_answer_is_about() -> None:
    answer = reply("row\n" * 20_000, {"runId": "cm1", "status": "COMPLETED"})

    assert "magica://runs/cm1" in words(fitted(answer, tool="get_run_status", longest=100_000))


@pytest.mark.parametrize("name", [*PROFILES, ""])
def test_the_worst_answer_fits_every_client(name: str) -> None:
    profile = PROFILES.get(name, UNKNOWN)
    picture = Picture(b"\xff" * profile.room.bytes, "image/jpeg", 1568, 733)
    facts: JsonObject = {"items": [{"text": '狐狸 "quoted"' * 999} for _ in range(300)]}
    answer = reply("cm3k9x 狐狸 words\n" * 9_000, facts, picture=picture)

    cut = fitted(answer, tool="get_run_status", longest=profile.longest_answer)

    sent = cut.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert size(sent) <= (800_000 if profile.shows_images else 1_048_576)
    assert tokens_at_most(words(cut)) <= MOST_TOKENS
    assert size(cut.structured_content) + size(words(cut)) <= profile.longest_answer
    assert isinstance(cut.content[1], ImageContent)
    assert base64.b64decode(cut.content[1].data) == picture.content


def test_a_large_picture_leaves_room_for_the_rest() -> None:
    assert LARGE.bytes * 4 / 3 <= 600_000


def test_what_is_said_of_the_rest_is_said_of_tools_that_there_are() -> None:
    assert set(REST) <= {tool.name for tool in TOOLS}
