"""Which text a body may hold: only what UTF-8 can say, or it could be stored and never read."""

import json
import re

from fastapi import Request

from magica_mcp.errors import InvalidInputError

_HALF_A_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""An escape that means a character only together with another one."""


async def refuse_unsayable_text(request: Request) -> None:
    """Raises `InvalidInputError` for half of a character, which JSON can escape (RFC 8259, 8.2)."""
    if request.method == "GET" or not _HALF_A_CHARACTER.search(await request.body()):
        return
    try:
        json.dumps(await request.json(), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            "The body holds half of a character (a lone surrogate). Send text as it is, in UTF-8."
        ) from error
