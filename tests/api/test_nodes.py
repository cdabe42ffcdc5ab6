"""Edits of nodes and edges, and what there is to add."""

from collections.abc import Awaitable, Callable

import pytest

from magica_mcp.api.catalog import CATALOG_SECONDS
from magica_mcp.api.client import MagicaClient
from magica_mcp.errors import ConflictError, GoneError, InvalidInputError, NotFoundError
from magica_mcp.models.building import AddNode, ConnectNodes, DisconnectNodes, Position
from tests.api.stage import Stage, answer, recorded

TYPES = "GET v1/node-types"
ADD = "POST v1/workflows/w1/nodes"
NODE = "v1/workflows/w1/nodes/n1"
EDGES = "v1/workflows/w1/edges"
EDGE = ConnectNodes(
    source_node_id="n1",
    source_handle="out:result",
    target_node_id="n2",
    target_handle="in:image_urls",
)
BY_ENDS = DisconnectNodes(source_node_id="n1", target_node_id="n2")

Do = Callable[[MagicaClient], Awaitable[object]]

EDITS: dict[str, tuple[str, Do]] = {
    "add": (ADD, lambda magica: magica.add_node("w1", AddNode(node_type="flux_2_pro"))),
    "update": (f"PATCH {NODE}", lambda magica: magica.update_node("w1", "n1", {"prompt": "a"})),
    "delete": (f"DELETE {NODE}", lambda magica: magica.delete_node("w1", "n1")),
    "connect": (f"POST {EDGES}", lambda magica: magica.connect_nodes("w1", EDGE)),
    "disconnect": (
        f"DELETE {EDGES}/e1",
        lambda magica: magica.disconnect_nodes("w1", DisconnectNodes(edge_id="e1")),
    ),
    "disconnect by ends": (
        f"DELETE {EDGES}",
        lambda magica: magica.disconnect_nodes("w1", BY_ENDS),
    ),
}


async def test_node_types_say_their_ports() -> None:
    stage = Stage({TYPES: recorded("node_types")})
    flux, gpt = await stage.client.node_types()

    assert [port.handle for port in (*flux.inputs, *gpt.outputs)] == ["in:prompt", "out:output"]
    assert (gpt.inputs[0].multiple, gpt.inputs[0].max_items) == (True, 10)


async def test_node_types_may_say_little() -> None:
    stage = Stage({TYPES: recorded("node_types_bare")})
    (crop,) = await stage.client.node_types()

    assert (crop.node_type, crop.inputs[0].handle, crop.modes) == ("crop_image", "in:image_url", ())


@pytest.mark.parametrize("key", ["nodeTypes", "items", "types"])
async def test_node_types_are_found_under_any_name(key: str) -> None:
    stage = Stage({TYPES: answer({key: [{"nodeType": "flux_2_pro"}]})})

    assert [row.node_type for row in await stage.client.node_types()] == ["flux_2_pro"]


async def test_node_types_are_believed_for_ten_minutes_by_category() -> None:
    stage = Stage({TYPES: recorded("node_types")})
    for category, pause in ((None, 0), ("llm", 1), (None, CATALOG_SECONDS - 2), (None, 1)):
        stage.time += pause
        await stage.client.node_types(category=category)

    asked = [request.url.params.get("category") for request in stage.requests]

    assert asked == [None, "llm", None]


async def test_a_node_is_added_where_it_is_wanted() -> None:
    stage = Stage({ADD: recorded("add_node")})
    ask = AddNode(
        node_type="gpt_5_4",
        position=Position(x=420.5, y=0),
        row=0,
        inputs={"system_prompt": "Be brief.", "seed": None},
        mode="chat",
    )
    added = await stage.client.add_node("w1", ask)

    assert added.output_ports == ("out:output",)
    assert stage.body() == {
        "nodeType": "gpt_5_4",
        "position": {"x": 420.5, "y": 0},
        "row": 0,
        "inputs": {"system_prompt": "Be brief.", "seed": None},
        "mode": "chat",
    }


async def test_an_edge_is_added_between_two_ports() -> None:
    stage = Stage({f"POST {EDGES}": recorded("connect_nodes", 201)})
    edge = await stage.client.connect_nodes("w1", EDGE)

    assert (edge.edge_id, edge.data_types.source) == ("e1", "image")
    assert stage.body() == {
        "sourceNodeId": "n1",
        "sourceHandle": "out:result",
        "targetNodeId": "n2",
        "targetHandle": "in:image_urls",
    }


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        ("add", "node type 'flux_2_pro' or workflow 'w1'"),
        ("update", "node 'n1' or workflow 'w1'"),
        ("delete", "node 'n1' or workflow 'w1'"),
        ("connect", "node 'n1', node 'n2' or workflow 'w1'"),
        ("disconnect", "edge 'e1' or workflow 'w1'"),
        ("disconnect by ends", "edge 'n1 → n2' or workflow 'w1'"),
    ],
)
async def test_what_an_edit_does_not_find_is_named_with_its_workflow(edit: str, named: str) -> None:
    route, do = EDITS[edit]
    stage = Stage({route: recorded("error_404_node", 404), "POST mcp": recorded("tool_absent")})

    with pytest.raises(NotFoundError, match=rf"no {named}, .*Node not found.*list_"):
        await do(stage.client)


@pytest.mark.parametrize("edit", EDITS)
async def test_an_edit_that_met_another_one_is_advised_to_read_again(edit: str) -> None:
    route, do = EDITS[edit]
    stage = Stage({route: recorded("error_409", 409)})

    with pytest.raises(ConflictError, match=r"again with get_workflow, then repeat"):
        await do(stage.client)


async def test_a_retired_node_type_is_named() -> None:
    stage = Stage({ADD: recorded("error_410", 410)})

    with pytest.raises(GoneError, match="node type 'flux_2_pro' is retired"):
        await EDITS["add"][1](stage.client)


@pytest.mark.parametrize(
    "ask",
    [
        DisconnectNodes(),
        DisconnectNodes(source_node_id="n1"),
        DisconnectNodes(source_node_id="", target_node_id="n2"),
    ],
)
async def test_an_edge_that_is_not_said_is_asked_for(ask: DisconnectNodes) -> None:
    stage = Stage({})

    with pytest.raises(InvalidInputError, match=r"Give edgeId, or both"):
        await stage.client.disconnect_nodes("w1", ask)
    assert stage.sent == []


async def test_an_edge_is_known_by_its_id_before_its_ends() -> None:
    stage = Stage({f"DELETE {EDGES}/e1": recorded("success")})
    await stage.client.disconnect_nodes("w1", BY_ENDS.model_copy(update={"edge_id": "e1"}))

    assert stage.requests[0].content == b""
