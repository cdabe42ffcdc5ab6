"""What each client is known to bear, by the name that it gives itself.

Sources are user reports (repository#number) and measurements of 2026, each beside its row. A client
that is not listed gets everything, but small images; how long it really waits is learned
(`patience`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mcp.server.mcpserver import Context

from magica_mcp.media.glimpse import Room

SMALL = Room(side=768, bytes=60_000, pixels=400_000)
LARGE = Room()

Version = tuple[int, ...]
"""The numbers of a version, the foremost first."""


@dataclass(frozen=True)
class Profile:
    """What to heed in an answer to this client; sizes in characters, times in seconds."""

    longest_wait: float | None = None
    """After which the client gives a call up, less a margin; None: no limit is known."""
    progress_extends: bool = False
    """Whether that counts from the last notification of progress, where the call wants any."""
    shows_images: bool = True
    """Whether an image in an answer reaches the model in the same turn."""
    room: Room = SMALL
    """How large an image may be."""
    hides_text: bool = False
    """Whether `structuredContent` makes it drop text and images."""
    longest_answer: int = 100_000
    """Characters of one answer that arrive whole."""
    asks_person: bool = True
    """Whether a question that it declares to put to a person really reaches one."""

    @property
    def room_for_images(self) -> Room | None:
        """How large an image this client may be sent; None: it would not be seen."""
        return self.room if self.shows_images else None


UNKNOWN = Profile()
A_MINUTE, FOUR_MINUTES, FIVE_MINUTES, TEN_MINUTES = 55.0, 225.0, 285.0, 570.0
"""Limits of clients, less what an answer needs to arrive."""

CLAUDE_DESKTOP = Profile(
    longest_wait=FOUR_MINUTES,  # 240 s, not configurable: claude-code#44032, #65643, #91898
    shows_images=False,  # often hidden from the model in the same turn: claude-ai-mcp#643
    longest_answer=1_000_000,  # refuses more than 1,048,576: fastmcp#1036
    asks_person=False,  # its sessions of Code decline by themselves: claude-code#41292, #79174
)
GEMINI_CLI = Profile(longest_wait=TEN_MINUTES, room=LARGE)  # 600 s: read in its package, 0.61
CURSOR = Profile(longest_wait=FIVE_MINUTES, room=LARGE)  # 5 min: cursor#3510
VS_CODE = Profile(
    longest_wait=FIVE_MINUTES,  # 5 min in 1.103, progress or not: vscode#261734
    room=LARGE,
)
WINDSURF = UNKNOWN  # nobody reports a limit

PROFILES: Mapping[str, Profile] = {
    "claude-ai": CLAUDE_DESKTOP,
    "claude-desktop": CLAUDE_DESKTOP,
    "anthropic/claudeai": Profile(
        longest_wait=A_MINUTE,  # 60 s: claude-ai-mcp#115; its documentation says 300
        shows_images=False,  # claude-ai-mcp#643
        longest_answer=150_000,  # what its documentation says
    ),
    # Its extension for VS Code goes by the same name and declines by itself; so a no is no refusal.
    "claude-code": Profile(
        longest_wait=FIVE_MINUTES,  # without a sign of life over HTTP or SSE: claude-code#70441;
        progress_extends=True,  # 30 minutes over stdio: dot-ai#708
        hides_text=True,  # claude-code#54737, #55677, #79944
        room=LARGE,
        longest_answer=100_000,  # cut at 25,000 tokens: claude-code#9152
    ),
    "codex-mcp-client": Profile(
        longest_wait=A_MINUTE,  # `tool_timeout_sec`, 60 unless set
        hides_text=True,  # read in codex-rs: structured content alone becomes the output
    ),
    "cursor-vscode": CURSOR,
    "cursor": CURSOR,
    "visual studio code": VS_CODE,
    "visual-studio-code": VS_CODE,
    "visual studio code - insiders": VS_CODE,
    "gemini-cli-mcp-client": GEMINI_CLI,
    "windsurf-client": WINDSURF,
    "windsurf": WINDSURF,
    "zed": Profile(longest_wait=A_MINUTE),  # 60 s unless set: zed#32668, #45378
    "github-copilot-developer": Profile(
        longest_wait=A_MINUTE,  # 120 s, earlier 60: copilot-cli#172, #1535
        shows_images=False,  # copilot-cli#4536
        hides_text=True,  # copilot-cli#3258
    ),
    "opencode": Profile(
        longest_wait=A_MINUTE,  # the default of the TypeScript SDK: opencode#28186, #8212
        hides_text=True,  # opencode#32868
    ),
}
"""By the name in lower case."""

FAMILIES: Mapping[str, Profile] = {
    # Desktop's sessions of Cowork and Code, about 60 s: claude-code#58687, #63379, #73955.
    "local-agent-mode-": replace(CLAUDE_DESKTOP, longest_wait=A_MINUTE),
    "gemini-cli-mcp-client-": GEMINI_CLI,
}
"""By how a name begins that ends with what the person calls this server."""

SINCE: Mapping[str, tuple[Version, Profile]] = {
    # No limit any more: vscode#274094, #311595 of April 2026.
    "visual studio code": ((1, 116), replace(VS_CODE, longest_wait=None)),
    "visual-studio-code": ((1, 116), replace(VS_CODE, longest_wait=None)),
    "visual studio code - insiders": ((1, 116), replace(VS_CODE, longest_wait=None)),
}
"""What holds from a version on, instead."""

_BRIDGE = re.compile(r"\s*\(via mcp-remote[^)]*\)$")
"""What is added to the name of a client that comes over a bridge to HTTP."""


def name_of(ctx: Context[Any, Any]) -> str:
    """What the client calls itself, in lower case; '' where it does not say."""
    params = ctx.session.client_params
    if params is None:
        return ""
    return _BRIDGE.sub("", params.client_info.name.strip().lower())


def profile_of_caller(ctx: Context[Any, Any]) -> Profile:
    """The profile of whoever makes this call."""
    params = ctx.session.client_params
    return profile_of(name_of(ctx), version=params.client_info.version if params else "")


def profile_of(client: str, *, version: str = "") -> Profile:
    """The profile of a client, by its name in lower case."""
    since, newer = SINCE.get(client, (None, UNKNOWN))
    if since is not None and numbers_in(version) >= since:
        return newer
    family = next((found for begin, found in FAMILIES.items() if client.startswith(begin)), UNKNOWN)
    return PROFILES.get(client, family)


def numbers_in(version: str) -> Version:
    """'1.140.0-insider' → (1, 140, 0)."""
    found = re.match(r"\d+(\.\d+)*", version.strip())
    return tuple(map(int, found[0].split("."))) if found else ()


def bearable(profile: Profile, *, wants_progress: bool) -> float | None:
    """How long such a client waits for one call; None: as long as it takes."""
    return None if profile.progress_extends and wants_progress else profile.longest_wait


def wants_progress(ctx: Context[Any, Any]) -> bool:
    """Whether this call asked to be told of progress: without that, none is sent."""
    meta = ctx.request_context.meta
    return meta is not None and meta.get("progress_token") is not None


def window(*limits: float | None) -> float:
    """How long this call may wait, in seconds: the smallest of all limits that there are."""
    return max(0.0, min(limit for limit in limits if limit is not None))
