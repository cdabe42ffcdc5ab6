"""Language models: the endpoint that the user named answers, or a text that says there is none.

The endpoint is any that speaks OpenAI's chat completions. It is the user's own setting, so it may
be on this machine.
"""

import base64
import re
from collections.abc import Mapping

import httpx
from pydantic import BaseModel, JsonValue, ValidationError

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.fetch import fetch_media
from magica_mcp.local.nodes.job import LlmEndpoint, NodeJob, NodeResult, refuse_if_stopped
from magica_mcp.models.wire import JsonObject

TIMEOUT = httpx.Timeout(10, read=180)
PASSED_ON = ("temperature", "max_tokens", "top_p", "seed")
MIME_TYPES: Mapping[bytes, str] = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
    b"GIF8": "image/gif",
    b"%PDF": "application/pdf",
}
"""What a file is, by how it begins."""

REASONS: Mapping[int, str] = {
    401: "did not accept its key. Check MAGICA_LOCAL_LLM_KEY",
    403: "did not accept its key. Check MAGICA_LOCAL_LLM_KEY",
    404: "does not know this path or model. Check MAGICA_LOCAL_LLM_URL and MAGICA_LOCAL_LLM_MODEL",
    429: "is busy or its quota is used up. Try again in a minute",
}


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message


class _Usage(BaseModel):
    total_tokens: int | None = None


class _Completion(BaseModel):
    """The part of an answer that counts."""

    choices: list[_Choice]
    usage: _Usage | None = None


def answer_prompt(job: NodeJob, *, transport: httpx.BaseTransport | None = None) -> NodeResult:
    """The model's answer as text, charged at one microcredit a token (magica-contract 8)."""
    endpoint = job.bench.llm
    if endpoint is None:
        return NodeResult({"output": preview_text(job.input)})
    refuse_if_stopped(job)
    completion = _ask(endpoint, _body(job, endpoint), transport=transport)
    text = completion.choices[0].message.content if completion.choices else None
    if not text:
        raise _failed("answered with no text. Try again, or allow a longer answer")
    tokens = completion.usage.total_tokens if completion.usage else None
    return NodeResult({"output": text}, microcredits=tokens)


def preview_text(values: JsonObject) -> str:
    """What stands in for an answer where no endpoint is set: plainly so, yet of this prompt."""
    words = " ".join(str(values.get("prompt", "")).split())
    shown = words if len(words) <= 300 else f"{words[:299].rstrip()}…"
    pictures = values.get("image_urls")
    count = len(pictures) if isinstance(pictures, list) else 0
    seen = f" It came with {count} picture{'' if count == 1 else 's'}." if count else ""
    return (
        "[Local preview: no language model is configured. Set MAGICA_LOCAL_LLM_URL and "
        f"MAGICA_LOCAL_LLM_MODEL to get real answers.] The prompt was: {shown}{seen}"
    )


def _body(job: NodeJob, endpoint: LlmEndpoint) -> JsonObject:
    values = job.input
    messages: list[JsonValue] = []
    if values.get("system_prompt"):
        messages.append({"role": "system", "content": values["system_prompt"]})
    messages.append({"role": "user", "content": _content(job)})
    body: JsonObject = {"model": endpoint.model, "messages": messages}
    body.update({name: values[name] for name in PASSED_ON if _is_meant(name, values.get(name))})
    if values.get("response_format") is True:
        body["response_format"] = {"type": "json_object"}
    return body


def _is_meant(name: str, value: JsonValue) -> bool:
    """Whether a setting says anything; some endpoints refuse settings that they do not know."""
    return value is not None and not (name == "top_p" and value == 1)


def _content(job: NodeJob) -> JsonValue:
    """The prompt alone, or in parts with its pictures and documents."""
    prompt = str(job.input.get("prompt", ""))
    pictures = [_picture(url, job) for url in _urls(job.input.get("image_urls"))]
    documents = [_document(url, job) for url in _urls(job.input.get("file_urls"))]
    if not pictures and not documents:
        return prompt
    return [{"type": "text", "text": prompt}, *pictures, *documents]


def _urls(value: JsonValue) -> list[str]:
    return [url for url in value if isinstance(url, str)] if isinstance(value, list) else []


def _picture(url: str, job: NodeJob) -> JsonValue:
    return {"type": "image_url", "image_url": {"url": _data_url(url, job)}}


def _document(url: str, job: NodeJob) -> JsonValue:
    return {
        "type": "file",
        "file": {"filename": "document.pdf", "file_data": _data_url(url, job)},
    }


def _data_url(url: str, job: NodeJob) -> str:
    """The file itself, since an endpoint cannot reach our folder, nor may it fetch for others."""
    content = fetch_media(url, media=job.bench.media)
    known = (mime for start, mime in MIME_TYPES.items() if content.startswith(start))
    mime_type = next(known, "application/octet-stream")
    return f"data:{mime_type};base64,{base64.b64encode(content).decode()}"


def _ask(
    endpoint: LlmEndpoint, body: JsonObject, *, transport: httpx.BaseTransport | None
) -> _Completion:
    headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
    url = f"{endpoint.url.rstrip('/')}/chat/completions"
    try:
        with httpx.Client(transport=transport, timeout=TIMEOUT, headers=headers) as client:
            answer = client.post(url, json=body)
    except httpx.TimeoutException as error:
        raise _failed("took too long to answer. Try again, or ask for less") from error
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise _failed("could not be reached. Check MAGICA_LOCAL_LLM_URL") from error
    if not answer.is_success:
        raise _refused(answer)
    try:
        return _Completion.model_validate_json(answer.content)
    except ValidationError as error:
        raise _failed("answered something that is no chat completion") from error


def _refused(answer: httpx.Response) -> NodeFailedError:
    status = answer.status_code
    reason = REASONS.get(status, f"answered {status}. Try again in a minute")
    said = re.sub(r"\s+", " ", answer.text)[:200]
    return _failed(reason, detail=f"HTTP {status}: {said}")


def _failed(reason: str, *, detail: str = "") -> NodeFailedError:
    text = f"The language model's endpoint {reason}."
    return NodeFailedError(f"{text} ({detail})" if detail else text, user_message=text)
