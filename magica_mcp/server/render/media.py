"""The media library as text."""

import re

from magica_mcp.models.field_values import MEDIA_TYPES, MediaForm
from magica_mcp.models.media import MediaItem
from magica_mcp.models.wire import Page
from magica_mcp.server.render.calls import LISTED_NAME, more, plain


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
    """'cm…: https://… (image/png, 64 × 64, upload, a.png)'; its id is a handle."""
    facts = [item.mime_type or item.type]
    if item.width and item.height:
        facts.append(f"{item.width} × {item.height}")
    if item.duration:
        facts.append(f"{item.duration:g} s")
    said = (item.source, item.name, item.model_id)
    facts.extend(plain(part, longest=LISTED_NAME) for part in said if part)
    name = f"{item.id}: " if item.id else ""
    return f"{name}{item.url} ({', '.join(facts)})"


def uploaded(item: MediaItem, *, is_new: bool = True) -> str:
    """Where an upload is now; the URL stays."""
    done = "Uploaded" if is_new else "The same content was uploaded before"
    return f"{done} as {item_text(item)}. Use the id or the URL wherever a model takes a file."


def without_upload_advice(description: str, *, of: str) -> str:
    """What is said of a field; of a media field not that uploading comes first: a path will do."""
    if of not in MEDIA_TYPES:
        return description
    sentences = re.split(r"(?<=[.!?])\s+", description)
    return " ".join(said for said in sentences if not _UPLOAD_ADVICE.search(said)).strip()


def with_handles(description: str, *, of: str) -> str:
    """Likewise, and what a media field takes here: for whoever reads each field by itself."""
    plain = without_upload_advice(description, of=of)
    return f"{plain} Takes {MediaForm.HANDLE.value}.".strip() if of in MEDIA_TYPES else plain


_UPLOAD_ADVICE = re.compile(r"upload_file|\bpublic\b.*\bURL", re.IGNORECASE)
