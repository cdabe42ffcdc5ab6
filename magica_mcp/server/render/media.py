"""The media library as text."""

from magica_mcp.models.media import MediaItem
from magica_mcp.models.wire import Page
from magica_mcp.server.render.calls import more


def library(page: Page[MediaItem]) -> str:
    """Recent files, newest first."""
    if not page.items:
        return "The media library holds nothing that matches. execute_tool makes something."
    return "\n".join(
        [
            f"{len(page.items)} files, newest first:",
            *(f"- {item_text(item)}" for item in page.items),
            *more(page),
        ]
    )


def item_text(item: MediaItem) -> str:
    """'https://… (image/png, 64 × 64, upload, a.png)'."""
    facts = [item.mime_type or item.type]
    if item.width and item.height:
        facts.append(f"{item.width} × {item.height}")
    if item.duration:
        facts.append(f"{item.duration:g} s")
    facts.extend(part for part in (item.source, item.name, item.model_id) if part)
    return f"{item.url} ({', '.join(facts)})"


def uploaded(item: MediaItem) -> str:
    """Where an upload is now; the URL stays."""
    return f"Uploaded: {item_text(item)}. Use the URL wherever a model takes a file."
