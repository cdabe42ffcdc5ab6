"""Names that can be read, and that every system takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magica_mcp.media.naming import (
    FORBIDDEN,
    LONGEST_NAME,
    LONGEST_STEM,
    is_reserved,
    numbered,
    readable_stem,
    safe_name,
)


@pytest.mark.parametrize(
    ("parts", "stem"),
    [
        (("flux", "A red fox!"), "flux-a-red-fox"),
        (("Überraschung", "日本"), "überraschung-日本"),
        (("हिन्दी",), "हिन्दी"),
        (("../../etc/passwd",), "etc-passwd"),
        (("C:\\Windows\\system32",), "c-windows-system32"),
        (("line\nbreak\ttab",), "line-break-tab"),
        (("CON",), "con-file"),
        (("nul", ""), "nul-file"),
        (("com", "1"), "com-1"),
        (("🙂",), "result"),
        ((), "result"),
        (("\ufb01ne \uff14K",), "fine-4k"),
        (("a\u202eb",), "a-b"),
        (("x" * 300,), "x" * LONGEST_STEM),
        (("word " * 40,), "-".join(["word"] * 16)),
        (("fox", "x" * 300), "fox"),
        (("狐" * 300,), "狐" * (LONGEST_NAME // 3)),
    ],
)
def test_a_name_is_made_from_a_model_and_a_prompt(parts: tuple[str, ...], stem: str) -> None:
    assert readable_stem(*parts) == stem


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("My Fox (final) v2.1", "My Fox (final) v2.1"),
        ("Füchse & Hasen", "Füchse & Hasen"),
        ("fox 🦊", "fox 🦊"),
        ("a<b>c:d", "a-b-c-d"),
        ('say "hi"?*|', "say -hi"),
        ("fox. . .", "fox"),
        (" .hidden", "hidden"),
        ("-rf", "rf"),
        ("two\nlines\x00\x07", "two lines"),
        ("a\u202egnp", "agnp"),
        ("e\u0301te\u0301", "été"),
        ("CON", "CON-file"),
        ("nul.tar", "nul.tar-file"),
        ("Lpt1 ", "Lpt1-file"),
        ("COM¹", "COM¹-file"),
        ("CONIN$", "CONIN$-file"),
        ("console", "console"),
        ("com10", "com10"),
        ("...", "result"),
        ("", "result"),
        ("y" * 300, "y" * LONGEST_NAME),
        ("ä" * 300, "ä" * (LONGEST_NAME // 2)),
        ("\ud800fox", "fox"),
    ],
)
def test_a_wished_name_is_kept_as_far_as_every_system_allows(wish: str, name: str) -> None:
    assert safe_name(wish) == name


@given(st.text())
def test_any_words_make_a_possible_name(words: str) -> None:
    for name in (safe_name(words), readable_stem(words)):
        assert name
        assert not name.startswith((" ", ".", "-"))
        assert not name.endswith((" ", "."))
        assert not FORBIDDEN & set(name)
        assert name.isprintable()
        assert not is_reserved(name)
        assert len(name.encode()) <= LONGEST_NAME + len("-file")


@given(st.text())
def test_a_name_that_is_possible_stays_what_it_is(words: str) -> None:
    assert safe_name(safe_name(words)) == safe_name(words)


def test_several_files_are_numbered_and_a_single_one_is_not() -> None:
    assert [numbered("fox", n, of=2) for n in (1, 2)] == ["fox-1", "fox-2"]
    assert numbered("fox", 1) == "fox"
