"""Models of sound: heard, as long as asked for, and the same every time."""

import sys

import pytest
from pydantic import JsonValue

from magica_mcp.errors import NodeFailedError, ProviderUnavailableError
from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.preview.sketch import Sketch
from magica_mcp.local.nodes.sounds.effects import RECIPES, recipe_of
from magica_mcp.local.nodes.sounds.tunes import style_of
from magica_mcp.local.nodes.sounds.voices import language_of, manner_of
from magica_mcp.models.wire import JsonObject
from tests.local.nodes.bench import Bench
from tests.local.nodes.footage import heard, marks


def made(bench: Bench, model: str, given: JsonObject, *, run_id: str = "run") -> bytes:
    results = run_node(bench.job(model, given, run_id=run_id)).output["result"]
    assert isinstance(results, list)
    return bench.kept(results[0])


def sketch(prompt: str) -> Sketch:
    return Sketch.of(prompt, model_id="m", seed=1, width=0, height=0)


def test_a_text_is_spoken(bench: Bench) -> None:
    speech = heard(made(bench, "elevenlabs_tts", {"text": "The quick brown fox jumps."}))

    assert (1 < speech.seconds < 4, speech.loudness > 1000) == (True, True)


def test_a_longer_text_takes_longer(bench: Bench) -> None:
    seconds = [
        run_node(bench.job("minimax_tts", {"text": "One fine day. " * times})).seconds or 0
        for times in (1, 4)
    ]

    assert seconds[1] > seconds[0] * 2


def test_who_speaks_faster_is_done_sooner(bench: Bench) -> None:
    given: JsonObject = {"text": "The quick brown fox jumps over the lazy dog."}

    seconds = [
        run_node(bench.job("minimax_tts", given | {"speed": speed})).seconds or 0
        for speed in (0.5, 2)
    ]

    assert seconds[0] > seconds[1] * 2


def test_wav_is_given_where_it_is_asked_for(bench: Bench) -> None:
    content = made(bench, "minimax_tts", {"text": "Hello.", "output_format": "wav"})

    assert content.startswith(b"RIFF")


def test_the_same_words_sound_the_same(bench: Bench) -> None:
    given: JsonObject = {"text": "Hello."}

    speeches = [made(bench, "elevenlabs_tts", given, run_id=run) for run in ("one", "two")]

    assert speeches[0] == speeches[1]


def test_without_a_voice_it_says_what_to_do(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)

    with pytest.raises(ProviderUnavailableError, match="No voice is installed here"):
        run_node(bench.job("elevenlabs_tts", {"text": "Hello."}))


def test_what_nobody_can_read_fails(bench: Bench) -> None:
    with pytest.raises(NodeFailedError, match="There is no text to read"):
        run_node(bench.job("elevenlabs_tts", {"text": " \n "}))


def test_a_canceled_reading_ends(bench: Bench) -> None:
    with pytest.raises(NodeFailedError, match="canceled"):
        run_node(bench.stopped_job("elevenlabs_tts", {"text": "Hello."}))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello", "en-us"),
        ("Привет", "ru"),
        ("你好", "cmn"),
        ("こんにちは世界世界世界", "ja"),
        ("안녕", "ko"),
        ("123 !", "en-us"),
    ],
)
def test_a_language_is_seen_by_its_letters(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("values", "language"),
    [
        ({"language_boost": "German"}, "de"),
        ({"language": "fr"}, "fr-fr"),
        ({"language_code": "en-GB"}, "en-gb"),
        ({"language_boost": "auto"}, "en-us"),
    ],
)
def test_a_language_may_be_asked_for(values: JsonObject, language: str) -> None:
    assert manner_of({"text": "Hello", **values}).voice.partition("+")[0] == language


@pytest.mark.parametrize("seconds", [5, 12])
def test_music_is_as_long_as_asked_for(bench: Bench, seconds: int) -> None:
    music = heard(made(bench, "elevenlabs_music", {"prompt": "calm piano", "duration": seconds}))

    assert (round(music.seconds, 1), music.loudness > 1000) == (seconds, True)


def test_music_ends_softly_and_never_crackles(bench: Bench) -> None:
    music = heard(made(bench, "elevenlabs_music", {"prompt": "epic techno", "duration": 8}))

    assert music.peak < 32_000


def test_another_seed_is_another_tune(bench: Bench) -> None:
    tunes = [
        made(
            bench, "lyria3_pro", {"prompt": "piano", "duration": 5, "seed": seed}, run_id=str(seed)
        )
        for seed in (1, 2)
    ]

    assert tunes[0] != tunes[1]


def test_words_set_the_mood() -> None:
    assert (style_of(sketch("a sad song")).mood, style_of(sketch("happy dance")).mood) == (
        "dark",
        "bright",
    )


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.make.__name__)
def test_each_effect_is_heard_and_lasts(bench: Bench, recipe: object) -> None:
    word = min(getattr(recipe, "words"))  # noqa: B009 - a recipe is a private detail of the table

    sound = heard(made(bench, "elevenlabs_sound_effects", {"prompt": word, "duration": 2}))

    assert (round(sound.seconds, 1), sound.loudness > 300, sound.peak < 30_000) == (2, True, True)


def test_words_choose_the_effect() -> None:
    assert recipe_of(sketch("heavy rain on a roof")).make.__name__ == "_rain"


def test_a_sound_says_that_it_is_a_preview(bench: Bench) -> None:
    content = made(bench, "elevenlabs_music", {"prompt": "calm", "duration": 5})

    assert "Magica local preview in place of elevenlabs_music" in marks(content)


def test_a_sound_is_told_as_it_is(bench: Bench) -> None:
    output = run_node(bench.job("elevenlabs_sound_effects", {"prompt": "bell"})).output

    metadata: JsonValue = output["resultMetadata"]
    assert isinstance(metadata, list)
    assert metadata[0] == {
        "size": len(bench.kept(output["result"][0])),  # type: ignore[index]  # the output's shape
        "modelId": "elevenlabs_sound_effects",
        "mimeType": "audio/mpeg",
        "mediaType": "audio",
        "duration": 5.0,
    }
