"""Where a result is on this disk, as text: the first thing that a person wants to know."""

from pydantic import JsonValue

from magica_mcp.media.parts import beside
from magica_mcp.media.register import SavedFile
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.render.calls import call
from magica_mcp.server.saves import Saving

MOST_LISTED = 20
"""Paths in an answer's text; programs are told all of them."""


def saved(saving: Saving | None, *, run_id: str) -> list[str]:
    """The lines about it; none where nobody wished anything."""
    if saving is None:
        return []
    again = call("get_run_status", {"runId": run_id})
    lines = _files(saving)
    if saving.promised is not None:
        lines.append(f"It will be saved in {saving.promised} once it is over and looked at again.")
    if saving.under_way is not None:
        megabytes = saving.under_way / 1_000_000
        lines.append(
            f"Still being saved, {megabytes:.1f} MB so far. {again} says where, and costs nothing."
        )
    if saving.problem is not None:
        lines.append(f"Not {'all ' if saving.files else ''}saved: {saving.problem}")
    return lines


def _files(saving: Saving) -> list[str]:
    how = "Saved" if saving.is_news else "Saved before"
    if not saving.files:
        return []
    if len(saving.files) == 1:
        lines = [f"{how}: {file_text(saving.files[0])}"]
    else:
        listed = [f"- {file_text(file)}" for file in saving.files[:MOST_LISTED]]
        lines = [f"{how}, {len(saving.files)} files:", *listed]
        if len(saving.files) > MOST_LISTED:
            lines.append(f"- and {len(saving.files) - MOST_LISTED} more beside them")
    if saving.not_in is not None:
        lines.append(f"It is not saved twice: copy it if it is wanted in {saving.not_in} too.")
    return lines


def file_text(file: SavedFile) -> str:
    """'/home/me/Magica/fox.png (1,605 kB)'."""
    return f"{file.path} ({max(1, file.bytes // 1000):,} kB)"


def facts(saving: Saving | None) -> JsonObject:
    """The same for programs; nothing where nobody wished anything."""
    if saving is None:
        return {}
    files: list[JsonValue] = [
        {
            "path": str(file.path),
            "sidecar": str(beside(file.path)),
            "sha256": file.sha256,
            "bytes": file.bytes,
        }
        for file in saving.files
    ]
    told: JsonObject = {"saved": files}
    if saving.problem is not None:
        told["saveProblem"] = saving.problem
    if saving.under_way is not None:
        told["savingBytes"] = saving.under_way
    if saving.promised is not None:
        told["willBeSavedIn"] = str(saving.promised)
    return told
