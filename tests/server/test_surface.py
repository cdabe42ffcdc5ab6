"""What clients are told of the tools: small, plain, reviewed."""

import json
import re
from collections import Counter

import pytest

from magica_mcp.server.app import INSTRUCTIONS
from magica_mcp.server.contents import shown
from magica_mcp.server.tool import Effect
from magica_mcp.server.tools import TOOLS
from tests.server.snapshots import FOLDER, surface

SURFACE = surface()
PER_GROUP = {"account": 2, "generation": 6, "workflows": 5, "builder": 7, "runs": 3}
"""Magica's own counts (magica-contract 3.2)."""


@pytest.mark.parametrize("name", SURFACE)
def test_the_surface_of_a_tool_is_the_reviewed_one(name: str) -> None:
    assert SURFACE[name] == (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def test_no_snapshot_is_left_of_a_tool_that_is_gone() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == SURFACE.keys()


def test_there_are_23_tools_in_five_groups() -> None:
    assert Counter(spec.group for spec in TOOLS) == PER_GROUP


def test_the_whole_list_is_small() -> None:
    slim = [
        {key: tool[key] for key in ("name", "description", "inputSchema")}
        for tool in map(json.loads, SURFACE.values())
    ]

    assert len(json.dumps(slim, separators=(",", ":"))) < 20_000


def test_the_instructions_are_short() -> None:
    assert len(INSTRUCTIONS) < 2_000  # about 500 tokens


@pytest.mark.parametrize("name", SURFACE)
def test_a_name_fits_every_client(name: str) -> None:
    assert re.fullmatch(r"[a-z_]{1,40}", name)


@pytest.mark.parametrize("name", SURFACE)
def test_a_schema_needs_no_cleverness_of_its_reader(name: str) -> None:
    assert not re.search(r'"(\$ref|\$defs|anyOf|oneOf|allOf)"', SURFACE[name])


def test_read_only_shows_only_what_neither_spends_nor_changes() -> None:
    tools = shown(TOOLS, toolsets=("account", "generation", "runs"), read_only=True)

    assert {tool.effect for tool in tools} == {Effect.READS}
    assert "execute_tool" not in {tool.name for tool in tools}


def test_a_toolset_shows_its_group_alone() -> None:
    tools = shown(TOOLS, toolsets=("account",), read_only=False)

    assert [tool.name for tool in tools] == ["get_balance", "get_pricing"]
