"""What was seen of results: each file beside what was asked for, in sentences. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.media.checks import differences, missing
from magica_mcp.media.glimpse import Glimpse, Kind, Measured, Picture
from magica_mcp.models.runs import Asset, Run, files_of, maker_of, result_assets
from magica_mcp.models.wire import JsonObject

SHOWABLE: frozenset[str] = frozenset({"image", "video", "audio"})


@dataclass(frozen=True)
class Subject:
    """One file of a result, counted from 1 within its run, and the input that asked for it.

    `count` is how many files of its kind that input led to.
    """

    run_id: str
    number: int
    asset: Asset
    asked: JsonObject
    count: int


@dataclass(frozen=True)
class Sight:
    """A look at one file, or in a few words why there was none; neither: nobody could look."""

    subject: Subject
    glimpse: Glimpse | None = None
    trouble: str = ""

    @property
    def findings(self) -> tuple[str, ...]:
        """What a person would remark: of what is in the file, and of what was asked for."""
        asset, asked = self.subject.asset, self.subject.asked
        told = Measured(cast("Kind", asset.media_type), asset.width, asset.height, asset.duration)
        measured = self.glimpse.measured if self.glimpse else told
        remarks = self.glimpse.remarks if self.glimpse else ()
        return (*remarks, *differences(asked, measured))


@dataclass(frozen=True)
class Seen:
    """All that was seen for one answer, and the one picture that shows it."""

    sights: tuple[Sight, ...] = ()
    picture: Picture | None = None
    left_out: int = 0
    """Files that there were too many of."""
    hint: bool = False
    """Whether to say, this once, what has to be installed to look."""

    def of(self, run_id: str) -> tuple[Sight, ...]:
        """Those of one run."""
        return tuple(sight for sight in self.sights if sight.subject.run_id == run_id)


def subjects_of(run: Run) -> tuple[Subject, ...]:
    """The files of a completed run's result that can be looked at."""
    if run.status is not RunStatus.COMPLETED:
        return ()
    return tuple(
        _subject(run, number, asset)
        for number, asset in enumerate(result_assets(run), start=1)
        if asset.media_type in SHOWABLE
    )


def numbers_of(sights: Sequence[Sight]) -> tuple[int, ...]:
    """The numbers of files on a sheet: those of their run, or of the answer if it tells several."""
    if len({sight.subject.run_id for sight in sights}) > 1:
        return tuple(range(1, len(sights) + 1))
    return tuple(sight.subject.number for sight in sights)


def checks_of(sights: Sequence[Sight]) -> tuple[str, ...]:
    """Every remark on a run's result, with the file's number where there are several."""
    several = len(sights) > 1
    found = [
        f"Result {sight.subject.number}: {finding}" if several else finding
        for sight in sights
        for finding in sight.findings
    ]
    counted = {finding for sight in sights for finding in _missing(sight)}
    return (*sorted(counted), *found)


def _subject(run: Run, number: int, asset: Asset) -> Subject:
    maker = maker_of(run, asset.url)
    asked = maker.input if maker is not None and isinstance(maker.input, dict) else {}
    made = files_of(maker) if maker is not None else (asset,)
    count = sum(each.media_type == asset.media_type for each in made)
    return Subject(run.run_id, number, asset, asked, count)


def _missing(sight: Sight) -> tuple[str, ...]:
    return missing(sight.subject.asked, sight.subject.count)
