"""What each client is known to bear, by the name that it gives itself.

Sources are user reports and measurements of 2026; a client that is not listed gets everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp.server.mcpserver import Context


@dataclass(frozen=True)
class Profile:
    """`longest_wait`: seconds that one call may take before the client gives up; None: no limit."""

    longest_wait: float | None = None


UNKNOWN = Profile()

PROFILES: Mapping[str, Profile] = {
    "claude-ai": Profile(longest_wait=55),
    "claude-desktop": Profile(longest_wait=55),
    "codex-mcp-client": Profile(longest_wait=55),
    "cursor-vscode": Profile(longest_wait=285),
    "cursor": Profile(longest_wait=285),
    "visual studio code": Profile(longest_wait=285),
    "gemini-cli-mcp-client": Profile(longest_wait=570),
}


def profile_of(ctx: Context[Any, Any]) -> Profile:
    """The profile of the client behind this call."""
    params = ctx.session.client_params
    name = params.client_info.name if params is not None else ""
    return PROFILES.get(name.strip().lower(), UNKNOWN)


def window(asked: float | None, *, setting: float, profile: Profile) -> float:
    """How long this call may wait, in seconds: the smallest of wish, setting and client."""
    limits = (asked, setting, profile.longest_wait)
    return max(0.0, min(limit for limit in limits if limit is not None))
