"""A page on which people read the API and try it: our own, since it has to work offline."""

import secrets
from pathlib import Path

from starlette.responses import HTMLResponse

DOCS_PATH = "/docs"

_PAGE = Path(__file__).with_name("docs.html")


def show_docs() -> HTMLResponse:
    """Only its own script runs there, and it speaks to nobody but this server."""
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    page = _PAGE.read_text(encoding="utf-8").replace("{nonce}", nonce)
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})
