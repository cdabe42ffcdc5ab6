"""Which moments of a video are shown, and what it costs to reach them."""

from itertools import pairwise

import pytest

from magica_mcp.media.moments import SHOWN, moments, time_text


def frames_decoded(keys: list[float], *, seconds: float, most: int) -> int:
    chosen = moments(keys, seconds=seconds, frame_seconds=1 / 24, most_frames=most)
    last = {moment.key: moment.at for moment in chosen}
    return sum(round((at - key) * 24) for key, at in last.items())


def test_where_there_are_keyframes_enough_only_they_are_shown() -> None:
    keys = [float(second) for second in range(0, 30, 2)]

    chosen = moments(keys, seconds=30, frame_seconds=1 / 24, most_frames=100)

    assert [moment.at for moment in chosen] == [2, 8, 12, 18, 22, 28]
    assert all(moment.at == moment.key for moment in chosen)


def test_a_video_of_one_keyframe_is_shown_evenly() -> None:
    chosen = moments([0.0], seconds=6, frame_seconds=1 / 24, most_frames=200)

    assert [round(moment.at, 2) for moment in chosen] == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    assert {moment.key for moment in chosen} == {0.0}


@pytest.mark.parametrize("most", [10, 150, 400])
def test_no_more_is_decoded_than_there_is_time_for(most: int) -> None:
    assert frames_decoded([0.0, 10.4, 20.8], seconds=30, most=most) <= most + SHOWN


def test_moments_that_come_nearer_stay_in_order_and_apart() -> None:
    chosen = moments([0.0, 10.4, 20.8], seconds=30, frame_seconds=1 / 24, most_frames=100)

    times = [moment.at for moment in chosen]
    assert len(times) == SHOWN
    assert all(later - earlier > 0.02 for earlier, later in pairwise(times))


def test_a_video_of_two_frames_shows_no_frame_twice() -> None:
    chosen = moments([0.0], seconds=0.2, frame_seconds=0.1, most_frames=100)

    assert 1 <= len(chosen) <= 4


def test_without_keyframes_it_begins_at_the_beginning() -> None:
    assert moments([], seconds=0, frame_seconds=0.04, most_frames=9)[0].key == 0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (2.54, "2.5 s"),
        (59.94, "59.9 s"),
        (59.96, "1:00"),
        (65, "1:05"),
        (3723, "1:02:03"),
    ],
)
def test_times_are_written_as_people_do(seconds: float, text: str) -> None:
    assert time_text(seconds) == text
