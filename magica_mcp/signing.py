"""Webhook signatures of the Svix kind: what a receiver checks before it believes a request.

Pure: it knows neither what is delivered nor how (magica-contract 5.4).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from magica_mcp.errors import InvalidInputError

SECRET_PREFIX = "whsec_"  # noqa: S105 - how every secret begins, not one of them
SECRET_BYTES = 32

ID_HEADER = "svix-id"
TIMESTAMP_HEADER = "svix-timestamp"
SIGNATURE_HEADER = "svix-signature"


def secret_of(random_bytes: bytes) -> str:
    """A signing secret in the form that receivers are given: `whsec_` and base64."""
    return SECRET_PREFIX + base64.b64encode(random_bytes).decode("ascii")


def signed_headers(
    secret: str, *, message_id: str, timestamp: int, body: bytes
) -> Mapping[str, str]:
    """The three headers that prove a body to be ours; `timestamp` is in Unix seconds.

    Raises `InvalidInputError` for what is no secret.
    """
    content = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(_key_of(secret), content, hashlib.sha256).digest()
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: f"v1,{base64.b64encode(digest).decode('ascii')}",
    }


def _key_of(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not key:
        raise InvalidInputError(
            f"This is not a webhook secret: one is '{SECRET_PREFIX}' and then base64."
        )
    return key
