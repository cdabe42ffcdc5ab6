"""Which workflow a name means: tables of cases, and what holds for any name at all."""

from contextlib import suppress

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from magica_mcp.errors import (
    AmbiguousNameError,
    InvalidInputError,
    MagicaError,
    NameNotFoundError,
)
from magica_mcp.names import (
    Candidate,
    Match,
    Origin,
    Resolution,
    fold,
    nearest,
    require_certain,
    resolve,
)

TEMPLATES = tuple(
    Candidate(f"tpl_{slug}", name, slug)
    for name, slug in (
        ("FLUX 2 Max", "flux_2_max"),
        ("Flux 2 Pro", "flux_2_pro"),
        ("Nano Banana Pro", "nano_banana_pro"),
        ("Nano Banana 2", "nano_banana_2"),
        ("GPT Image 2", "gpt_image_2"),
        ("GPT 5.4", "gpt_5_4"),
        ("Gemini 3.5 Flash", "gemini_3_5_flash"),
        ("Claude Sonnet 5", "claude_sonnet_5"),
        ("Crop Image", "crop_image"),
        ("Veo 2", "veo_2"),
        ("Kling v3 Pro", "kling_v3_pro"),
    )
)
OWN = (
    "My Pipeline",
    "Summer Sale Poster",
    "Product Video 2",
    "Product Video 10",
    "Thumbnail Maker for YouTube",
    "Straße in München",
    "Crème brûlée teaser",
    "🎬 Trailer",
    "AI",
    "動画を作る",
)


def meaning(query: str, *own: str) -> Resolution:
    mine = [Candidate(f"wf_{place}", name) for place, name in enumerate(own)]
    return resolve(query, own=mine, system=TEMPLATES)


def found_names(resolution: Resolution) -> list[str]:
    return [found.candidate.name for found in (resolution.best, *resolution.others)]


# What a single name means --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "name"),
    [
        # equal, however it is written
        ("Nano Banana Pro", "Nano Banana Pro"),
        ("nano banana pro", "Nano Banana Pro"),
        ("NANO-BANANA-PRO", "Nano Banana Pro"),
        ("nano_banana_pro", "Nano Banana Pro"),
        ("  nano   banana\tpro ", "Nano Banana Pro"),
        ("'Nano Banana Pro'", "Nano Banana Pro"),
        ("tpl_nano_banana_pro", "Nano Banana Pro"),
        ("ｎａｎｏ ｂａｎａｎａ ２", "Nano Banana 2"),  # noqa: RUF001 - full width is the case
        ("Nanö Bánana 2", "Nano Banana 2"),
        ("gpt-5-4", "GPT 5.4"),
        ("gpt5.4", "GPT 5.4"),
        ("flux2pro", "Flux 2 Pro"),
        ("Flux² Pro", "Flux 2 Pro"),
        ("strasse in munchen", "Straße in München"),
        ("STRASSE IN MÜNCHEN", "Straße in München"),
        ("creme brulee teaser", "Crème brûlée teaser"),
        ("trailer", "🎬 Trailer"),
        ("ai", "AI"),
        ("動画を作る", "動画を作る"),
        # a part of the name
        ("flux pro", "Flux 2 Pro"),
        ("flux max", "FLUX 2 Max"),
        ("gpt image", "GPT Image 2"),
        ("gpt 5", "GPT 5.4"),
        ("gemini", "Gemini 3.5 Flash"),
        ("gemini 3 flash", "Gemini 3.5 Flash"),
        ("flash", "Gemini 3.5 Flash"),
        ("sonnet", "Claude Sonnet 5"),
        ("claude 5", "Claude Sonnet 5"),
        ("crop", "Crop Image"),
        ("cro", "Crop Image"),
        ("kling v3", "Kling v3 Pro"),
        ("kling 3", "Kling v3 Pro"),
        ("veo", "Veo 2"),
        ("pipeline", "My Pipeline"),
        ("my pipe", "My Pipeline"),
        ("thumb maker", "Thumbnail Maker for YouTube"),
        ("product video 10", "Product Video 10"),
        ("動画を", "動画を作る"),
        # the words in another order
        ("pro banana nano", "Nano Banana Pro"),
        ("2 image gpt", "GPT Image 2"),
        ("poster summer sale", "Summer Sale Poster"),
        ("youtube thumbnail maker", "Thumbnail Maker for YouTube"),
        # misspelt or run together
        ("my pipline", "My Pipeline"),
        ("my pipelien", "My Pipeline"),
        ("nano bananna pro", "Nano Banana Pro"),
        ("claud sonet", "Claude Sonnet 5"),
        ("crop imge", "Crop Image"),
        ("gemin flash", "Gemini 3.5 Flash"),
        ("sumer sale postr", "Summer Sale Poster"),
        ("nanobananapro", "Nano Banana Pro"),
        ("my pipe line", "My Pipeline"),
        ("cropimage", "Crop Image"),
    ],
)
def test_a_name_is_understood_and_may_start_a_run(query: str, name: str) -> None:
    assert require_certain(meaning(query, *OWN)).candidate.name == name


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("nano banana", ["Nano Banana Pro", "Nano Banana 2"]),
        ("nanobanana", ["Nano Banana Pro", "Nano Banana 2"]),
        ("nano bannana", ["Nano Banana Pro", "Nano Banana 2"]),
        ("banana", ["Nano Banana Pro", "Nano Banana 2"]),
        ("flux", ["FLUX 2 Max", "Flux 2 Pro"]),
        ("flux 2", ["FLUX 2 Max", "Flux 2 Pro"]),
        ("fluxx 2", ["FLUX 2 Max", "Flux 2 Pro"]),
        ("gpt", ["GPT Image 2", "GPT 5.4"]),
        ("image", ["GPT Image 2", "Crop Image"]),
        (
            "pro",
            [
                "Product Video 2",
                "Product Video 10",
                "Flux 2 Pro",
                "Nano Banana Pro",
                "Kling v3 Pro",
            ],
        ),
        ("product video", ["Product Video 2", "Product Video 10"]),
        ("video product", ["Product Video 2", "Product Video 10"]),
    ],
)
def test_a_name_that_fits_several_goes_on_with_the_first_and_names_the_others(
    query: str, names: list[str]
) -> None:
    assert found_names(meaning(query, *OWN)) == names


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("gemeni flash", "Gemini 3.5 Flash"),  # one letter is another, of six
        ("flx 2 pro", "Flux 2 Pro"),  # one letter of four is missing
        ("summer sale porter", "Summer Sale Poster"),
        ("klnig v3", "Kling v3 Pro"),
    ],
)
def test_a_loose_match_is_shown_but_starts_nothing(query: str, name: str) -> None:
    resolution = meaning(query, *OWN)

    assert (found_names(resolution), resolution.certain) == ([name], False)


@pytest.mark.parametrize(
    ("query", "nearest_name"),
    [
        ("pipeline of my dreams about cats", "My Pipeline"),
        ("my pipeline workflow", "My Pipeline"),
        ("the nano banana pro one", "Nano Banana Pro"),
        ("nano banana 2 pro", "Nano Banana Pro"),
        ("nano banana 3", "Nano Banana 2"),
        ("veo 3", "Veo 2"),
        ("veo 20", "Veo 2"),
        ("veo 2 2", "Veo 2"),
        ("gpt 4", "GPT 5.4"),
        ("gpt 5.5", "GPT 5.4"),
        ("gpt 54", "GPT 5.4"),
        ("gemini 5.3 flash", "Gemini 3.5 Flash"),
        ("product video 1", "Product Video 10"),
        ("flux 2 mix", "FLUX 2 Max"),
        ("summer tale poster", "Summer Sale Poster"),
        ("kling v2", "Kling v3 Pro"),
        ("my", "My Pipeline"),
        ("fl", "FLUX 2 Max"),
        ("a", "AI"),
        ("5", "GPT 5.4"),
        ("動", "動画を作る"),
    ],
)
def test_a_name_that_fits_nothing_is_told_what_is_nearest(query: str, nearest_name: str) -> None:
    with pytest.raises(NameNotFoundError) as caught:
        meaning(query, *OWN)

    assert caught.value.close[0] == nearest_name


# Own ones and templates ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "own", "expected"),
    [
        ("nano banana pro", ("Nano Banana Pro",), (Origin.OWN, Match.EXACT_NAME)),
        ("nano_banana_pro", ("Nano Banana Pro",), (Origin.OWN, Match.EXACT_NAME)),
        ("nano banana pro", ("Nano Banana Prompt Lab",), (Origin.SYSTEM, Match.EXACT_NAME)),
        ("gpt_5_4", ("GPT 5.4 summaries",), (Origin.SYSTEM, Match.EXACT_NAME)),
        ("nano banana", ("Nano Banana shots",), (Origin.OWN, Match.PREFIX)),
        ("nano banana", ("My nano banana",), (Origin.OWN, Match.WORDS)),
        ("nano banana", ("Nano bannana",), (Origin.OWN, Match.CLOSE)),
        ("nano banana", ("My Pipeline",), (Origin.SYSTEM, Match.PREFIX)),
        ("tpl_veo_2", ("Veo 2 tests",), (Origin.SYSTEM, Match.ID)),
        ("wf_0", ("Veo 2 tests",), (Origin.OWN, Match.ID)),
    ],
)
def test_own_workflows_come_first_but_a_close_one_never_beats_an_exact_template(
    query: str, own: tuple[str, ...], expected: tuple[Origin, Match]
) -> None:
    best = meaning(query, *own).best

    assert (best.origin, best.how) == expected


def test_a_slug_that_is_not_like_the_name_finds_its_template() -> None:
    template = Candidate("tpl_1", "Remove the Background", "bg-remover")

    best = resolve("BG remover", own=[], system=[template]).best

    assert (best.candidate, best.how) == (template, Match.SLUG)


def test_an_exact_own_name_is_certain_beside_an_exact_template() -> None:
    assert meaning("veo 2", "Veo 2").certain


def test_an_exact_template_is_certain_beside_an_unlike_own_name() -> None:
    assert meaning("nano banana pro", "My Pipeline").certain


def test_an_exact_template_is_uncertain_beside_a_close_own_name() -> None:
    resolution = meaning("nano banana pro", "Nano Banana Prompt Lab")

    assert not resolution.certain


def test_the_choices_show_the_own_one_before_the_exact_template() -> None:
    resolution = meaning("nano banana pro", "Nano Banana Prompt Lab")

    assert [found.origin for found in resolution.choices] == [Origin.OWN, Origin.SYSTEM]


def test_a_template_that_fits_as_well_makes_a_partial_own_name_uncertain() -> None:
    resolution = meaning("sonnet", "Sonnet of the day")

    assert found_names(resolution) == ["Sonnet of the day", "Claude Sonnet 5"]


def test_a_template_that_fits_much_less_leaves_a_partial_own_name_certain() -> None:
    assert meaning("crops image", "Crops Image archive").certain


def test_a_whole_word_is_surer_than_one_that_is_only_begun() -> None:
    assert found_names(meaning("max", "Maximal effort")) == ["Maximal effort", "FLUX 2 Max"]


def test_a_template_is_meant_by_its_id_whatever_the_own_ones_are_called() -> None:
    assert meaning("tpl_nano_banana_pro", "Nano Banana Prompt Lab").certain


def test_a_slug_that_is_also_the_id_is_certain_beside_a_close_own_name() -> None:
    template = Candidate("veo_2", "Veo 2", "veo_2")

    assert resolve("veo_2", own=[Candidate("wf", "Veo 2 tests")], system=[template]).certain


def test_the_better_spelt_of_two_own_names_goes_first() -> None:
    resolution = meaning("poster maker", "Post maker", "Poster maker 7")

    assert found_names(resolution)[0] == "Poster maker 7"


def test_a_row_listed_twice_is_no_choice() -> None:
    row = Candidate("wf_1", "Weekly report")

    assert resolve("weekly", own=[row, row], system=[]).certain


# What is said to whoever has to choose -------------------------------------------------------


def test_two_of_the_same_name_are_told_apart_by_id() -> None:
    resolution = meaning("weekly report", "Weekly report", "weekly-Report")

    assert resolution.names == ("Weekly report (wf_0)", "weekly-Report (wf_1)")


def test_different_names_are_given_without_ids() -> None:
    assert meaning("nano banana").names == ("Nano Banana Pro", "Nano Banana 2")


def test_the_template_whose_name_was_given_is_offered_with_its_id() -> None:
    resolution = meaning("veo 2", "Veo 2 tests")

    assert resolution.names == ("Veo 2 tests", "Veo 2 (tpl_veo_2)")


def test_a_name_with_its_id_means_just_that_one() -> None:
    resolution = meaning("Weekly report (wf_1)", "Weekly report", "Weekly report")

    assert require_certain(resolution).candidate.id == "wf_1"


def test_a_start_on_a_name_that_fits_several_asks_which() -> None:
    with pytest.raises(AmbiguousNameError, match="Nano Banana Pro' or 'Nano Banana 2"):
        require_certain(meaning("nano banana"))


def test_a_start_on_a_loose_match_asks_whether_it_is_meant() -> None:
    with pytest.raises(NameNotFoundError, match=r"'Gemini 3\.5 Flash'.*nothing was charged"):
        require_certain(meaning("gemeni flash"))


def test_nothing_close_offers_three_names_and_the_advice() -> None:
    with pytest.raises(NameNotFoundError) as caught:
        resolve("zzz", own=[], system=TEMPLATES, advice="Call list_workflows.")

    assert (len(caught.value.close), str(caught.value)[-20:]) == (3, "Call list_workflows.")


def test_without_any_workflow_nothing_is_offered() -> None:
    with pytest.raises(NameNotFoundError, match=r"^No workflow is called 'veo'\.$"):
        resolve("veo", own=[], system=[])


@pytest.mark.parametrize("query", ["", "  ", "\n\t", "\u200b"])
def test_a_blank_name_is_an_invalid_input(query: str) -> None:
    with pytest.raises(InvalidInputError, match="Give its name or its id"):
        meaning(query, *OWN)


@pytest.mark.parametrize(
    ("query", "names", "expected"),
    [
        ("aspect", ["prompt", "aspect_ratio", "seed"], "aspect_ratio"),
        ("imageUrl", ["prompt", "image_url", "image_urls"], "image_url"),
        ("negativ_prompt", ["prompt", "negative_prompt"], "negative_prompt"),
        ("gpt-image-2-txt", ["gpt-image-2-edit", "gpt-image-2-text"], "gpt-image-2-text"),
        ("flux", ["nano_banana_pro", "flux_2_pro"], "flux_2_pro"),
    ],
)
def test_the_nearest_name_comes_first(query: str, names: list[str], expected: str) -> None:
    assert nearest(query, names)[0] == expected


def test_no_more_than_the_limit_are_nearest_and_none_twice() -> None:
    assert nearest("a", ["ab", "ab", "abc", "xyz", "abcd"], limit=2) == ("ab", "abc")


# Folding -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Nano_Banana-Pro", "nano banana pro"),
        ("  a  /  b ", "a b"),
        ("GPT5.4", "gpt 5 4"),
        ("imageUrl", "imageurl"),
        ("Straße", "strasse"),
        ("ÅÉÎÕÜ", "aeiou"),
        ("Łódź Ørsted æther", "lodz orsted aether"),
        ("İstanbul Iğdır", "istanbul igdir"),  # noqa: RUF001 - the dotless i is the case
        ("Ｆｌｕｘ　２", "flux 2"),  # noqa: RUF001 - full width is the case
        ("ﬁlm №٣", "film no 3"),
        ("🎬️ Film", "film"),
        ("🎬", "🎬"),
        ("soft\u00adhyphen", "softhyphen"),
        ("ガ", "ガ"),
        ("हिन्दी", "हिन्दी"),
        ("한국어", "한국어"),
        ("a\0b\nc", "a b c"),
        (" \t", ""),
    ],
)
def test_folding_keeps_what_makes_a_word_and_nothing_else(text: str, folded: str) -> None:
    assert fold(text) == folded


# Whatever the names are ----------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(), max_size=30)
NAME = ANY_TEXT | st.text("abAB ß-_.0129é", max_size=12)
FEW_NAMES = st.lists(NAME, max_size=8)
LIKELY = st.sampled_from(["nano banana", "flux", "flux pro", "gpt 5", "imge", "my pipline", "pro"])
QUERY = NAME | LIKELY


@given(NAME)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(FEW_NAMES, FEW_NAMES, NAME)
def test_an_exact_own_name_is_always_found(before: list[str], after: list[str], name: str) -> None:
    assume(fold(name))

    best = meaning(name, *before, name, *after).best

    assert (fold(best.candidate.name), best.how) == (fold(name), Match.EXACT_NAME)


@given(QUERY, FEW_NAMES)
def test_whatever_is_asked_either_it_is_resolved_or_the_error_is_ours(
    query: str, own: list[str]
) -> None:
    with suppress(MagicaError):
        assert meaning(query, *own).best.score > 0


@settings(deadline=None)
@given(QUERY, st.permutations(TEMPLATES))
def test_the_order_of_the_templates_does_not_change_what_is_certain(
    query: str, templates: list[Candidate]
) -> None:
    assert certain_id(query, templates) == certain_id(query, list(TEMPLATES))


def certain_id(query: str, templates: list[Candidate]) -> str | None:
    try:
        return require_certain(resolve(query, own=[], system=templates)).candidate.id
    except MagicaError:
        return None


@given(LIKELY | st.sampled_from(OWN), st.lists(LIKELY | NAME, max_size=6))
def test_each_name_offered_as_a_choice_means_that_choice(query: str, own: list[str]) -> None:
    try:
        resolution = meaning(query, *own)
    except NameNotFoundError:
        return

    meant = [meaning(name, *own).best.candidate for name in resolution.names]

    assert meant == [found.candidate for found in resolution.choices]
