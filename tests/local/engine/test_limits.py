"""How long a node may take, and what becomes of one that takes longer."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from magica_mcp.errors import ConfigurationError
from magica_mcp.local.catalog import Catalog
from magica_mcp.local.engine.limits import TimeLimits, overtime, read_limits
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from tests.local.engine.workshop import CREDIT, Workshop, workflow


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("", TimeLimits()),
        ("90", TimeLimits(90)),
        ("video=1200", TimeLimits(special={"video": 1200})),
        ("600, video=1200,gpt_5_4=.5", TimeLimits(600, {"video": 1200, "gpt_5_4": 0.5})),
    ],
)
def test_limits_are_read_from_a_setting(text: str, limits: TimeLimits) -> None:
    assert read_limits(text) == limits


@pytest.mark.parametrize("text", ["soon", "video", "video=", "0", "video=-1", "inf", "nan"])
def test_a_limit_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="no number of seconds"):
        read_limits(text)


@pytest.mark.parametrize(
    ("node_type", "kind", "seconds"),
    [("veo_3_1", "video", 20.0), ("kling", "video", 30.0), ("gpt_5_4", "llm", 10.0)],
)
def test_the_limit_of_a_type_wins_over_that_of_its_kind(
    node_type: str, kind: str, seconds: float
) -> None:
    limits = TimeLimits(10.0, {"veo_3_1": 20.0, "video": 30.0})

    assert limits.of(node_type, kind=kind) == seconds


def test_without_a_setting_a_node_may_take_ten_minutes() -> None:
    assert overtime(TimeLimits().of("gpt_5_4", kind="llm")).user_message.startswith(
        "This node took longer than 10 minutes"
    )


@pytest.fixture
def hurried(workshop: Workshop, catalog: Catalog, tmp_path: Path) -> Iterator[Workshop]:
    """LLM nodes may take a moment, and 'a' takes as long as it likes."""
    hurried = Workshop(
        workshop.store,
        workshop.account,
        catalog=catalog,
        folder=tmp_path / "media",
        limits=TimeLimits(special={"llm": 0.05}),
    )
    is_over = Event()

    def deaf(job: NodeJob) -> NodeResult:
        is_over.wait(30)
        return NodeResult({"output": "too late"})

    hurried.nodes.behaviors["a"] = deaf
    yield hurried
    is_over.set()


def test_a_node_that_takes_too_long_fails_and_says_why(hurried: Workshop) -> None:
    run_id = hurried.start(workflow("ask → a", "ask → b", "a → end"))

    hurried.work_on_all()

    assert hurried.run(run_id).error == (
        "1 of 2 nodes failed. 'a': This node took longer than 0.05 seconds, was stopped and costs "
        "nothing. Try again with smaller settings."
    )


def test_what_is_independent_of_it_goes_on(hurried: Workshop) -> None:
    run_id = hurried.start(workflow("ask → a", "ask → b", "a → end"))

    hurried.work_on_all()

    assert hurried.statuses(run_id) == {"a": "FAILED", "b": "COMPLETED"}


def test_it_costs_nothing(hurried: Workshop) -> None:
    hurried.start(workflow("ask → a", "a → end"))

    hurried.work_on_all()

    assert hurried.available() == CREDIT


def test_a_node_that_listens_is_told_to_stop_in_time(hurried: Workshop) -> None:
    told: list[bool] = []

    def listening(job: NodeJob) -> NodeResult:
        pause = Event()
        while not job.should_stop():
            pause.wait(0.01)
        told.append(True)
        return NodeResult({"output": "half of it"})

    hurried.nodes.behaviors["a"] = listening
    run_id = hurried.start(workflow("ask → a", "a → end"))

    hurried.work_on_all()

    assert (told, hurried.statuses(run_id)) == ([True], {"a": "FAILED"})
