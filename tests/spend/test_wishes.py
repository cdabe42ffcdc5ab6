"""Two requests are the same wish however the same arguments are spelled."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from magica_mcp.spend.wishes import canonical, request_key

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())
ARGUMENTS = st.dictionaries(
    st.text(),
    st.recursive(
        SCALARS,
        lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
        max_leaves=8,
    ),
)


def key(arguments: dict[str, JsonValue]) -> str:
    return request_key("acc", "execute_tool", arguments)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"n": 1.0}, {"n": 1}),
        ({"n": -0.0}, {"n": 0}),
        ({"n": 1e16}, {"n": 10**16}),
        ({"n": [{"seed": 2.0}]}, {"n": [{"seed": 2}]}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ],
)
def test_what_means_the_same_is_the_same_wish(
    one: dict[str, JsonValue], other: dict[str, JsonValue]
) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize("other", [{"n": "1.0"}, {"n": 1.5}, {"n": True}, {"N": 1}])
def test_what_means_something_else_is_another_wish(other: dict[str, JsonValue]) -> None:
    assert key({"n": 1}) != key(other)


@given(ARGUMENTS)
def test_the_key_is_that_of_the_canonical_form(arguments: dict[str, JsonValue]) -> None:
    text = json.dumps(canonical(["acc", "execute_tool", arguments, 0]), separators=(",", ":"))

    assert key(arguments) == hashlib.sha256(text.encode()).hexdigest()
