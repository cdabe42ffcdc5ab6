"""Ids, keys and times in the forms that Magica uses (magica-contract 1.2, 1.5)."""

import hashlib
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 25

Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """A moment as the wire has it: ISO 8601, UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id(prefix: str = "c") -> str:
    """25 characters, beginning with the prefix and then in order of time."""
    begun = prefix + _base36(time.time_ns() // 1_000_000)
    return begun + _random(_ID_LENGTH - len(begun))


def new_run_id() -> str:
    return new_id("cm")


def new_node_id() -> str:
    """`node_<epoch-ms>_<9 characters>`."""
    return f"node_{time.time_ns() // 1_000_000}_{_random(9)}"


def new_key() -> str:
    """An API key; only its hash is kept."""
    return f"gx_{secrets.token_urlsafe(32)}"


def key_hash(key: str) -> str:
    # A key holds 256 random bits, so a plain hash cannot be reversed by guessing.
    return hashlib.sha256(key.encode()).hexdigest()


def _random(length: int) -> str:
    return _base36(secrets.randbelow(36**length)).rjust(length, "0")


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits
