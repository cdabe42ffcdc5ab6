"""What was seen, beside what was asked for: as sentences, by number, and as one caption."""

from magica_mcp.media.glimpse import Glimpse, Measured, Picture
from magica_mcp.models.runs import ModelRun, WorkflowRun
from magica_mcp.server.render.sights import lines, shown
from magica_mcp.server.sights import Seen, Sight, checks_of, numbers_of, subjects_of

PICTURE = Picture(b"", "image/png", 1, 1)


def run(*names: str, run_id: str = "r1", status: str = "COMPLETED", **asked: object) -> ModelRun:
    return ModelRun.model_validate(
        {
            "id": run_id,
            "status": status,
            "input": asked,
            "output": {"result": [f"https://x/{name}" for name in names]},
        }
    )


def glimpse(width: int, height: int, *remarks: str) -> Glimpse:
    return Glimpse(Measured("image", width, height), remarks, PICTURE, PICTURE, "the picture")


def sights(found: ModelRun, *glimpses: Glimpse) -> tuple[Sight, ...]:
    pairs = zip(subjects_of(found), glimpses, strict=True)
    return tuple(Sight(subject, seen) for subject, seen in pairs)


def test_what_is_wrong_with_a_single_result_is_said_without_a_number() -> None:
    found = sights(run("a.png", aspect_ratio="16:9"), glimpse(512, 512, "It is all black."))

    assert lines(found) == [
        "Check: It is all black.",
        "Check: Asked for 16:9, got 512 × 512.",
    ]


def test_what_is_wrong_with_one_of_several_names_it() -> None:
    found = sights(run("a.png", "b.png", n=3), glimpse(9, 9), glimpse(9, 9, "It is all black."))

    assert checks_of(found) == (
        "Asked for 3 pictures, got 2.",
        "Result 2: It is all black.",
    )


def test_only_files_that_can_be_looked_at_are_counted_by_their_place_in_the_result() -> None:
    subjects = subjects_of(run("a.txt", "b.png", "c.mp3", "d.glb"))

    assert [(subject.number, subject.asset.media_type) for subject in subjects] == [
        (2, "image"),
        (3, "audio"),
    ]


def test_a_run_that_is_not_completed_has_nothing_to_see() -> None:
    assert subjects_of(run("a.png", status="FAILED")) == ()


def test_a_sheet_of_several_runs_counts_through_them() -> None:
    found = (
        *sights(run("a.png", "b.png"), glimpse(9, 9), glimpse(9, 9)),
        *sights(run("a.png", run_id="r2"), glimpse(9, 9)),
    )

    assert numbers_of(found) == (1, 2, 3)
    assert shown(Seen(found, PICTURE, left_out=2)) == [
        "Shown here: 1–2 of run r1 and 3 of run r2.",
        "2 more files were not looked at.",
    ]


def test_trouble_is_said_in_a_few_words() -> None:
    (subject,) = subjects_of(run("a.png"))

    assert lines([Sight(subject, trouble="the file is damaged or cut off")]) == [
        "No preview: the file is damaged or cut off."
    ]


def test_a_workflows_file_is_compared_with_the_input_of_the_node_that_made_it() -> None:
    url = "https://x/a.png"
    found = WorkflowRun.model_validate(
        {
            "id": "w1",
            "status": "COMPLETED",
            "response": {"result": url},
            "nodes": [
                {"nodeId": "late", "input": {"image_url": url, "n": 4}, "output": {"result": url}},
                {"nodeId": "maker", "input": {"aspect_ratio": "1:1"}, "output": {"result": [url]}},
            ],
        }
    )

    (subject,) = subjects_of(found)

    assert subject.asked == {"aspect_ratio": "1:1"}
    assert subject.count == 1


def test_a_file_that_nobody_admits_to_is_compared_with_nothing() -> None:
    found = WorkflowRun.model_validate(
        {"id": "w1", "status": "COMPLETED", "response": {"result": "https://x/a.png"}, "nodes": []}
    )

    assert subjects_of(found)[0].asked == {}
