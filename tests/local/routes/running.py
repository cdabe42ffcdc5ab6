"""How tests of routes start runs and see their end."""

from typing import Any

import anyio
import httpx

from magica_mcp.graph.lifecycle import RunStatus, is_over

LOOK_EVERY = 0.02
CROP = {"type": "crop_image", "data": {}}
PREVIEW = {"prompt": "a lighthouse", "resolution": "1K"}


async def start_preview(http: httpx.AsyncClient) -> str:
    """A picture: done in a moment, needs nothing from outside."""
    answer = await http.post(
        "v1/nodes/nano_banana_pro/run",
        json={"subModelId": "nano-banana-pro-text", "input": PREVIEW},
    )
    return str(answer.json()["runId"])


async def start_template(http: httpx.AsyncClient) -> str:
    """A template as a workflow run."""
    answer = await http.post("v1/runs", json={"workflowId": await any_template(http)})
    return str(answer.json()["runId"])


async def any_template(http: httpx.AsyncClient) -> str:
    """A template that makes a picture from text."""
    rows = (await http.get("v1/system-workflows")).json()["items"]
    return next(str(row["slug"]) for row in rows if row["nodeType"] == "nano_banana_pro")


async def finished(http: httpx.AsyncClient, path: str) -> dict[str, Any]:
    """The run at this path, once it is over."""
    with anyio.fail_after(10):
        while True:
            run: dict[str, Any] = (await http.get(path)).json()
            if is_over(RunStatus(run["status"])):
                return run
            await anyio.sleep(LOOK_EVERY)
