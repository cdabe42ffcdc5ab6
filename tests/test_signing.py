"""What is signed here is believed by the public packages, and nothing else is."""

import base64
import time
from collections.abc import Mapping

import pytest
import standardwebhooks
import svix.webhooks

from magica_mcp.errors import InvalidInputError
from magica_mcp.signing import secret_of, signed_headers

SECRET = secret_of(bytes(range(32)))
BODY = '{"type":"run.completed","metadata":{"name":"Zoë"}}'.encode()


def headers_of(body: bytes = BODY, *, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    moment = int(time.time()) - age
    return dict(signed_headers(secret, message_id="msg_1", timestamp=moment, body=body))


def as_standard(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("svix-", "webhook-"): value for name, value in headers.items()}


def test_the_svix_package_verifies_a_signature() -> None:
    svix.webhooks.Webhook(SECRET).verify(BODY, headers_of())


def test_the_standardwebhooks_package_verifies_a_signature() -> None:
    standardwebhooks.Webhook(SECRET).verify(BODY, as_standard(headers_of()))


def test_a_changed_body_is_not_believed() -> None:
    with pytest.raises(svix.webhooks.WebhookVerificationError):
        svix.webhooks.Webhook(SECRET).verify(BODY.replace(b"1", b"2") + b" ", headers_of())


def test_a_signature_with_another_secret_is_not_believed() -> None:
    with pytest.raises(svix.webhooks.WebhookVerificationError):
        svix.webhooks.Webhook(secret_of(bytes(32))).verify(BODY, headers_of())


def test_an_id_that_was_swapped_is_not_believed() -> None:
    with pytest.raises(svix.webhooks.WebhookVerificationError):
        svix.webhooks.Webhook(SECRET).verify(BODY, {**headers_of(), "svix-id": "msg_2"})


def test_an_old_signature_is_not_believed() -> None:
    with pytest.raises(svix.webhooks.WebhookVerificationError):
        svix.webhooks.Webhook(SECRET).verify(BODY, headers_of(age=6 * 60))


def test_a_secret_is_whsec_and_base64() -> None:
    assert base64.b64decode(SECRET.removeprefix("whsec_")) == bytes(range(32))


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_???", "c2VjcmV0", "whsec_é"])
def test_what_is_no_secret_signs_nothing(secret: str) -> None:
    with pytest.raises(InvalidInputError, match="not a webhook secret"):
        headers_of(secret=secret)


def test_a_refusal_does_not_repeat_the_secret() -> None:
    with pytest.raises(InvalidInputError) as refused:
        headers_of(secret="almost_secret")

    assert "almost_secret" not in str(refused.value)
