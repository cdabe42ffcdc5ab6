"""When a webhook message is tried again, and when it is given up (magica-contract 5.4). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

_MINUTE, _HOUR = 60.0, 3600.0

DELAYS: Sequence[float] = (
    0.0, 5.0, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 10 * _HOUR
)  # fmt: skip
"""Seconds before each attempt, counted from the end of the one before."""


@dataclass(frozen=True)
class Schedule:
    """The delays, all of them times `scale`: tests have less time than receivers."""

    scale: float = 1.0

    def delay_after(self, attempt: int) -> float | None:
        """Seconds to wait after an attempt that failed, counted from 1; None to give up."""
        return DELAYS[attempt] * self.scale if attempt < len(DELAYS) else None


def is_received(status_code: int | None) -> bool:
    """Whether an answer says that the message has arrived: any 2xx, and nothing else."""
    return status_code is not None and 200 <= status_code < 300
