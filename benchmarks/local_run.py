"""One single-node run on local Magica, end to end, against the work of that node alone.

Both sides render the same small picture: once by calling the node, once by POST, durable run,
ledger, file and GET until COMPLETED, over HTTP in-process.

usage: python -m benchmarks.local_run [RUNS]
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx

from magica_mcp.local.app import create_app
from magica_mcp.local.magica import open_magica
from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.job import NodeJob, Workbench
from magica_mcp.models.inputs import checked

MODEL, NODE_TYPE = "nano-banana-2-text", "nano_banana_2"


async def main() -> None:
    """Print medians, and the median of the ratios of neighbouring runs."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as home, open_magica(Path(home)) as magica:
        account = magica.create_account("Benchmark", microcredits=1_000_000_000)
        schema = magica.catalog.schema(MODEL)

        def alone(number: int) -> float:
            given = checked(schema, {"prompt": f"Picture {number}", "resolution": "512"})
            job = NodeJob(
                run_id="alone",
                node_id=f"node_{number}",
                node_type=NODE_TYPE,
                sub_model_id=MODEL,
                kind=magica.catalog.kind(NODE_TYPE, sub_model_id=MODEL),
                input=given,
                bench=Workbench(magica.media),
                should_stop=lambda: False,
            )
            began = time.perf_counter()
            run_node(job)
            return time.perf_counter() - began

        async def whole(number: int, http: httpx.AsyncClient) -> float:
            body = {
                "subModelId": MODEL,
                "input": {"prompt": f"Picture {number}", "resolution": "512"},
            }
            began = time.perf_counter()
            started = (await http.post(f"v1/nodes/{NODE_TYPE}/run", json=body)).json()
            while True:
                run = (await http.get(f"v1/nodes/runs/{started['runId']}")).json()
                if run["status"] == "COMPLETED":
                    return time.perf_counter() - began
                assert run["status"] in {"QUEUED", "RUNNING"}, run
                await asyncio.sleep(0.005)

        transport = httpx.ASGITransport(create_app(magica))
        headers = {"Authorization": f"Bearer {account.key}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1/api/", headers=headers
        ) as http:
            alone(0)
            await whole(0, http)
            pairs = [(alone(n), await whole(n, http)) for n in range(1, runs + 1)]
    node, run = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
    extra = statistics.median(b - a for a, b in pairs) * 1000
    print(f"the node alone       {node:7.1f} ms (median of {runs})")
    print(f"a run, end to end    {run:7.1f} ms (median of {runs})")
    print(f"what the run adds    {extra:7.1f} ms (median of pairs)")


if __name__ == "__main__":
    asyncio.run(main())
