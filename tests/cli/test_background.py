import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import anyio
import httpx
import pytest

from magica_mcp.cli.background import LocalTransport, addressed, is_unserved, stop_local
from magica_mcp.cli.launch import launch
from magica_mcp.errors import LocalMagicaError
from magica_mcp.local.instance import Instance, log_file, read_instance
from tests.patience import LONG_ENOUGH

INSTANCE = Instance(
    pid=4711, host="127.0.0.1", port=8787, instance_id="one", version="0.1.0", token="secret"
)
Seen = TypeVar("Seen")

ENDS_AT_ONCE = (sys.executable, "-c", "raise SystemExit('The database is of a newer version.')")
SERVE = """
import sys
from pathlib import Path
from typing import TypeVar
from magica_mcp.local import serving
{first}
serving.serve_local(Path(sys.argv[1]), port=0, announce=lambda serving: None, {options})
"""


def serving(home: Path, *, first: str = "", options: str = "") -> tuple[str, ...]:
    """A command that serves this home."""
    return (sys.executable, "-c", SERVE.format(first=first, options=options), str(home))


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Path]:
    """A home that nobody serves any more in the end."""
    yield tmp_path
    with anyio.fail_after(LONG_ENOUGH):
        await stop_local(tmp_path)


def client_of(home: Path) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=LocalTransport(home, command=serving(home)), base_url="http://any.where/api/"
    )


async def until(look: Callable[[], Seen | None]) -> Seen:
    """What another process shows in the end."""
    with anyio.fail_after(LONG_ENOUGH):
        while not (seen := look()):  # noqa: ASYNC110 - another process sets no event of ours
            await anyio.sleep(0.05)
    return seen


async def noted(home: Path) -> Instance:
    return await until(lambda: read_instance(home))


def test_a_request_goes_to_the_instance_with_its_token() -> None:
    asked = httpx.Request(
        "POST",
        "http://any.where/api/v1/runs?x=1",
        json={"workflowId": "w"},
        headers={"Authorization": "Bearer other"},
    )

    sent = addressed(asked, to=INSTANCE)

    assert str(sent.url) == "http://127.0.0.1:8787/api/v1/runs?x=1"
    assert (sent.headers["host"], sent.headers["authorization"]) == (
        "127.0.0.1:8787",
        "Bearer secret",
    )
    assert sent.read() == asked.read()


async def test_the_first_request_starts_local_magica(home: Path) -> None:
    async with client_of(home) as client:
        answer = await client.get("v1/credits/balance")

    assert answer.status_code == 200
    assert answer.json()["availableBalance"] > 0


async def test_two_assistants_share_one_process(home: Path) -> None:
    first, second = (LocalTransport(home, command=serving(home)) for _ in range(2))
    found: list[Instance] = []

    async def find(transport: LocalTransport) -> None:
        async with transport:
            found.append(await transport.instance())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(find, first)
        tasks.start_soon(find, second)

    assert found[0] == found[1]


async def test_a_request_that_never_connected_is_sent_to_a_new_process(home: Path) -> None:
    async with client_of(home) as client:
        await client.get("v1/credits/balance")
        killed = await noted(home)
        os.kill(killed.pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        await until(lambda: is_unserved(home))

        answer = await client.post("v1/nodes/estimate-credits", json={"nodes": []})

    assert (answer.status_code, answer.json()) == (200, {"estimates": []})


async def test_an_older_idle_process_is_replaced(home: Path) -> None:
    old = launch(serving(home, first="serving.__version__ = '0.0.1'"), home=home)
    before = await noted(home)

    async with client_of(home) as client:
        await client.get("v1/credits/balance")

    after = await noted(home)
    assert (before.version, after.version != "0.0.1") == ("0.0.1", True)
    assert old.wait(timeout=LONG_ENOUGH) == 0


async def test_an_idle_process_of_other_settings_is_replaced_once(home: Path) -> None:
    """Two servers that want it otherwise do not take it from each other again and again."""
    first, second = (
        LocalTransport(
            home, settings=name, command=serving(home, options=f"settings='{name}', idle_minutes=1")
        )
        for name in ("first", "second")
    )
    async with first, second:
        found = [await each.instance() for each in (first, second, first)]

    assert [each.settings for each in found] == ["first", "second", "second"]


async def test_a_process_that_nobody_needs_ends_and_takes_its_note_back(home: Path) -> None:
    child = launch(serving(home, options="idle_minutes=0.005"), home=home)

    assert child.wait(timeout=LONG_ENOUGH) == 0
    assert read_instance(home) is None


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM is POSIX")
async def test_a_process_that_is_told_to_end_closes_what_it_opened(home: Path) -> None:
    child = launch(serving(home), home=home)
    await noted(home)

    child.send_signal(signal.SIGTERM)

    assert child.wait(timeout=LONG_ENOUGH) == 0
    assert read_instance(home) is None
    assert log_file(home).read_text(encoding="utf-8") == ""


async def test_the_hosted_dialect_is_not_found_as_local_magica(home: Path) -> None:
    said = "print(serving.base_url, serving.key, flush=True)"
    options = f"dialect=Dialect.HOSTED, announce=lambda serving: {said}"
    code = SERVE.replace("announce=lambda serving: None, ", "").format(
        first="from magica_mcp.local.dialect import Dialect", options=options
    )
    child = launch((sys.executable, "-c", code, str(home)), home=home)
    told = await until(lambda: log_file(home).read_text(encoding="utf-8").split())

    assert read_instance(home) is None
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {told[1]}"}) as client:
        assert (await client.get(f"{told[0]}/v1/credits/balance")).status_code == 200
    child.terminate()
    child.wait(timeout=LONG_ENOUGH)


async def test_a_process_that_does_not_start_is_told_with_its_last_words(home: Path) -> None:
    async with LocalTransport(home, command=ENDS_AT_ONCE) as transport:
        with pytest.raises(LocalMagicaError) as caught:
            await transport.instance()

    assert str(caught.value) == (
        "Local Magica did not start: The database is of a newer version. "
        f"Its log is {log_file(home)}."
    )


async def test_a_process_that_never_answers_is_not_waited_for_forever(home: Path) -> None:
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += 10

    command = (sys.executable, "-c", "input_never_comes = __import__('time').sleep(2)")
    transport = LocalTransport(home, command=command, sleep=sleep, clock=lambda: now)
    async with transport:
        with pytest.raises(LocalMagicaError, match="did not answer within 55 s"):
            await transport.instance()


async def test_ending_what_does_not_run_is_no_error(home: Path) -> None:
    await stop_local(home)

    assert read_instance(home) is None
