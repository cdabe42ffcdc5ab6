"""How long a node may take, by its type or by the kind of its model."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from magica_mcp.errors import ConfigurationError, NodeFailedError

MINUTE = 60.0


@dataclass(frozen=True)
class TimeLimits:
    """Seconds by node type ("gpt_5_4") or else by kind ("video"); `usual` for all others."""

    usual: float = 10 * MINUTE
    special: Mapping[str, float] = field(default_factory=dict)

    def of(self, node_type: str, *, kind: str) -> float:
        return self.special.get(node_type, self.special.get(kind, self.usual))


def read_limits(text: str) -> TimeLimits:
    """Limits as a setting has them: "600", "video=1200" or "600, video=1200, gpt_5_4=90".

    Raises:
        ConfigurationError: a part that is none of these, or no time at all.
    """
    usual, special = TimeLimits.usual, dict[str, float]()
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, separator, number = part.rpartition("=")
        seconds = _seconds(number, part=part)
        if separator:
            special[name.strip()] = seconds
        else:
            usual = seconds
    return TimeLimits(usual, special)


def _seconds(number: str, *, part: str) -> float:
    try:
        seconds = float(number)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ConfigurationError(
            f"MAGICA_LOCAL_NODE_SECONDS cannot be used: '{part}' is no number of seconds. Write "
            "600 for all nodes, or 600,video=1200 with another limit for one kind or node type."
        )
    return seconds


def overtime(seconds: float) -> NodeFailedError:
    """What a node fails with that took longer than it may."""
    text = (
        f"This node took longer than {_spelled(seconds)}, was stopped and costs nothing. Try again "
        "with smaller settings."
    )
    return NodeFailedError(text, user_message=text)


def _spelled(seconds: float) -> str:
    if seconds >= 2 * MINUTE:
        return f"{seconds / MINUTE:g} minutes"
    return f"{seconds:g} seconds"
