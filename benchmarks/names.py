"""How long a name takes to resolve among 10,000, next to bare RapidFuzz over the same names.

Run it as `python benchmarks/names.py`. Every figure is the median of RUNS runs, in milliseconds.
The sides take turns within each run, so that a busy machine slows both. RapidFuzz is given names
folded beforehand; "cold" is ours with nothing prepared, "warm" is ours on a list seen before.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from rapidfuzz import fuzz, process

sys.path.insert(0, str(Path(__file__).parent.parent))

from magica_mcp.errors import NameNotFoundError
from magica_mcp.names import Candidate, fold, resolve
from magica_mcp.names.folding import fold_list

RUNS = 31
OWN, TEMPLATES = 9_900, 100

SUBJECTS = ["Product", "Summer", "Winter", "Cinematic", "Vintage", "Neon", "Studio", "Portrait", "Landing", "Hero", "Viral", "Anime", "Watercolor", "Instagram", "YouTube", "TikTok", "Podcast", "Birthday", "Wedding", "Real-Estate", "Fashion", "Sneaker", "Coffee", "Perfume", "Jewelry", "Travel", "Café", "Zürich", "Fitness", "Gaming", "Logo", "Mascot", "Übung", "Kitchen", "Garden"]
THINGS = ["thumbnail", "video", "ad", "poster", "banner", "reel", "intro", "outro", "slideshow", "mockup", "storyboard", "voiceover", "jingle", "upscale", "remix", "collage", "animation", "carousel", "headshot", "background", "avatar", "teaser", "explainer"]
ENDINGS = ["generator", "pipeline", "v2", "v3", "draft", "final (copy)", "test", "2025", "2026-03", "for client", "4K", "1080p", "batch", "nano_banana", "flux-2", "kling_v3", "A/B", "template", "workflow", "do not touch"]
MODELS = ["Flux", "Kling", "Veo", "Sora", "Seedance", "Nano-Banana", "GPT-Image", "Gemini", "Claude", "Imagine"]

QUERIES: Mapping[str, str] = {
    "exact": "Cinematic thumbnail pipeline 17",
    "words in another order": "pipeline cinematic thumbnail",
    "misspelt": "cinmatic thumbnial piplines",
    "a word in hundreds of names": "thumbnail",
    "run together": "cinematicthumbnail",
    "a template": "nano banana pro 3",
    "nothing close": "spreadsheet of invoices about cats",
}


def some_names(chance: random.Random) -> list[str]:
    names = [
        f"{chance.choice(SUBJECTS)} {chance.choice(THINGS)} {chance.choice(ENDINGS)}"
        f" {chance.randint(1, 999) if chance.random() < 0.5 else chance.choice(SUBJECTS)}"
        for _ in range(OWN - 1)
    ]
    return [*names, QUERIES["exact"]]


def some_templates() -> list[Candidate]:
    names = [f"{model} Pro {n}" for n in range(1, TEMPLATES // len(MODELS) + 1) for model in MODELS]
    return [Candidate(f"tpl_{i}", name, name.lower()) for i, name in enumerate(names)]


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    own = [Candidate(f"wf_{i}", name) for i, name in enumerate(some_names(random.Random(7)))]
    system = some_templates()
    folded = [fold(candidate.name) for candidate in (*own, *system)]
    print(f"{len(folded):,} names, {len(set(folded)):,} of them different, median of {RUNS} runs")
    print(f"{'milliseconds':<30}{'cold':>8}{'warm':>8}{'ratio':>8}{'token_ratio':>13}{'WRatio':>8}")
    medians = []
    for label, query in QUERIES.items():
        sides = sides_of(query, own=own, system=system, folded=folded)
        runs = [[milliseconds(side) for side in sides] for _ in range(RUNS)]
        medians.append([statistics.median(column) for column in zip(*runs, strict=True)])
        print(row(label, medians[-1]))
    print(
        row(
            "mean of the medians",
            [statistics.mean(column) for column in zip(*medians, strict=True)],
        )
    )


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


def row(label: str, figures: list[float]) -> str:
    cold, warm, *bare = figures
    widths = (8, 13, 8)
    line = f"{label:<30}{cold:8.2f}{warm:8.2f}"
    line += "".join(f"{figure:{width}.2f}" for figure, width in zip(bare, widths, strict=True))
    return (
        line
        + f"   ours / RapidFuzz token_ratio: cold {cold / bare[1]:.1f}, warm {warm / bare[1]:.1f}"
    )


if __name__ == "__main__":
    main()
