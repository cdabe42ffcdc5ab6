"""Language models: the user's endpoint, or a plain word that there is none."""

import base64
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from PIL import Image

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.job import LlmEndpoint, NodeResult
from magica_mcp.local.nodes.llm import answer_prompt
from magica_mcp.models.wire import JsonObject
from tests.local.nodes.bench import Bench

ENDPOINT = LlmEndpoint(url="http://127.0.0.1:11434/v1/", model="small-model", key="sk-secret")
ANSWER: JsonObject = {
    "choices": [{"message": {"role": "assistant", "content": "Because of Rayleigh."}}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 13, "total_tokens": 23},
}


def asked(bench: Bench, given: JsonObject, answer: httpx.Response) -> tuple[NodeResult, Any]:
    """Run a model against an endpoint that gives this answer; also what the endpoint was sent."""
    seen: list[httpx.Request] = []

    def endpoint(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer

    job = replace(bench, llm=ENDPOINT).job("gpt_5_4", given)
    result = answer_prompt(job, transport=httpx.MockTransport(endpoint))
    return result, seen[0]


def ok() -> httpx.Response:
    return httpx.Response(200, json=ANSWER)


def test_the_endpoint_answers(bench: Bench) -> None:
    result, request = asked(bench, {"prompt": "Why is the sky blue?"}, ok())

    assert result.output == {"output": "Because of Rayleigh."}
    assert str(request.url) == "http://127.0.0.1:11434/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer sk-secret"


def test_tokens_are_charged_one_by_one(bench: Bench) -> None:
    result, _ = asked(bench, {"prompt": "Why?"}, ok())

    assert result.microcredits == 23


def test_without_a_count_of_tokens_the_estimate_stands(bench: Bench) -> None:
    uncounted = {"choices": ANSWER["choices"]}

    result, _ = asked(bench, {"prompt": "Why?"}, httpx.Response(200, json=uncounted))

    assert result.microcredits is None


def test_only_settings_that_say_something_are_sent(bench: Bench) -> None:
    _, request = asked(bench, {"prompt": "Why?"}, ok())

    assert json.loads(request.content) == {
        "model": "small-model",
        "messages": [{"role": "user", "content": "Why?"}],
        "temperature": 0.7,
    }


def test_all_settings_reach_the_endpoint(bench: Bench) -> None:
    given: JsonObject = {
        "prompt": "Why?",
        "system_prompt": "You are a pirate.",
        "temperature": 0,
        "max_tokens": 50,
        "top_p": 0.5,
        "seed": 3,
        "response_format": True,
    }

    _, request = asked(bench, given, ok())

    assert json.loads(request.content) == {
        "model": "small-model",
        "messages": [
            {"role": "system", "content": "You are a pirate."},
            {"role": "user", "content": "Why?"},
        ],
        "temperature": 0,
        "max_tokens": 50,
        "top_p": 0.5,
        "seed": 3,
        "response_format": {"type": "json_object"},
    }


def test_pictures_and_documents_go_along_as_data(bench: Bench) -> None:
    picture = bench.keep(Image.new("RGB", (4, 4)))
    name = bench.media.name_for("earlier", "other", 0, extension=".pdf")
    document = bench.media.write(name, b"%PDF-1.7")

    given: JsonObject = {"prompt": "What?", "image_urls": [picture], "file_urls": [document]}
    _, request = asked(bench, given, ok())
    text, image, file = json.loads(request.content)["messages"][0]["content"]

    assert text == {"type": "text", "text": "What?"}
    data = base64.b64encode(bench.kept(picture)).decode()
    assert image == {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
    assert file["file"]["file_data"].startswith("data:application/pdf;base64,")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (httpx.Response(429, text="slow down"), "is busy or its quota is used up"),
        (httpx.Response(500, text="oops"), "answered 500"),
        (httpx.Response(401, text="who?"), "did not accept its key"),
        (httpx.Response(404, text="no model"), "does not know this path or model"),
        (httpx.Response(302, headers={"location": "/"}), "answered 302"),
        (httpx.Response(200, text="<html>"), "no chat completion"),
        (httpx.Response(200, json={"error": "no"}), "no chat completion"),
        (httpx.Response(200, json={"choices": []}), "answered with no text"),
        (httpx.Response(200, json={"choices": [{"message": {"content": None}}]}), "with no text"),
    ],
)
def test_a_failing_endpoint_is_told_in_a_sentence(
    bench: Bench, answer: httpx.Response, sentence: str
) -> None:
    with pytest.raises(NodeFailedError) as failed:
        asked(bench, {"prompt": "Why?"}, answer)

    assert sentence in failed.value.user_message
    assert "sk-secret" not in str(failed.value)


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (httpx.ReadTimeout("slow"), "took too long to answer"),
        (httpx.ConnectError("refused"), "could not be reached"),
    ],
)
def test_an_endpoint_out_of_reach_is_told_in_a_sentence(
    bench: Bench, failure: Exception, sentence: str
) -> None:
    def endpoint(request: httpx.Request) -> httpx.Response:
        raise failure

    job = replace(bench, llm=ENDPOINT).job("gpt_5_4", {"prompt": "Why?"})
    with pytest.raises(NodeFailedError) as failed:
        answer_prompt(job, transport=httpx.MockTransport(endpoint))

    assert sentence in failed.value.user_message


def test_what_the_endpoint_said_is_kept_for_the_technical_text(bench: Bench) -> None:
    with pytest.raises(NodeFailedError, match=r"HTTP 429: slow down") as failed:
        asked(bench, {"prompt": "Why?"}, httpx.Response(429, text="slow\n down"))

    assert "slow down" not in failed.value.user_message


def test_a_run_that_was_canceled_asks_nobody(bench: Bench) -> None:
    job = replace(bench, llm=ENDPOINT).stopped_job("gpt_5_4", {"prompt": "Why?"})

    with pytest.raises(NodeFailedError, match="canceled"):
        answer_prompt(job)


def test_without_an_endpoint_the_text_says_so(bench: Bench) -> None:
    result = run_node(bench.job("claude_sonnet_5", {"prompt": "Why is\nthe sky blue?"}))

    text = str(result.output["output"])
    assert text.startswith("[Local preview: no language model is configured.")
    assert "Why is the sky blue?" in text
    assert result.microcredits is None


def test_without_an_endpoint_the_text_tells_of_the_pictures(bench: Bench) -> None:
    given: JsonObject = {"prompt": "What?", "image_urls": [bench.keep(Image.new("RGB", (4, 4)))]}

    output = run_node(bench.job("gpt_5_4", given)).output["output"]

    assert str(output).endswith("It came with 1 picture.")


def test_without_an_endpoint_a_long_prompt_is_shortened(bench: Bench) -> None:
    output = run_node(bench.job("gpt_5_4", {"prompt": "word " * 500})).output["output"]

    assert len(str(output)) < 500
