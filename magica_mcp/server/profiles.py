"""What each client is known to bear, by the name that it gives itself.

Sources are user reports and measurements of 2026. A client that is not listed gets everything, but
small images; how long it really waits is learned (`patience`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp.server.mcpserver import Context

from magica_mcp.media.glimpse import Room

SMALL = Room(side=768, bytes=60_000, pixels=400_000)
LARGE = Room()


@dataclass(frozen=True)
class Profile:
    """What to heed in an answer to this client; sizes in characters, times in seconds."""

    longest_wait: float | None = None
    """After which the client gives a call up, less a margin; None: no limit is known."""
    progress_extends: bool = False
    """Whether progress notifications keep a call alive."""
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


UNKNOWN = Profile()
CLAUDE_DESKTOP = Profile(
    longest_wait=55, shows_images=False, longest_answer=1_000_000, asks_person=False
)

PROFILES: Mapping[str, Profile] = {
    "claude-ai": CLAUDE_DESKTOP,
    "claude-desktop": CLAUDE_DESKTOP,
    "anthropic/claudeai": Profile(longest_wait=55, shows_images=False, longest_answer=150_000),
    # Its extension for VS Code goes by the same name and declines by itself; so a no is no refusal.
    "claude-code": Profile(progress_extends=True, hides_text=True, room=LARGE),
    "codex-mcp-client": Profile(longest_wait=55),
    "cursor-vscode": Profile(longest_wait=285, room=LARGE),
    "cursor": Profile(longest_wait=285, room=LARGE),
    "visual studio code": Profile(longest_wait=285, room=LARGE),
    "gemini-cli-mcp-client": Profile(longest_wait=570, room=LARGE),
    "windsurf-client": UNKNOWN,
    "zed": UNKNOWN,
}


def name_of(ctx: Context[Any, Any]) -> str:
    """What the client calls itself, in lower case; '' where it does not say."""
    params = ctx.session.client_params
    return params.client_info.name.strip().lower() if params is not None else ""


def room_for_images(client: str) -> Room | None:
    """How large an image this client may be sent; None: it would not be seen."""
    profile = profile_of(client)
    return profile.room if profile.shows_images else None


def profile_of(client: str) -> Profile:
    """The profile of a client, by its name in lower case."""
    return PROFILES.get(client, UNKNOWN)


def window(*limits: float | None) -> float:
    """How long this call may wait, in seconds: the smallest of all limits that there are."""
    return max(0.0, min(limit for limit in limits if limit is not None))
