"""What goes out, how often, and what a failure becomes."""

from collections.abc import Awaitable, Callable

import anyio
import httpx
import pytest

from magica_mcp.api import transport
from magica_mcp.api.client import MagicaClient
from magica_mcp.api.quota import Budget
from magica_mcp.api.retry import Effect
from magica_mcp.api.transport import content_of, query_of, segment
from magica_mcp.errors import (
    ApiError,
    InvalidInputError,
    LocalMagicaError,
    NotFoundError,
    OutcomeUnknownError,
    OutOfCreditsError,
    RateLimitedError,
    RejectedError,
    ServerFailedError,
    UnreachableError,
    UnreadableAnswerError,
)
from magica_mcp.models.credits import NodeToPrice
from magica_mcp.models.runs import StartModelRun, StartRun
from tests.api.stage import KEY, Reply, Stage, answer, recorded, web_page
from tests.patience import LONG_ENOUGH

BALANCE = "GET v1/credits/balance"
START = "POST v1/runs"


async def start(client: MagicaClient) -> object:
    return await client.start_run(StartRun(workflow_id="w1"))


async def start_model(client: MagicaClient) -> object:
    return await client.start_model_run("flux_2_pro", StartModelRun(input={}))


async def estimate(client: MagicaClient) -> object:
    return await client.estimate_nodes([NodeToPrice(type="flux_2_pro")])


async def batch(client: MagicaClient) -> object:
    return await client.get_runs(["r1"])


STARTS = [(START, start), ("POST v1/nodes/flux_2_pro/run", start_model)]
FREE_POSTS = [
    ("POST v1/nodes/estimate-credits", estimate, "estimate_one"),
    ("POST v1/runs/batch", batch, "runs_batch"),
]
Do = Callable[[MagicaClient], Awaitable[object]]


async def test_the_key_travels_as_a_bearer_token() -> None:
    stage = Stage({BALANCE: recorded("balance")})
    await stage.client.balance()

    assert stage.requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "trouble",
    [recorded("error_500", 500), web_page(502), httpx.ConnectError("no"), httpx.ReadError("reset")],
)
async def test_a_read_is_tried_again_until_it_succeeds(trouble: Reply) -> None:
    stage = Stage({BALANCE: [trouble, trouble, recorded("balance")]})
    balance = await stage.client.balance()

    assert (balance.available_balance, stage.waited) == (26_170_000, [0.5, 1.0])


@pytest.mark.parametrize(("route", "do", "name"), FREE_POSTS)
async def test_a_post_without_effect_is_tried_again(route: str, do: Do, name: str) -> None:
    priced = answer({"estimates": [{"microcredits": 1}]})
    good = priced if name == "estimate_one" else recorded(name)
    stage = Stage({route: [recorded("error_500", 500), good]})
    await do(stage.client)

    assert stage.sent == [route, route]


async def test_a_read_is_given_up_after_three_attempts() -> None:
    stage = Stage({BALANCE: recorded("error_500", 500)})

    with pytest.raises(ServerFailedError):
        await stage.client.balance()
    assert len(stage.sent) == 3


async def test_a_limited_read_waits_as_long_as_it_is_told() -> None:
    limited = recorded("error_429", 429, retry_after="7")
    stage = Stage({BALANCE: [limited, recorded("balance")]})
    await stage.client.balance()

    assert stage.waited == [7.0]


async def test_a_limit_too_long_to_sit_out_is_told_at_once() -> None:
    stage = Stage({BALANCE: recorded("error_429", 429, retry_after="3600")})

    with pytest.raises(RateLimitedError, match="Wait 60 minutes") as caught:
        await stage.client.balance()
    assert (caught.value.retry_after, stage.waited) == (3600.0, [])


@pytest.mark.parametrize(("route", "do"), STARTS)
@pytest.mark.parametrize(
    "trouble",
    [
        recorded("error_500", 500),
        web_page(502),
        web_page(200),
        answer({"ok": True}, 202),
        httpx.ReadTimeout("slow"),
        httpx.WriteError("reset"),
        httpx.RemoteProtocolError("closed"),
    ],
)
async def test_a_start_that_may_have_been_accepted_is_never_sent_again(
    route: str, do: Do, trouble: Reply
) -> None:
    stage = Stage({route: trouble})

    with pytest.raises(OutcomeUnknownError, match="nothing was sent again"):
        await do(stage.client)
    assert stage.sent == [route]


@pytest.mark.parametrize(("route", "do"), STARTS)
@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError("no"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("busy")]
)
async def test_a_start_that_never_left_is_sent_again(route: str, do: Do, trouble: Reply) -> None:
    stage = Stage({route: [trouble, recorded("start_run", 202)]})
    await do(stage.client)

    assert stage.sent == [route, route]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (recorded("error_400_validation", 400), RejectedError),
        (recorded("error_403_credits", 403), OutOfCreditsError),
        (recorded("error_404_type", 404), NotFoundError),
    ],
)
async def test_a_refused_start_is_sent_once_and_charges_nothing(
    reply: Reply, error: type[ApiError]
) -> None:
    stage = Stage({START: reply})

    with pytest.raises(error, match="Nothing was started and nothing was charged"):
        await start(stage.client)
    assert stage.sent == [START]


async def test_a_start_that_met_a_limit_is_sent_once_and_may_have_been_accepted() -> None:
    stage = Stage({START: recorded("error_429", 429, retry_after="1")})

    with pytest.raises(OutcomeUnknownError, match="limit of requests"):
        await start(stage.client)
    assert stage.sent == [START]


@pytest.mark.parametrize("trouble", [web_page(500), httpx.ReadTimeout("slow")])
async def test_a_cancellation_is_not_repeated_blindly(trouble: Reply) -> None:
    stage = Stage({"POST v1/runs/r1/cancel": trouble})

    with pytest.raises(ApiError, match="Whether it took effect is not known"):
        await stage.client.cancel_run("r1")
    assert len(stage.sent) == 1


async def test_a_web_page_in_place_of_json_points_at_the_base_url() -> None:
    stage = Stage({BALANCE: web_page(200)})

    with pytest.raises(UnreadableAnswerError, match=r"a web page that is not JSON.*BASE_URL"):
        await stage.client.balance()


async def test_json_of_another_shape_is_unreadable() -> None:
    stage = Stage({BALANCE: answer({"balance": 1})})

    with pytest.raises(UnreadableAnswerError, match="availableBalance"):
        await stage.client.balance()


async def test_an_error_that_echoes_the_key_does_not_show_it() -> None:
    stage = Stage({BALANCE: answer({"error": f"Bad key {KEY}."}, 401)})

    with pytest.raises(ApiError) as caught:
        await stage.client.balance()
    assert KEY not in str(caught.value)


async def test_our_own_errors_from_below_pass_unchanged() -> None:
    stage = Stage({BALANCE: LocalMagicaError("Local Magica did not start.")})

    with pytest.raises(LocalMagicaError, match="did not start"):
        await stage.client.balance()


async def test_an_answer_that_trickles_forever_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def trickle(request: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    monkeypatch.setattr(transport, "WHOLE_EXCHANGE", 0.01)
    http = httpx.AsyncClient(base_url="https://a.test/", transport=httpx.MockTransport(trickle))

    with anyio.fail_after(LONG_ENOUGH), pytest.raises(OutcomeUnknownError, match="took too long"):
        await start(MagicaClient(http))


async def test_a_call_may_have_its_own_seconds() -> None:
    async def trickle(request: httpx.Request) -> httpx.Response:
        assert request.extensions["timeout"]["read"] == 0.01
        await anyio.sleep_forever()
        raise AssertionError

    http = httpx.AsyncClient(base_url="https://a.test/", transport=httpx.MockTransport(trickle))
    budget = Budget(sleep=anyio.sleep, clock=anyio.current_time, now=lambda: 0)
    patient = transport.Transport(
        http, sleep=anyio.sleep, chance=lambda: 0, now=lambda: 0, budget=budget
    )
    call = transport.Call("POST", "v1/files", Effect.CHANGE, seconds=0.01)

    with anyio.fail_after(LONG_ENOUGH), pytest.raises(UnreachableError, match="took too long"):
        await patient.ask(call, lambda reply: reply)


async def test_cancelling_a_call_is_not_mistaken_for_a_timeout() -> None:
    async def hang(request: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    http = httpx.AsyncClient(base_url="https://a.test/", transport=httpx.MockTransport(hang))
    with anyio.move_on_after(0.01) as scope:
        await start(MagicaClient(http))

    assert scope.cancelled_caught


async def test_no_connection_at_all_names_the_host() -> None:
    stage = Stage({BALANCE: httpx.ConnectError("refused")})

    with pytest.raises(UnreachableError, match=r"Could not connect to magica\.test"):
        await stage.client.balance()


@pytest.mark.parametrize("identifier", ["", " ", ".", ".."])
def test_an_id_that_walks_through_the_path_is_refused(identifier: str) -> None:
    with pytest.raises(InvalidInputError):
        segment(identifier)


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("cmv1x0k2q", "cmv1x0k2q"),
        ("a/../b", "a%2F..%2Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("ä", "%C3%A4"),
        ("\ud83d", "%3F"),
    ],
)
def test_an_id_is_one_segment_of_a_path(identifier: str, text: str) -> None:
    assert segment(identifier) == text


def test_parameters_are_written_as_the_wire_has_them() -> None:
    parameters = query_of({"inDetails": True, "page": 2, "search": "kite"})

    assert parameters == {"inDetails": "true", "page": "2", "search": "kite"}


def test_a_lone_surrogate_survives_in_a_body() -> None:
    assert content_of({"prompt": "\ud83d"}) == b'{"prompt":"\\ud83d"}'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_cannot_say_is_not_sent(number: float) -> None:
    with pytest.raises(InvalidInputError, match="Nothing was sent"):
        content_of({"seed": number})
