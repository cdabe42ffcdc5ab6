"""The README says what the code does."""

from pathlib import Path

from magica_mcp.config import TEST_PREFIX, VARIABLES
from tests.readme import README, with_tables


def test_the_table_of_tools_is_the_one_that_the_registry_gives() -> None:
    text = README.read_text(encoding="utf-8")

    assert with_tables(text) == text


def test_the_two_lines_stand_at_the_top() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()

    assert "pip install '.[local]' && .venv/bin/magica-mcp demo" in lines[3]
    assert "pip install -e '.[dev]' && .venv/bin/pytest" in lines[10]


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    text = (Path(README).parent / "CHANGELOG.md").read_text(encoding="utf-8")

    assert "## [Unreleased]" in text


def test_every_variable_that_the_readme_names_is_a_setting() -> None:
    words = README.read_text(encoding="utf-8").replace("`", " ").replace(",", " ").split()
    named = {word.partition("=")[0] for word in words if word.startswith("MAGICA_")}
    named = {name for name in named if not name.startswith(TEST_PREFIX)}

    assert named <= {*VARIABLES, "MAGICA_HOME"}
