"""`magica-mcp local` as a person starts it: alone, with keys, or several on one database."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from magica_mcp.graph.lifecycle import RunStatus
from tests.journeys.processes import clean_environment, running, started
from tests.llm_stand_in import LlmStandIn
from tests.local.postgres import needs_postgres, new_database
from tests.patience import LONG_ENOUGH

PICTURE = {"input": {"prompt": "a boat", "aspect_ratio": "1:1"}}
RUNS = 6


def base_of(line: str) -> str:
    """The base URL in the line that says where local Magica is."""
    return next(word for word in line.split() if word.startswith("http"))


def client_of(base: str) -> httpx.Client:
    return httpx.Client(base_url=base, timeout=LONG_ENOUGH)


def start(client: httpx.Client, model: str, body: dict[str, Any]) -> str:
    answer = client.post(f"v1/nodes/{model}/run", json=body)
    assert answer.is_success, answer.text
    return str(answer.json()["runId"])


def ended(client: httpx.Client, run_id: str) -> dict[str, Any]:
    for _ in range(round(LONG_ENOUGH / 20)):
        run: dict[str, Any] = client.get(f"v1/nodes/runs/{run_id}", params={"wait": 20}).json()
        if RunStatus(run["status"]) in {RunStatus.COMPLETED, RunStatus.FAILED}:
            return run
    raise TimeoutError(run_id)


def test_a_program_of_this_machine_needs_no_key_and_media_are_where_they_shall_be(
    tmp_path: Path,
) -> None:
    environment = clean_environment(tmp_path, MAGICA_LOCAL_MEDIA_DIR=str(tmp_path / "media"))
    with (
        running("local", "--port", "0", environment=environment) as said,
        client_of(base_of(next(said))) as client,
    ):
        run = ended(client, start(client, "nano_banana_pro", PICTURE))
        picture = client.get(run["output"]["result"][0])

    kept = [path for path in (tmp_path / "media").iterdir() if path.suffix == ".png"]
    assert picture.content == kept[0].read_bytes()


def test_a_node_takes_no_longer_than_the_setting_says(tmp_path: Path, llm: LlmStandIn) -> None:
    settings = {"URL": llm.url, "MODEL": "stand-in"}
    environment = clean_environment(
        tmp_path,
        MAGICA_LOCAL_NODE_SECONDS="600, gpt_5_4=0.1",
        **{f"MAGICA_LOCAL_LLM_{name}": value for name, value in settings.items()},
    )
    llm.hold()
    with (
        running("local", "--port", "0", environment=environment) as said,
        client_of(base_of(next(said))) as client,
    ):
        run = ended(client, start(client, "gpt_5_4", {"input": {"prompt": "hi"}}))

    assert "took longer than 0.1 seconds" in run["userMessage"]


def test_where_a_key_is_required_one_from_the_terminal_opens(tmp_path: Path) -> None:
    environment = clean_environment(tmp_path)
    with running("keys", "create", "laptop", environment=environment) as said:
        key = next(said).strip()
    with (
        running("local", "--port", "0", "--require-key", environment=environment) as said,
        client_of(base_of(next(said))) as client,
    ):
        answers = [
            client.get("v1/credits/balance", headers=headers).status_code
            for headers in ({}, {"Authorization": f"Bearer {key}"})
        ]

    assert answers == [401, 200]


# Several on one database --------------------------------------------------------------------------


@pytest.fixture
def shared(tmp_path: Path, llm: LlmStandIn) -> Iterator[dict[str, str]]:
    """The environment of processes that share a database and a folder of media."""
    with new_database() as url:
        yield clean_environment(
            tmp_path,
            MAGICA_LOCAL_DATABASE_URL=url,
            MAGICA_LOCAL_MEDIA_DIR=str(tmp_path / "media"),
            MAGICA_LOCAL_LLM_URL=llm.url,
            MAGICA_LOCAL_LLM_MODEL="stand-in",
        )


def base_said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return base_of(process.stdout.readline())


@needs_postgres
def test_one_is_killed_and_the_other_finishes_its_runs(
    shared: dict[str, str], llm: LlmStandIn
) -> None:
    with (
        started("local", "--port", "0", environment=shared) as one,
        started("local", "--port", "0", environment=shared) as other,
        client_of(base_said(one)) as to_one,
        client_of(base_said(other)) as to_other,
    ):
        before = to_one.get("v1/credits/balance").json()["availableBalance"]
        picture = ended(to_one, start(to_one, "nano_banana_pro", PICTURE))["output"]["result"][0]
        llm.hold()
        runs = [start(to_one, "gpt_5_4", {"input": {"prompt": "hi"}}) for _ in range(RUNS)]
        one.kill()
        llm.release()
        ends = [ended(to_other, run_id) for run_id in runs]
        after = to_other.get("v1/credits/balance").json()["availableBalance"]
        media = to_other.get(f"{to_other.base_url.copy_with(path=httpx.URL(picture).path)}")

    assert {run["status"] for run in ends} == {"COMPLETED"}
    assert before - after >= sum(run["creditUsed"] for run in ends) > 0
    assert media.headers["content-type"] == "image/png"
