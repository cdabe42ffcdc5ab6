import httpx
import pytest

from magica_mcp.local.app import create_app
from magica_mcp.local.dialect import Dialect
from magica_mcp.local.instance import CARD_PATH, PROOF_PATH, SHUTDOWN_PATH, Instance, proof_of
from magica_mcp.local.magica import LocalMagica, NewAccount
from magica_mcp.local.routes.instance import LocalProcess
from tests.llm_stand_in import LlmStandIn

INFERRED = [
    ("GET", "v1/workflows/some-id"),
    ("DELETE", "v1/workflows/some-id"),
    ("PATCH", "v1/workflows/some-id/nodes/some-node"),
    ("DELETE", "v1/workflows/some-id/nodes/some-node"),
    ("DELETE", "v1/workflows/some-id/edges"),
    ("DELETE", "v1/workflows/some-id/edges/some-edge"),
    ("GET", "v1/runs"),
    ("POST", "v1/runs/some-id/cancel"),
    ("DELETE", "v1/runs/some-id"),
    ("GET", "v1/node-types"),
    ("POST", "v1/files"),
    ("GET", "local/instance"),
    ("POST", "local/shutdown"),
]


@pytest.mark.parametrize(("method", "path"), INFERRED)
async def test_the_hosted_dialect_lacks_what_is_only_inferred(
    hosted_http: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await hosted_http.request(method, path)

    assert answer.status_code == 404
    assert answer.json().keys() == {"error", "message", "code", "traceId"}


@pytest.mark.parametrize(
    "path",
    [
        "v1/workflows",
        "v1/system-workflows",
        "v1/models",
        "v1/credits/balance",
        "v1/media-library",
    ],
)
async def test_both_dialects_serve_what_is_documented(
    http: httpx.AsyncClient, hosted_http: httpx.AsyncClient, path: str
) -> None:
    assert (await http.get(path)).json() == (await hosted_http.get(path)).json()


@pytest.mark.parametrize("path", ["v1/nothing", "v2/models", "v1/models/"])
async def test_an_unknown_path_answers_the_envelope(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_no_answer_allows_pages_of_other_origins(http: httpx.AsyncClient) -> None:
    answer = await http.get("v1/models")

    assert not [name for name in answer.headers if name.startswith("access-control")]


# The process about itself ----------------------------------------------------------------------


class Process:
    """A process of local Magica that is in fact this one, and counts how often it was ended."""

    def __init__(self, magica: LocalMagica) -> None:
        self.instance = Instance(
            pid=4711,
            host="127.0.0.1",
            port=8787,
            instance_id="one",
            version="0.1.0",
            token=magica.token,
        )
        self.ended = 0
        self._magica = magica

    def client(self, *, key: str, dialect: Dialect = Dialect.LOCAL) -> httpx.AsyncClient:
        def end() -> None:
            self.ended += 1

        app = create_app(self._magica, dialect=dialect, process=LocalProcess(self.instance, end))
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://127.0.0.1",
            headers={"Authorization": f"Bearer {key}"},
        )


@pytest.fixture
def process(magica: LocalMagica) -> Process:
    return Process(magica)


async def test_a_process_proves_itself_to_who_shows_no_key(process: Process) -> None:
    nonce = "n" * 32
    async with process.client(key="") as client:
        answer = await client.get(PROOF_PATH, params={"nonce": nonce})

    assert answer.json() == {"proof": proof_of(process.instance, nonce=nonce)}


async def test_a_process_tells_about_itself(process: Process, magica: LocalMagica) -> None:
    async with process.client(key=magica.token) as client:
        card = (await client.get(CARD_PATH)).json()

    assert isinstance(card.pop("unfinishedRuns"), int)
    assert card == {
        "instanceId": "one",
        "version": "0.1.0",
        "schema": 1,
        "pid": 4711,
        "settings": "",
        "isBackground": False,
    }


@pytest.mark.parametrize(("method", "path"), [("GET", CARD_PATH), ("POST", SHUTDOWN_PATH)])
async def test_a_key_is_not_enough_for_the_process_itself(
    process: Process, account: NewAccount, method: str, path: str
) -> None:
    async with process.client(key=account.key) as client:
        answer = await client.request(method, path)

    assert (answer.status_code, process.ended) == (401, 0)


async def test_a_busy_process_does_not_end(
    process: Process, magica: LocalMagica, http: httpx.AsyncClient, llm: LlmStandIn
) -> None:
    llm.hold()
    await http.post("v1/nodes/gpt_5_4/run", json={"input": {"prompt": "Think."}})

    async with process.client(key=magica.token) as client:
        answer = await client.post(SHUTDOWN_PATH)

    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert process.ended == 0


async def test_the_hosted_dialect_has_no_process_to_ask(
    process: Process, account: NewAccount
) -> None:
    async with process.client(key=account.key, dialect=Dialect.HOSTED) as client:
        answer = await client.get(PROOF_PATH, params={"nonce": "n" * 32})

    assert answer.status_code == 404
