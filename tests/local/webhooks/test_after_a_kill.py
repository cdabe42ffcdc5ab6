"""Local Magica is killed while webhooks are under way: after it is opened again all of them come.

Run as a program, this file is the process that is killed.
"""

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from magica_mcp.models.runs import StartRun
from tests.local.webhooks.receiver import Received, Receiver

SECONDS = 60
EVENTS = {"run.started", "node.completed", "run.completed"}


def main(home: str, url: str) -> None:
    """Start a run of which `url` is told, or just deliver what is left, until the end of stdin."""
    from magica_mcp.local.magica import open_magica  # noqa: PLC0415 - only the process needs it

    with open_magica(Path(home), webhook_scale=0.01) as magica:
        account = magica.default_account()
        if url:
            magica.start_run(account, StartRun(workflow_id="gpt_5_4", webhook={"url": url}))
        sys.stdout.write(json.dumps({"secret": magica.webhooks.secret(account)}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def process(home: Path, url: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, __file__, str(home), url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )


@dataclass(frozen=True)
class Story:
    """What came before the process was killed, and after."""

    before: dict[str, Received]
    after: dict[str, Received]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The first process is killed while every one of its webhooks waits for an answer."""
    home = tmp_path_factory.mktemp("kill") / "home"
    killed = threading.Event()

    def answer_once_killed(_: Received) -> int:
        killed.wait(SECONDS)
        return 200

    with Receiver(answer_once_killed) as receiver:
        with process(home, receiver.url) as first:
            before = receiver.until("run.completed")
            first.kill()
        killed.set()
        with process(home) as second:
            after = receiver.until("run.completed")
            while after.keys() != EVENTS:
                received = receiver.next()
                after[received.event] = received
            second.communicate(timeout=SECONDS)
    return Story(before, after)


def test_every_event_comes_again_after_the_kill(story: Story) -> None:
    assert story.after.keys() == EVENTS


def test_each_comes_with_the_id_and_body_that_it_had(story: Story) -> None:
    before = {event: (come.id, come.body) for event, come in story.before.items()}

    assert before.items() <= {e: (come.id, come.body) for e, come in story.after.items()}.items()


def test_each_event_has_an_id_of_its_own(story: Story) -> None:
    assert set(Counter(come.id for come in story.after.values()).values()) == {1}


if __name__ == "__main__":
    main(*sys.argv[1:])
