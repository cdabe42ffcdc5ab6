"""The keys of local Magica, made, shown and revoked from a terminal."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from magica_mcp.cli.launch import require_local_extra
from magica_mcp.cli.local import database_of, home_of
from magica_mcp.config import read_settings

if TYPE_CHECKING:
    from magica_mcp.local.keyring import StoredKey

HEADS = ("name", "begins with", "requests", "expires", "made")


def run_keys(
    action: Literal["list", "create", "revoke"],
    name: str,
    *,
    home: Path | None,
    expires: datetime | None,
    per_minute: int | None,
    per_day: int | None,
) -> None:
    """Do one thing with the keys of the home's account.

    Raises:
        MagicaError: the settings, the home or what is asked for cannot be; one sentence.
    """
    require_local_extra()
    from magica_mcp.local.keyring import KeyTerms, open_keyring  # noqa: PLC0415 - after the extra is known to be there
    from magica_mcp.local.store.accounts import DEFAULT_ACCOUNT  # noqa: PLC0415 - likewise

    settings = read_settings(os.environ)
    place = home_of(settings, home)
    with open_keyring(place, database_url=database_of(settings)) as keyring:
        if action == "create":
            until = expires.replace(tzinfo=UTC) if expires else None
            terms = KeyTerms(name, per_minute=per_minute, per_day=per_day, expires_at=until)
            print(keyring.create_key(DEFAULT_ACCOUNT, terms).key)
        elif action == "revoke":
            revoked = keyring.revoke_key(DEFAULT_ACCOUNT, name)
            print(f"Revoked: {revoked.terms.label} ({revoked.prefix}…)")
        else:
            print(table_of(keyring.list_keys(DEFAULT_ACCOUNT)))


def table_of(keys: Iterable["StoredKey"]) -> str:
    """One line for each key, the oldest first; none shows more than its beginning."""
    rows = [HEADS, *map(row_of, keys)]
    if len(rows) == 1:
        return "No keys yet. Make one: magica-mcp keys create NAME"
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def row_of(key: "StoredKey") -> tuple[str, ...]:
    """The cells of a key, in the order of the heads."""
    terms = key.terms
    limits = [
        f"{limit}/{window}"
        for limit, window in ((terms.per_minute, "min"), (terms.per_day, "day"))
        if limit is not None
    ]
    until = f"{terms.expires_at:%Y-%m-%d %H:%M}" if terms.expires_at else "never"
    if key.is_expired(datetime.now(UTC)):
        until += " (over)"
    made = f"{datetime.fromisoformat(key.created_at):%Y-%m-%d}"
    return (terms.label, f"{key.prefix}…", " ".join(limits) or "as the server has it", until, made)
