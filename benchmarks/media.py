"""How long making real media takes, against how long what was made lasts: one run, medians."""

import statistics
import tempfile
import time
import tracemalloc
from pathlib import Path

from magica_mcp.local.catalog import load_catalog
from magica_mcp.local.media import MediaFolder
from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.job import NodeJob, Workbench
from magica_mcp.models.field_values import MediaForm
from magica_mcp.models.inputs import checked
from magica_mcp.models.wire import JsonObject

CATALOG = load_catalog()
TIMES = 3
FOX: JsonObject = {"prompt": "A fox in the forest at dawn"}
MADE: tuple[tuple[str, str, JsonObject], ...] = (
    ("5 s of 720p", "gemini_omni_flash", FOX),
    ("5 s of 720p with sound", "seedance_2_0", FOX),
    ("5 s of 1080p with sound", "seedance_2_0", FOX | {"resolution": "1080p"}),
    ("15 s of 720p with sound", "seedance_2_0", FOX | {"duration": 15}),
    ("30 s of music", "elevenlabs_music", FOX | {"duration": 30}),
    ("5 s of rain", "elevenlabs_sound_effects", {"prompt": "rain"}),
    ("a spoken sentence", "elevenlabs_tts", {"text": "The quick brown fox jumps."}),
)


def job(model_id: str, given: JsonObject, *, media: MediaFolder) -> NodeJob:
    ref = CATALOG.resolve(model_id)
    return NodeJob(
        run_id="run",
        node_id="node",
        node_type=ref.node_type,
        sub_model_id=ref.sub_model_id,
        input=checked(CATALOG.schema(model_id), given, media=MediaForm.REFERENCE),
        bench=Workbench(media),
        should_stop=lambda: False,
        kind=CATALOG.kind(ref.node_type, sub_model_id=ref.sub_model_id),
    )


def timed(asked: NodeJob) -> tuple[float, float]:
    """Median seconds that it takes, and seconds that the result lasts."""
    taken, lasts = [], 0.0
    for _ in range(TIMES):
        begun = time.perf_counter()
        lasts = float(run_node(asked).seconds or 0)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), lasts


def peak(asked: NodeJob) -> float:
    """Megabytes of Python's own memory at most."""
    tracemalloc.start()
    run_node(asked)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        media = MediaFolder(Path(folder), secret=b"s")
        print(f"{'made':28}{'takes':>9}{'lasts':>9}{'ratio':>8}")
        for name, model_id, given in MADE:
            asked = job(model_id, given, media=media)
            taken, lasts = timed(asked)
            print(f"{name:28}{taken:8.2f}s{lasts:8.2f}s{taken / lasts:8.2f}")
        small: JsonObject = FOX | {"resolution": "480p"}
        for seconds in (4, 15):
            asked = job("seedance_2_0", small | {"duration": seconds}, media=media)
            most = peak(asked)
            print(f"memory for {seconds} s of 480p with sound: {most:.1f} MB at most")


if __name__ == "__main__":
    main()
