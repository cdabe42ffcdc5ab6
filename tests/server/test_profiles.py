"""How long one call waits: the smallest of wish, setting, client and what was learned of it."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from benchmarks.simulation.virtual_time import run_virtually
from magica_mcp.local.magica import LocalMagica, NewAccount
from magica_mcp.server.profiles import (
    FAMILIES,
    PROFILES,
    SINCE,
    UNKNOWN,
    Profile,
    bearable,
    numbers_in,
    profile_of,
    window,
)
from tests.llm_stand_in import LlmStandIn
from tests.server.scene import scene

CLAUDE_CODE = PROFILES["claude-code"]


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        ((None, 720.0, None, None), 720.0),
        ((5.0, 720.0, None, None), 5.0),
        ((9_999.0, 720.0, None, None), 720.0),
        ((None, 720.0, 55.0, None), 55.0),
        ((30.0, 720.0, 55.0, None), 30.0),
        ((None, 720.0, 285.0, 54.0), 54.0),
        ((-1.0, 720.0, None, None), 0.0),
    ],
)
def test_the_window_is_the_smallest_limit(limits: tuple[float | None, ...], seconds: float) -> None:
    assert window(*limits) == seconds


def test_every_known_client_is_listed_in_lower_case() -> None:
    assert all(name == name.lower() for name in (*PROFILES, *FAMILIES, *SINCE))


def test_a_client_that_is_not_listed_gets_everything() -> None:
    assert profile_of("somebody new") is UNKNOWN
    assert UNKNOWN.longest_wait is None


@pytest.mark.parametrize(
    ("client", "version", "limit"),
    [
        ("claude-ai", "0.1.0", 240),
        ("local-agent-mode-magica", "1.0.0", 60),
        ("anthropic/claudeai", "1.0.0", 60),
        ("claude-code", "2.1.330", 300),
        ("codex-mcp-client", "0.169.0", 60),
        ("cursor-vscode", "1.0.0", 300),
        ("visual studio code", "1.103.1", 300),
        ("visual studio code", "1.140.0", None),
        ("visual studio code - insiders", "1.141.0-insider", None),
        ("visual studio code", "", 300),
        ("gemini-cli-mcp-client", "0.0.1", 600),
        ("gemini-cli-mcp-client-magica", "0.0.1", 600),
        ("windsurf-client", "1.0.0", None),
        ("zed", "0.200.0", 60),
        ("", "", None),
    ],
)
def test_a_wait_ends_in_time_before_the_clients_limit(
    client: str, version: str, limit: float | None
) -> None:
    longest = profile_of(client, version=version).longest_wait

    assert (longest is None) is (limit is None)
    assert longest is None or (limit is not None and 0.9 * limit <= longest <= limit - 5)


@pytest.mark.parametrize(
    ("profile", "wants_progress", "seconds"),
    [
        (CLAUDE_CODE, True, None),
        (CLAUDE_CODE, False, 285),
        (PROFILES["cursor"], True, 285),
        (UNKNOWN, False, None),
    ],
)
def test_progress_keeps_a_call_alive_where_the_client_counts_it_and_asked_for_it(
    profile: Profile,
    wants_progress: bool,  # noqa: FBT001 - a column of the table
    seconds: float | None,
) -> None:
    assert bearable(profile, wants_progress=wants_progress) == seconds


@pytest.mark.parametrize(
    ("client", "sees", "loses_text"),
    [
        ("claude-ai", False, False),
        ("claude-code", True, True),
        ("codex-mcp-client", True, True),
        ("cursor-vscode", True, False),
        ("visual studio code", True, False),
        ("", True, False),
    ],
)
def test_it_is_known_who_sees_images_and_who_loses_the_text(
    client: str,
    sees: bool,  # noqa: FBT001 - a column of the table
    loses_text: bool,  # noqa: FBT001 - a column of the table
) -> None:
    profile = profile_of(client)

    assert (profile.room_for_images is not None, profile.hides_text) == (sees, loses_text)


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("1.140.0", (1, 140, 0)), ("1.141.0-insider", (1, 141, 0)), ("v2", ()), ("", ())],
)
def test_a_version_is_compared_by_its_numbers(version: str, numbers: tuple[int, ...]) -> None:
    assert numbers_in(version) == numbers


@pytest.mark.parametrize(
    ("name", "hears", "seconds"),
    [
        ("Claude-AI", False, 225),
        ("claude-ai (via mcp-remote 0.1.37)", False, 225),
        ("local-agent-mode-Magica", True, 55),
        ("claude-code", False, 285),
        ("claude-code", True, 720),
        ("Zed", True, 55),
        ("somebody new", False, 720),
    ],
)
def test_a_real_call_waits_as_long_as_its_client_bears(
    magica: LocalMagica,
    account: NewAccount,
    tmp_path: Path,
    llm: LlmStandIn,
    name: str,
    hears: bool,  # noqa: FBT001 - a column of the table
    seconds: float,
) -> None:
    async def story() -> float:
        async with scene(magica, account, tmp_path, llm, name=name) as here:
            meta: Any = {"progressToken": 7} if hears else None  # as it is on the wire
            began = anyio.current_time()
            await here.client.call_tool("get_run_status", {"runId": here.run_id}, meta=meta)
            return anyio.current_time() - began

    assert run_virtually(story) == pytest.approx(seconds, abs=1)
