"""Joining videos."""

from fractions import Fraction
from pathlib import Path

import pytest

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.catalog import Measured
from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.films.clips import Clip
from magica_mcp.local.nodes.films.merging import Span, spans_of
from magica_mcp.local.nodes.films.sources import SourceFile
from magica_mcp.local.nodes.sizes import Size
from magica_mcp.models.wire import JsonObject
from tests.local.nodes.bench import CATALOG, Bench
from tests.local.nodes.footage import colors, film, heard, pictures


def merged(bench: Bench, *sources: str, transition: str = "none") -> JsonObject:
    given: JsonObject = {"video_urls": list(sources), "transition": transition}
    return run_node(bench.job("merge_videos", given)).output


def shades(bench: Bench, output: JsonObject) -> list[int]:
    return [red for red, _, _ in colors(bench.kept(output["video_url"]))]


def clip(seconds: str) -> Clip:
    nowhere = SourceFile(Path(), "mp4")
    return Clip(nowhere, Fraction(seconds), Size(64, 48), Fraction(10), has_sound=False)


def test_videos_follow_one_another(bench: Bench) -> None:
    output = merged(bench, film(bench, "red"), film(bench, "black"))

    red = shades(bench, output)
    assert (min(red[:10]) > 200, max(red[10:]) < 60, len(red)) == (True, True, 20)


def test_the_answer_has_the_documented_keys(bench: Bench) -> None:
    output = merged(bench, film(bench, "red"), film(bench, "blue"))

    assert {**output, "video_url": "", "fileSize": 0} == {
        "video_url": "",
        "mimeType": "video/mp4",
        "format": "mp4",
        "fps": 10.0,
        "width": 64,
        "height": 48,
        "duration": 2.0,
        "fileSize": 0,
    }


def test_two_clips_of_ten_seconds_cost_what_the_live_service_charged(bench: Bench) -> None:
    sources = [
        film(bench, color, seconds=10, sound_seconds=10.011, size=(16, 16), fps=2)
        for color in ("red", "blue")
    ]

    result = run_node(bench.job("merge_videos", {"video_urls": list(sources)}))

    data: JsonObject = {"video_urls": list(sources)}
    charge = CATALOG.price("merge_videos", data=data, measured=Measured(seconds=result.seconds))
    assert (str(result.seconds), charge) == ("20.022", 16_685)


def test_a_fade_goes_through_black(bench: Bench) -> None:
    output = merged(bench, film(bench, "white"), film(bench, "white"), transition="fade")

    brightness = shades(bench, output)
    assert (brightness[0] > 200, min(brightness[9:11]) < 60, len(brightness)) == (True, True, 20)


def test_a_dissolve_shows_both_at_once_and_saves_time(bench: Bench) -> None:
    output = merged(bench, film(bench, "white"), film(bench, "black"), transition="dissolve")

    brightness = shades(bench, output)
    assert (len(brightness), 60 < brightness[7] < 200) == (15, True)


def test_another_shape_is_shown_whole_in_the_frame_of_the_first(bench: Bench) -> None:
    tall = film(bench, "white", size=(32, 64))

    output = merged(bench, film(bench, "red"), tall)

    last = pictures(bench.kept(output["video_url"]))[-1]
    assert (output["width"], last[0] < 40) == (64, True)


def test_a_silent_video_among_others_is_silent(bench: Bench) -> None:
    loud = film(bench, "red", sound_seconds=1)

    output = merged(bench, loud, film(bench, "blue"))

    alone, both = heard(bench.kept(loud)), heard(bench.kept(output["video_url"]))
    assert both.loudness == pytest.approx(alone.loudness / 2**0.5, rel=0.05)


def test_silent_videos_make_a_silent_one(bench: Bench) -> None:
    output = merged(bench, film(bench, "red"), film(bench, "blue"))

    assert b"mp4a" not in bench.kept(output["video_url"])


def test_clips_shorter_than_a_dissolve_share_half_of_the_shorter() -> None:
    spans = spans_of([clip("1"), clip("0.4"), clip("1")], overlap=Fraction(1, 2))

    assert spans == [
        Span(Fraction(0), Fraction(1)),
        Span(Fraction("0.8"), Fraction("1.2")),
        Span(Fraction(1), Fraction(2)),
    ]


def test_more_than_can_be_made_is_refused_before_it_begins() -> None:
    with pytest.raises(NodeFailedError, match="Together the videos last over 2 hours"):
        spans_of([clip("7000"), clip("7000")], overlap=Fraction(0))
