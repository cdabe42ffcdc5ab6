"""Which voice reads a text: by the language that is asked for or seen, and by the voice's name."""

import hashlib
import unicodedata
from collections.abc import Mapping

from magica_mcp.local.nodes.given import prompt_in
from magica_mcp.local.nodes.sounds.espeak import Manner
from magica_mcp.models.wire import JsonObject

SCRIPTS: Mapping[str, str] = {
    "CYRILLIC": "ru",
    "GREEK": "el",
    "ARABIC": "ar",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "THAI": "th",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "cmn",
}
"""For each script that stands out, a language that is written in it."""

LANGUAGES: Mapping[str, str] = {
    "english": "en-us", "en": "en-us", "en-gb": "en-gb", "british": "en-gb",
    "german": "de", "french": "fr-fr", "fr": "fr-fr", "spanish": "es", "italian": "it",
    "portuguese": "pt-br", "pt": "pt-br", "dutch": "nl", "polish": "pl", "russian": "ru",
    "japanese": "ja", "korean": "ko", "chinese": "cmn", "zh": "cmn", "hindi": "hi",
    "arabic": "ar", "turkish": "tr", "swedish": "sv", "ukrainian": "uk", "vietnamese": "vi",
}  # fmt: skip
"""Languages as models name them, and as espeak-ng does."""

VARIANTS = ("f2", "f3", "f4", "m1", "m3", "m7")
VOICE_FIELDS = ("voice", "voice_id", "voice_name", "speaker")
LANGUAGE_FIELDS = ("language", "language_code", "language_boost", "lang")
USUAL_PACE = 165


def manner_of(values: JsonObject) -> Manner:
    """A voice for the input: the same name always sounds the same."""
    language = _asked_language(values) or language_of(prompt_in(values))
    voice = next((str(values[name]) for name in VOICE_FIELDS if values.get(name)), "")
    digest = hashlib.sha256(voice.encode("utf-8", "surrogatepass")).digest()
    speed = values.get("speed")
    pace = float(speed) if isinstance(speed, int | float) else 1.0
    return Manner(
        voice=f"{language}+{VARIANTS[digest[0] % len(VARIANTS)]}",
        words_a_minute=round(USUAL_PACE * min(2.5, max(0.5, pace))),
        pitch=42 + digest[1] % 17,
    )


def language_of(text: str) -> str:
    """By the script that most letters are of; English where no script stands out."""
    counts: dict[str, int] = {}
    for letter in filter(str.isalpha, text[:1000]):
        script = unicodedata.name(letter, "").split(" ")[0].split("-")[0]
        counts[script] = counts.get(script, 0) + 1
    if counts.keys() & {"HIRAGANA", "KATAKANA"}:
        return "ja"
    most = max(counts, key=lambda script: counts[script], default="")
    return SCRIPTS.get(most, "en-us")


def _asked_language(values: JsonObject) -> str | None:
    for name in LANGUAGE_FIELDS:
        value = values.get(name)
        if isinstance(value, str) and value.lower() not in {"", "auto", "none"}:
            told = value.lower()
            return LANGUAGES.get(told) or LANGUAGES.get(told.split("-")[0]) or told[:2]
    return None
