"""When results are saved: wishes kept, saves that outlive their call, several processes at once."""

import hashlib
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx
import pytest

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.media.parts import beside
from magica_mcp.media.register import Register
from magica_mcp.media.sidecars import read_sidecar
from magica_mcp.models.runs import ModelRun
from magica_mcp.server.saver import Saver
from tests.api.stage import Reply, Stage, file_answer
from tests.patience import LONG_ENOUGH

CDN = "https://cdn.test/gen/a.png"


def run_of(*urls: str, status: RunStatus = RunStatus.COMPLETED) -> ModelRun:
    return ModelRun(
        run_id="run1",
        node_type="flux",
        sub_model_id="flux-text",
        status=status,
        input={"prompt": "A red fox", "seed": 7},
        output={"result": list(urls)},
        credit_used=5,
    )


class Gate:
    """A file whose second half comes only when it is let through."""

    def __init__(self) -> None:
        self.opened, self.reached = anyio.Event(), anyio.Event()

    def __call__(self, _request: httpx.Request) -> httpx.Response:
        async def body() -> AsyncIterator[bytes]:
            yield b"pic"
            self.reached.set()
            await self.opened.wait()
            yield b"ture"

        return httpx.Response(200, headers={"content-type": "image/png"}, content=body())


@asynccontextmanager
async def saver_in(folder: Path, stage: Stage, *, saves_all: bool = False) -> AsyncIterator[Saver]:
    """A process of its own, as far as saving goes."""
    async with anyio.create_task_group() as saves:
        with anyio.fail_after(LONG_ENOUGH):
            yield Saver(
                stage.client,
                Register(folder / "results.sqlite"),
                root=folder / "results",
                account="hosted:ab",
                saves=saves,
                saves_all=saves_all,
            )
        saves.cancel_scope.cancel()


def quick() -> Stage:
    return Stage({"GET cdn.test/gen/a.png": lambda _: file_answer(b"x", content_type="image/png")})


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_result_stands_beside_what_it_takes_to_make_it_again(tmp_path: Path) -> None:
    async with saver_in(tmp_path, quick()) as saver:
        saving = await saver.seen(run_of(CDN), wish="foxes", estimate=6, seconds=LONG_ENOUGH)

    assert saving is not None
    (file,) = saving.files
    assert file.path == tmp_path / "results" / "foxes" / "flux-text-a-red-fox.png"
    told = read_sidecar(beside(file.path))
    assert told is not None
    assert told.model is not None
    assert (told.file, told.sha256) == (file.path.name, hashlib.sha256(b"x").hexdigest())
    assert (told.model.sub_model_id, told.seed, told.source_url) == ("flux-text", 7, CDN)
    assert (told.charge, told.estimate, told.account) == (5, 6, "hosted:ab")
    assert told.inputs == {"prompt": "A red fox", "seed": 7}


async def test_a_save_outlives_the_call_that_asked_for_it(tmp_path: Path) -> None:
    gate = Gate()
    async with saver_in(tmp_path, Stage({"GET cdn.test/gen/a.png": gate})) as saver:
        early = await saver.seen(run_of(CDN), wish=".", estimate=None, seconds=0)
        await gate.reached.wait()
        gate.opened.set()
        late = await saver.seen(run_of(CDN), wish=".", estimate=None, seconds=LONG_ENOUGH)

    assert early is not None
    assert (early.files, early.under_way) == ((), 0)
    assert late is not None
    assert late.files[0].path.read_bytes() == b"picture"


async def test_a_save_that_the_end_of_the_server_cuts_leaves_a_wish_and_no_half_file(
    tmp_path: Path,
) -> None:
    gate = Gate()
    async with saver_in(tmp_path, Stage({"GET cdn.test/gen/a.png": gate})) as saver:
        await saver.promise(["run1"], "foxes")
        await saver.seen(run_of(CDN), wish=None, estimate=None, seconds=0)
        await gate.reached.wait()

    assert names_in(tmp_path / "results" / "foxes") == set()
    async with saver_in(tmp_path, quick()) as restarted:
        saving = await restarted.seen(run_of(CDN), wish=None, estimate=None, seconds=LONG_ENOUGH)
    assert saving is not None
    assert saving.files[0].path.parent.name == "foxes"


async def test_two_processes_that_see_the_same_end_save_one_file(tmp_path: Path) -> None:
    gates = Gate(), Gate()
    stages = [Stage({"GET cdn.test/gen/a.png": gate}) for gate in gates]
    async with saver_in(tmp_path, stages[0]) as one, saver_in(tmp_path, stages[1]) as other:
        for saver in (one, other):
            await saver.seen(run_of(CDN), wish=".", estimate=None, seconds=0)
        for gate in gates:
            await gate.reached.wait()
        for gate in gates:
            gate.opened.set()
        found = [
            await saver.seen(run_of(CDN), wish=".", estimate=None, seconds=LONG_ENOUGH)
            for saver in (one, other)
        ]

    assert found[0] is not None
    assert found[1] is not None
    assert found[0].files == found[1].files
    (file,) = found[0].files
    assert names_in(tmp_path / "results") == {file.path.name, beside(file.path).name}


async def test_a_register_that_was_lost_makes_no_second_copy(tmp_path: Path) -> None:
    for _ in range(2):
        async with saver_in(tmp_path, quick()) as saver:
            saving = await saver.seen(run_of(CDN), wish=".", estimate=None, seconds=LONG_ENOUGH)
        (tmp_path / "results.sqlite").unlink()

    assert saving is not None
    assert len(names_in(tmp_path / "results")) == 2


async def test_a_file_that_somebody_removed_is_saved_again(tmp_path: Path) -> None:
    async with saver_in(tmp_path, quick()) as saver:
        for _ in range(2):
            saving = await saver.seen(run_of(CDN), wish=".", estimate=None, seconds=LONG_ENOUGH)
            assert saving is not None
            assert saving.is_news
            saving.files[0].path.unlink()
            beside(saving.files[0].path).unlink()


async def test_a_file_that_cannot_be_had_is_told_and_the_others_are_saved(tmp_path: Path) -> None:
    run = run_of(CDN, "http://169.254.169.254/latest", "https://cdn.test/gone.png")
    stage = quick()
    async with saver_in(tmp_path, stage) as saver:
        await saver.promise(["run1"], ".")
        saving = await saver.seen(run, wish=None, estimate=None, seconds=LONG_ENOUGH)

    assert saving is not None
    assert [file.number for file in saving.files] == [1]
    assert "169.254.169.254 leads to the local link" in str(saving.problem)
    assert Register(tmp_path / "results.sqlite").wished("hosted:ab", "run1") == "."


async def test_only_what_is_missing_is_fetched_at_the_next_look(tmp_path: Path) -> None:
    second = "GET cdn.test/gen/b.png"
    replies: list[Reply] = [
        httpx.Response(503),
        lambda _: file_answer(b"y", content_type="image/png"),
    ]
    stage = Stage(
        {
            "GET cdn.test/gen/a.png": lambda _: file_answer(b"x", content_type="image/png"),
            second: replies,
        }
    )
    run = run_of(CDN, "https://cdn.test/gen/b.png")
    async with saver_in(tmp_path, stage) as saver:
        early = await saver.seen(run, wish=".", estimate=None, seconds=LONG_ENOUGH)
        late = await saver.seen(run, wish=".", estimate=None, seconds=LONG_ENOUGH)

    assert early is not None
    assert "could not give the file" in str(early.problem)
    assert late is not None
    assert late.problem is None
    assert stage.sent == ["GET cdn.test/gen/a.png", second, second]
    assert [file.path.name for file in late.files] == [
        "flux-text-a-red-fox-1.png",
        "flux-text-a-red-fox-2.png",
    ]


async def test_an_empty_file_is_not_saved(tmp_path: Path) -> None:
    stage = Stage({"GET cdn.test/gen/a.png": lambda _: file_answer(b"")})
    async with saver_in(tmp_path, stage) as saver:
        saving = await saver.seen(run_of(CDN), wish=".", estimate=None, seconds=LONG_ENOUGH)

    assert saving is not None
    assert "is empty" in str(saving.problem)
    assert names_in(tmp_path / "results") == set()


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.CANCELED])
async def test_a_run_without_a_result_ends_its_wish(status: RunStatus, tmp_path: Path) -> None:
    async with saver_in(tmp_path, quick(), saves_all=True) as saver:
        await saver.promise(["run1"], "foxes")
        saving = await saver.seen(
            run_of(status=status), wish=None, estimate=None, seconds=LONG_ENOUGH
        )

    assert saving is None
    assert Register(tmp_path / "results.sqlite").wished("hosted:ab", "run1") is None


async def test_nothing_is_saved_where_nobody_wishes_it(tmp_path: Path) -> None:
    async with saver_in(tmp_path, quick()) as saver:
        assert await saver.seen(run_of(CDN), wish=None, estimate=None, seconds=LONG_ENOUGH) is None

    assert names_in(tmp_path) == set()


async def test_a_wish_that_cannot_be_noted_is_told_and_raises_nothing(tmp_path: Path) -> None:
    (tmp_path / "results.sqlite").write_text("no database at all, but long enough to be one")
    async with saver_in(tmp_path, quick()) as saver:
        (line,) = await saver.promise(["run1"], ".")

    assert "was not noted" in line


async def test_a_register_that_cannot_be_used_keeps_nothing_from_being_saved(
    tmp_path: Path,
) -> None:
    (tmp_path / "results.sqlite").write_text("no database at all, but long enough to be one")
    async with saver_in(tmp_path, quick()) as saver:
        saving = await saver.seen(run_of(CDN), wish=".", estimate=None, seconds=LONG_ENOUGH)

    assert saving is not None
    assert saving.problem is None
    assert saving.files[0].path.read_bytes() == b"x"


async def test_a_save_that_its_call_left_is_told_of_by_the_next_one(tmp_path: Path) -> None:
    gate = Gate()
    async with saver_in(tmp_path, Stage({"GET cdn.test/gen/a.png": gate})) as saver:
        await saver.seen(run_of(CDN), wish=".", estimate=None, seconds=0)
        await gate.reached.wait()
        gate.opened.set()
        late = await saver.seen(run_of(CDN), wish=None, estimate=None, seconds=LONG_ENOUGH)
        again = await saver.seen(run_of(CDN), wish=None, estimate=None, seconds=LONG_ENOUGH)

    assert late is not None
    assert again is not None
    assert late.is_news
    assert (again.is_news, again.files) == (False, late.files)


FULL_DISK = """
import resource, sys
from pathlib import Path
import anyio
from tests.api.stage import Stage, file_answer
from tests.server.test_saver import CDN, run_of, saver_in

async def main():
    large = lambda _: file_answer(bytes(1_000_000), content_type="image/png")
    async with saver_in(Path(sys.argv[1]), Stage({"GET cdn.test/gen/a.png": large})) as saver:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        print((await saver.seen(run_of(CDN), wish=".", estimate=None, seconds=60)).problem)

anyio.run(main)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits there")
def test_a_disk_that_is_full_is_told_beside_the_result_and_nothing_half_is_left(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    told = subprocess.run(
        command, capture_output=True, text=True, timeout=LONG_ENOUGH, check=True
    ).stdout

    assert "Could not save to" in told
    assert "Make room there, or set MAGICA_OUTPUT_DIR to a folder on another disk." in told
    assert names_in(tmp_path / "results") == set()
