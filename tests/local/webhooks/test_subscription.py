"""What a start may ask of its webhook."""

from typing import Any

import pytest

from magica_mcp.errors import InvalidInputError
from magica_mcp.local.store.tables import EventType, RunKind
from magica_mcp.local.webhooks.subscription import (
    Subscription,
    checked_subscription,
    kept_subscription,
)

URL = "https://example.com/hook"


def checked(
    webhook: dict[str, Any], kind: RunKind = RunKind.WORKFLOW, *, private_allowed: bool = False
) -> Subscription:
    return checked_subscription(webhook, kind=kind, private_allowed=private_allowed)


def test_a_url_is_enough() -> None:
    assert all(map(checked({"url": URL}).wants, EventType))


def test_only_the_events_that_were_named_are_wanted() -> None:
    asked = checked({"url": URL, "events": ["run.failed", "node.failed"]})

    assert [each for each in EventType if asked.wants(each)] == ["run.failed", "node.failed"]


def test_metadata_and_headers_are_kept_as_they_are() -> None:
    asked = checked({"url": URL, "metadata": {"order": [1, None]}, "headers": {"X-Token": "a b"}})

    assert (asked.metadata, asked.headers) == ({"order": [1, None]}, {"X-Token": "a b"})


def test_null_is_the_same_as_nothing() -> None:
    asked = checked({"url": URL, "events": None, "metadata": None, "headers": None})

    assert asked == checked({"url": URL})


@pytest.mark.parametrize(
    ("webhook", "reason"),
    [
        ({}, "needs a URL"),
        ({"url": 7}, "webhook.url"),
        ({"url": ""}, "webhook.url"),
        ({"url": "https://"}, "webhook.url"),
        ({"url": "https://exa mple.com"}, "webhook.url"),
        ({"url": "http://example.com/"}, "https"),
        ({"url": "https://192.168.0.1/"}, "a private network"),
        ({"url": "https://" + "a" * 3_000}, "webhook.url"),
        ({"url": URL, "events": "run.failed"}, "webhook.events"),
        ({"url": URL, "events": []}, "leave it out"),
        ({"url": URL, "events": ["run.finished"]}, "there is no event 'run.finished'"),
        ({"url": URL, "events": [1]}, "webhook.events.0"),
        ({"url": URL, "metadata": [1]}, "webhook.metadata"),
        ({"url": URL, "metadata": {"a": "x" * 70_000}}, "larger than 64 KB"),
        ({"url": URL, "metadata": {"a": float("nan")}}, "webhook.metadata"),
        ({"url": URL, "headers": ["X-A"]}, "webhook.headers"),
        ({"url": URL, "headers": {"X-A": 1}}, "webhook.headers"),
        ({"url": URL, "headers": {"X-A": "a\r\nX-B: b"}}, "one line"),
        ({"url": URL, "headers": {"X-A": "a\nb"}}, "one line"),
        ({"url": URL, "headers": {"X-A": "Zoë"}}, "ASCII"),
        ({"url": URL, "headers": {"X-A\r\nX-B": "b"}}, "no name of a header"),
        ({"url": URL, "headers": {"X A": "b"}}, "no name of a header"),
        ({"url": URL, "headers": {"": "b"}}, "no name of a header"),
        ({"url": URL, "headers": {"X-A": "b" * 9_000}}, "larger than 8 KB"),
        ({"url": URL, "secret": "whsec_"}, "webhook.secret: a webhook has no such field"),
    ],
)
def test_a_webhook_of_another_shape_is_refused_with_a_reason(
    webhook: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        checked(webhook)


@pytest.mark.parametrize(
    "name",
    ["Svix-Id", "svix-signature", "webhook-id", "Content-Type", "content-length", "Host"],
)
def test_a_header_that_is_ours_cannot_be_set(name: str) -> None:
    with pytest.raises(InvalidInputError, match="set by Magica itself"):
        checked({"url": URL, "headers": {name: "x"}})


@pytest.mark.parametrize("event", ["run.canceled", "node.completed", "node.failed"])
def test_a_run_of_a_model_tells_nothing_of_nodes_or_cancels(event: str) -> None:
    with pytest.raises(InvalidInputError, match=f"never tells '{event}'"):
        checked({"url": URL, "events": ["run.completed", event]}, RunKind.MODEL)


def test_a_private_address_can_be_allowed() -> None:
    assert checked({"url": "https://192.168.0.1/"}, private_allowed=True).url


def test_a_value_of_a_header_is_not_repeated_in_a_refusal() -> None:
    with pytest.raises(InvalidInputError) as refused:
        checked({"url": URL, "headers": {"X-Token": "secret\n"}})

    assert "secret" not in str(refused.value)


def test_headers_are_not_shown_by_accident() -> None:
    assert "secret" not in repr(checked({"url": URL, "headers": {"X-Token": "secret"}}))


@pytest.mark.parametrize("asked", [{}, {"webhook": None}, {"webhook": {"url": 1}}, {"webhook": {}}])
def test_what_earlier_versions_took_for_a_webhook_is_none(asked: dict[str, Any]) -> None:
    assert kept_subscription(asked) is None
