"""What a caller's values mean, however they are keyed."""

from typing import Any

import pytest

from magica_mcp.errors import InvalidInputError
from magica_mcp.models.values import understood_values
from magica_mcp.models.workflows import RequestField

FIELDS = (
    RequestField(node_id="n", field_id="prompt", name="Car prompt", type="text", required=True),
    RequestField(
        node_id="n", field_id="size", name="Size", type="select", options=("1K", "2K"), default="1K"
    ),
    RequestField(node_id="n", field_id="count", name="Count", type="number", min=1, max=4),
    RequestField(node_id="n", field_id="fast", name="Fast", type="boolean", default=False),
)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"n": {"prompt": "x"}}, {"prompt": "x"}),
        ({"n": {"Car prompt": "x"}}, {"prompt": "x"}),
        ({"n": {"car PROMPT": "x"}}, {"prompt": "x"}),
        ({"prompt": "x"}, {"prompt": "x"}),
        ({"Car prompt": "x", "n": {"size": "2k"}}, {"prompt": "x", "size": "2K"}),
        ({"n": {"prompt": "x", "count": "3"}}, {"prompt": "x", "count": 3}),
        ({"n": {"prompt": "x", "fast": "true"}}, {"prompt": "x", "fast": True}),
        ({"n": {"prompt": "x", "count": None}}, {"prompt": "x"}),
        ({"n": {"prompt": "x", "count": ""}}, {"prompt": "x"}),
    ],
)
def test_values_are_understood(given: dict[str, Any], meant: dict[str, Any]) -> None:
    assert understood_values(FIELDS, given).values == {"n": meant}


def test_what_was_understood_beyond_the_letter_is_said() -> None:
    notes = understood_values(FIELDS, {"Car prompt": "x"}).notes

    assert notes == ("'Car prompt' was understood as n.prompt.",)


def test_nothing_is_said_of_exact_keys() -> None:
    assert understood_values(FIELDS, {"n": {"prompt": "x"}}).notes == ()


def test_an_empty_node_stands_for_all_defaults() -> None:
    optional = [field for field in FIELDS if not field.required]

    assert understood_values(optional, {"n": {}}).values == {"n": {}}


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"m": {"prompt": "x"}}, "no Request node 'm'. Key the values by 'n'"),
        ({"n": {"promt": "x"}}, "Did you mean 'prompt'?"),
        ({"n": {"prompt": "x", "size": "9K"}}, "size"),
        ({"n": {"prompt": "x", "count": 9}}, "count"),
        ({"n": {"prompt": "x", "count": "many"}}, "count"),
        ({"n": {"prompt": ["x", "y"]}}, "prompt"),
        ({"n": {}}, "prompt"),
        ({"n": "prompt"}, "must be an object"),
        ({"n": {"prompt": "x"}, "prompt": "y"}, "'prompt' was given twice"),
        ({"Car prompt": "a", "prompt": "b"}, "'prompt' was given twice"),
        ({"n": {"prompt": "  "}}, "'prompt' is empty"),
    ],
)
def test_what_does_not_fit_is_one_sentence(given: dict[str, Any], hint: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        understood_values(FIELDS, given)

    assert hint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_name_that_fits_two_nodes_is_asked_about() -> None:
    fields = [RequestField(node_id=node, field_id="prompt", name="Prompt") for node in ("a", "b")]

    with pytest.raises(InvalidInputError, match=r"'a\.prompt' or 'b\.prompt'"):
        understood_values(fields, {"prompt": "x"})
