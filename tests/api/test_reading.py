"""From bytes to values."""

import pytest

from magica_mcp.api.reading import Reply, answer_as, json_of, page_in, shaped
from magica_mcp.errors import UnreadableAnswerError
from magica_mcp.models.credits import Balance
from magica_mcp.models.workflows import SystemWorkflow

ROW = {"slug": "flux-2-pro", "name": "Flux 2 Pro"}


def test_an_empty_answer_counts_as_null() -> None:
    assert json_of(Reply("", b" \n")) is None


@pytest.mark.parametrize("body", [b"<!doctype html>", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableAnswerError, match="not JSON"):
        json_of(Reply("application/json", body))


def test_a_web_page_is_called_one() -> None:
    with pytest.raises(UnreadableAnswerError, match="a web page"):
        json_of(Reply("text/html", b"<html>"))


def test_a_misfit_is_named_by_its_place_and_not_by_its_content() -> None:
    with pytest.raises(UnreadableAnswerError) as caught:
        shaped({"availableBalance": "gx_secret"}, Balance)

    assert "availableBalance: int_parsing" in str(caught.value)
    assert "gx_secret" not in str(caught.value)


def test_null_is_no_balance() -> None:
    with pytest.raises(UnreadableAnswerError, match="the whole answer"):
        answer_as(Balance)(Reply("application/json", b"null"))


@pytest.mark.parametrize(
    "listing", [[ROW], {"items": [ROW]}, {"systemWorkflows": [ROW], "nextCursor": None}]
)
def test_rows_are_found_in_any_listing(listing: object) -> None:
    assert [row.slug for row in page_in(listing, SystemWorkflow).items] == ["flux-2-pro"]


@pytest.mark.parametrize("listing", [None, {}, {"items": None}, "text", 7])
def test_a_listing_without_a_list_is_unreadable(listing: object) -> None:
    with pytest.raises(UnreadableAnswerError, match="without a list"):
        page_in(listing, SystemWorkflow)
