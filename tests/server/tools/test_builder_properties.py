"""No sequence of builder calls makes a graph that validation refuses."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp import Client

from magica_mcp.graph.validation import structural_problems
from magica_mcp.local.magica import LocalMagica, NewAccount
from magica_mcp.models.graphs import graph_of
from tests.server.assistant import assistant, told

TYPES = ("flux_2_pro", "nano_banana_pro", "gpt_5_4", "crop_image")
HANDLES = (
    "scene", "size", "result", "in:result", "out:result", "out:output", "out:image_url",
    "in:prompt", "prompt", "in:image_urls", "in:image_url", "in:system_prompt", "in:nothing",
)  # fmt: skip
SLOT = st.integers(0, 5)
STEP = st.one_of(
    st.tuples(st.just("add_node"), st.sampled_from(TYPES)),
    st.tuples(st.just("delete_node"), SLOT),
    st.tuples(
        st.just("connect_nodes"), SLOT, st.sampled_from(HANDLES), SLOT, st.sampled_from(HANDLES)
    ),
    st.tuples(st.just("disconnect_nodes"), SLOT, SLOT),
)


def call_of(step: tuple[Any, ...], workflow: str, nodes: list[str]) -> tuple[str, dict[str, Any]]:
    """A step as a tool call on whichever nodes there are."""
    tool, *rest = step
    at = [nodes[part % len(nodes)] if isinstance(part, int) else part for part in rest]
    names = {
        "add_node": ("nodeType",),
        "delete_node": ("nodeId",),
        "connect_nodes": ("sourceNodeId", "sourceHandle", "targetNodeId", "targetHandle"),
        "disconnect_nodes": ("sourceNodeId", "targetNodeId"),
    }[tool]
    return tool, {"workflowId": workflow, **dict(zip(names, at, strict=True))}


async def built(client: Client, steps: list[tuple[Any, ...]]) -> str:
    fields = [{"name": "Scene", "type": "text"}, {"name": "Size", "type": "number"}]
    made = await told(client, "create_workflow", {"name": "Any", "requestFields": fields})
    workflow = made["workflowId"]
    nodes = [made["requestNodeId"], made["responseNodeId"]]
    for step in steps:
        tool, arguments = call_of(step, workflow, nodes)
        answer = await client.call_tool(tool, arguments)
        if not answer.is_error and tool == "add_node":
            nodes.append((answer.structured_content or {})["nodeId"])
        if not answer.is_error and tool == "delete_node":
            nodes.remove(arguments["nodeId"])
    return str(workflow)


def test_no_sequence_of_builder_calls_makes_an_unsound_graph(
    magica: LocalMagica, account: NewAccount, tmp_path_factory: Any
) -> None:
    from magica_mcp.local.app import create_app  # noqa: PLC0415 - heavy

    app = create_app(magica)

    async def problems_after(steps: list[tuple[Any, ...]], home: Path) -> list[str]:
        async with (
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://127.0.0.1/api/",
                headers={"Authorization": f"Bearer {account.key}"},
            ) as http,
            assistant(http, home) as client,
        ):
            workflow = await built(client, steps)
        graph = graph_of(
            magica.workflow(account.account, workflow),
            ports_of=lambda kind, mode: magica.catalog.ports(kind, sub_model_id=mode),
        )
        return [problem.text for problem in structural_problems(graph)]

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.lists(STEP, max_size=12))
    def holds(steps: list[tuple[Any, ...]]) -> None:
        home = tmp_path_factory.mktemp("home")
        assert asyncio.run(problems_after(steps, home)) == []

    holds()
