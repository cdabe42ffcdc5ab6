"""Text that cannot be said in UTF-8 is refused before it is kept."""

import httpx
import pytest

HALF = b"\\ud83d"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "v1/workflows", b'{"name": "%s"}' % HALF),
        ("POST", "v1/workflows", b'{"name": "A", "description": "%s"}' % HALF),
        ("POST", "v1/runs", b'{"workflowId": "gpt_5_4", "source": "%s"}' % HALF),
        ("POST", "v1/nodes/gpt_5_4/run", b'{"input": {"prompt": "%s"}}' % HALF),
        ("PATCH", "v1/workflows/x", b'{"%s": "x"}' % HALF),
    ],
)
async def test_half_a_character_is_refused(
    http: httpx.AsyncClient, method: str, path: str, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"}

    answer = await http.request(method, path, content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("name", [b"\\ud83d\\ude00", b"\\\\ud83d", "😀".encode()])
async def test_whole_characters_are_kept_however_they_are_written(
    http: httpx.AsyncClient, name: bytes
) -> None:
    headers = {"Content-Type": "application/json"}

    answer = await http.post("v1/workflows", content=b'{"name": "%s"}' % name, headers=headers)

    assert answer.status_code == 200
