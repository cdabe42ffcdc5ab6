"""How long a name takes to resolve among 10,000, next to bare RapidFuzz over the same names.

Run it as `python benchmarks/names.py`. A figure is the median of RUNS runs in milliseconds; the
sides take turns within each run, so that a busy machine slows all. "cold" is ours on lists never
seen before, "warm" on lists seen before; bare `process.extract` gets names folded beforehand.
`token_ratio` is the scorer nearest to ours in what it tolerates (order of words, words too many,
misspelling), and the last columns are ours divided by it.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from rapidfuzz import fuzz, process

sys.path.insert(0, str(Path(__file__).parent.parent))  # runs from a bare checkout too

from magica_mcp.errors import NameNotFoundError
from magica_mcp.names import Candidate, fold, resolve
from magica_mcp.names.folding import fold_list

RUNS = 31
OWN, TEMPLATES = 9_900, 100

SUBJECTS = (
    "Product", "Summer", "Winter", "Cinematic", "Vintage", "Neon", "Studio", "Portrait", "Hero",
    "Viral", "Anime", "Watercolor", "Instagram", "YouTube", "TikTok", "Podcast", "Birthday",
    "Wedding", "Real-Estate", "Fashion", "Sneaker", "Coffee", "Perfume", "Jewelry", "Travel",
    "Café", "Zürich", "Fitness", "Gaming", "Logo", "Mascot", "Übung", "Kitchen", "Garden",
)  # fmt: skip
THINGS = (
    "thumbnail", "video", "ad", "poster", "banner", "reel", "intro", "outro", "slideshow",
    "mockup", "storyboard", "voiceover", "jingle", "upscale", "remix", "collage", "animation",
    "carousel", "headshot", "background", "avatar", "teaser", "explainer",
)  # fmt: skip
ENDINGS = (
    "generator", "pipeline", "v2", "v3", "draft", "final (copy)", "test", "2025", "2026-03",
    "for client", "4K", "1080p", "batch", "nano_banana", "flux-2", "kling_v3", "A/B", "template",
)  # fmt: skip
MODELS = (
    "Flux", "Kling", "Veo", "Sora", "Seedance", "Nano-Banana", "GPT-Image", "Gemini", "Claude",
    "Imagine",
)  # fmt: skip

QUERIES: Mapping[str, str] = {
    "exact": "Cinematic thumbnail pipeline 17",
    "words in another order": "pipeline cinematic thumbnail",
    "misspelt": "cinmatic thumbnial piplines",
    "one word of hundreds of names": "thumbnail",
    "run together": "cinematicthumbnail",
    "a template": "nano banana pro 3",
    "nothing close": "spreadsheet of invoices about cats",
}


def main() -> None:
    own, system = own_workflows(random.Random(7)), templates()
    folded = [fold(candidate.name) for candidate in (*own, *system)]
    print(f"{len(folded):,} names, {len(set(folded)):,} of them different; median of {RUNS} runs")
    print(f"{'milliseconds':<30}    cold    warm   ratio  token_ratio  WRatio  cold/t_r  warm/t_r")
    medians = []
    for label, query in QUERIES.items():
        sides = sides_of(query, own=own, system=system, folded=folded)
        runs = [[milliseconds(side) for side in sides] for _ in range(RUNS)]
        medians.append([statistics.median(column) for column in zip(*runs, strict=True)])
        print(row(label, medians[-1]))
    print(row("all, on average", [statistics.mean(side) for side in zip(*medians, strict=True)]))


def own_workflows(chance: random.Random) -> list[Candidate]:
    names = [
        f"{chance.choice(SUBJECTS)} {chance.choice(THINGS)} {chance.choice(ENDINGS)}"
        f" {chance.randint(1, 999) if chance.random() < 0.5 else chance.choice(SUBJECTS)}"
        for _ in range(OWN - 1)
    ]
    names.append(QUERIES["exact"])
    return [Candidate(f"wf_{place}", name) for place, name in enumerate(names)]


def templates() -> list[Candidate]:
    versions = range(1, TEMPLATES // len(MODELS) + 1)
    names = [f"{model} Pro {version}" for version in versions for model in MODELS]
    return [Candidate(f"tpl_{place}", name, name.lower()) for place, name in enumerate(names)]


def sides_of(
    query: str, *, own: list[Candidate], system: list[Candidate], folded: list[str]
) -> tuple[Callable[[], object], ...]:
    asked = fold(query)

    def warm() -> None:
        with suppress(NameNotFoundError):
            resolve(query, own=own, system=system)

    def cold() -> None:
        fold_list.cache_clear()
        warm()

    def bare(scorer: Callable[..., float]) -> Callable[[], object]:
        return lambda: process.extract(asked, folded, scorer=scorer, limit=3)

    return cold, warm, bare(fuzz.ratio), bare(fuzz.token_ratio), bare(fuzz.WRatio)


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def row(label: str, figures: list[float]) -> str:
    cold, warm, ratio, token_ratio, weighted = figures
    ours = f"{label:<30}{cold:8.2f}{warm:8.2f}"
    bare = f"{ratio:8.2f}{token_ratio:13.2f}{weighted:8.2f}"
    return f"{ours}{bare}{cold / token_ratio:10.1f}{warm / token_ratio:10.1f}"


if __name__ == "__main__":
    main()
