"""Magica's own words within our sentences."""

import json

import pytest

from magica_mcp.api.wording import LONGEST_QUOTE, code_of, quotable, quoted, said, span


def test_a_quote_is_one_line() -> None:
    assert quotable("first\r\n\tsecond\x00\u202ethird") == "first second third"


def test_a_quote_is_cut_at_its_limit() -> None:
    quote = quotable("x" * 1_000)

    assert (len(quote), quote[-1]) == (LONGEST_QUOTE, "…")


@pytest.mark.parametrize(
    "secret", ["gx_live-12345abc", "Bearer abc.def", "bearer gx_12345", "whsec_MfKQ9r8GKYqrTwjU"]
)
def test_a_quote_hides_keys(secret: str) -> None:
    assert quotable(f"bad key {secret} given") == "bad key [hidden] given"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "a", "message": "b"}, "b"),
        ({"error": "a"}, "a"),
        ({"error": {"message": "inner", "code": "X"}}, "inner"),
        ({"message": "no", "details": "because"}, "no (because)"),
        ({"message": "no", "details": [{"path": ["a", 0], "message": "wrong"}]}, "no (a.0: wrong)"),
        ({"message": "no", "details": [{"message": "wrong"}, "x"]}, "no (wrong; x)"),
        ({"message": "no", "details": {"a": 1}}, 'no ({"a":1})'),
        ({"details": ["only this"]}, "only this"),
        ({"message": 7}, ""),
        ([], ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_the_words_of_an_error_are_found(body: object, words: str) -> None:
    assert said(json.dumps(body).encode()) == words


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", ""),
        ("Slow down", ' Magica says: "Slow down."'),
        ("Slow down.", ' Magica says: "Slow down."'),
        ("What?", ' Magica says: "What?"'),
    ],
)
def test_a_quote_ends_as_a_sentence(words: str, sentence: str) -> None:
    assert quoted(words) == sentence


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_says_nothing(body: bytes) -> None:
    assert said(body) == ""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "not_found"}, "NOT_FOUND"),
        ({"error": {"code": "GONE"}}, "GONE"),
        ({"code": 7}, None),
        ([], None),
    ],
)
def test_the_code_of_an_error_is_found(body: object, code: str | None) -> None:
    assert code_of(json.dumps(body).encode()) == code


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 second"),
        (1, "1 second"),
        (1.2, "2 seconds"),
        (89, "89 seconds"),
        (90, "2 minutes"),
        (3600, "60 minutes"),
        (5400, "2 hours"),
        (86_400, "24 hours"),
    ],
)
def test_a_waiting_time_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert span(seconds) == words
