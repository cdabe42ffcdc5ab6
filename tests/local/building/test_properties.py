"""What holds after every sequence of edits, whatever they are."""

from collections.abc import Callable
from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from magica_mcp.errors import MagicaError
from magica_mcp.graph.drawing import drawing
from magica_mcp.graph.validation import structural_problems
from magica_mcp.local.building import (
    node_types,
    with_edge,
    with_inputs,
    with_node,
    without_edge,
    without_node,
)
from magica_mcp.models.building import AddNode, ConnectNodes, DisconnectNodes
from magica_mcp.models.workflows import Workflow
from tests.local.building.samples import CATALOG, REQUEST, RESPONSE, empty, graph_in
from tests.local.building.samples import connecting as asking
from tests.thoroughness import tries

Edit = Callable[[Workflow], Workflow]

ROWS = node_types(CATALOG)
TYPES = [row.node_type for row in ROWS]
MODES = sorted({str(mode) for row in ROWS for mode in row.modes})
INPUTS = sorted({port.handle for row in ROWS for port in row.inputs})
OUTPUTS = sorted({port.handle for row in ROWS for port in row.outputs})
FIELDS = ("topic", "Photo", "photo_2", "loud", "count")

NODE_IDS = st.sampled_from([REQUEST, RESPONSE, *(f"n{at}" for at in range(6)), "ghost"])
NEW_IDS = st.sampled_from([*(f"n{at}" for at in range(6)), "x_request", ""])
EDGE_IDS = st.integers(0, 12).map(lambda number: f"e{number}")
NAMES = st.sampled_from([*INPUTS, *(handle[3:] for handle in INPUTS), *FIELDS, "result", "", "in:"])
HANDLES = st.one_of(st.sampled_from([*OUTPUTS, *FIELDS, "result", "out:"]), NAMES)
VALUES: st.SearchStrategy[JsonValue] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(),
    st.sampled_from(["", "PNG", "5", "yes", "https://a.example/b.png", "media:x", "\0"]),
    st.lists(st.just("https://a.example/b.png"), max_size=12),
    st.just({"width": 1, "height": 2}),
)
SETTINGS = st.dictionaries(NAMES, VALUES, max_size=2)
CELLS = st.one_of(st.integers(1, 4), st.just(10**400))


def adding(ask: AddNode, node_id: str) -> Edit:
    return lambda workflow: with_node(workflow, ask, catalog=CATALOG, node_id=node_id)[0]


def connecting(ask: ConnectNodes, edge_id: str) -> Edit:
    return lambda workflow: with_edge(workflow, ask, catalog=CATALOG, edge_id=edge_id)[0]


def setting(node_id: str, inputs: dict[str, JsonValue]) -> Edit:
    return lambda workflow: with_inputs(workflow, node_id, inputs, catalog=CATALOG)


def removing(node_id: str) -> Edit:
    return lambda workflow: without_node(workflow, node_id)


def disconnecting(ask: DisconnectNodes) -> Edit:
    return lambda workflow: without_edge(workflow, ask)


ADDED = st.fixed_dictionaries(
    {"nodeType": st.sampled_from([*TYPES, "flux-2-pro-edit", "request", "ghost"])},
    optional={
        "mode": st.sampled_from([*MODES, "ghost", ""]),
        "inputs": SETTINGS,
        "position": st.fixed_dictionaries({"x": st.floats(), "y": st.floats()}),
        "column": CELLS,
        "row": CELLS,
    },
).map(AddNode.model_validate)
PLAIN = st.sampled_from(TYPES).map(lambda node_type: AddNode(node_type=node_type))
CONNECTED = st.fixed_dictionaries(
    {
        "sourceNodeId": NODE_IDS,
        "sourceHandle": HANDLES.filter(bool),
        "targetNodeId": NODE_IDS,
        "targetHandle": HANDLES.filter(bool),
    }
).map(ConnectNodes.model_validate)
SOURCES = [
    *(f"{REQUEST}.{field}" for field in FIELDS),
    *("n0.output", "n1.out:result", "n2.result", "n3.image_url", "n3.width", "n4.output"),
]
TARGETS = [
    *(f"{RESPONSE}.result", "n0.prompt", "n0.image_urls", "n0.seed", "n1.prompt", "n2.prompt"),
    *("n2.in:image_urls", "n3.image_url", "n3.x_px", "n4.prompt", "n4.system_prompt"),
]
LIKELY = st.builds(
    lambda source, target: asking(f"{source} > {target}"),
    st.sampled_from(SOURCES),
    st.sampled_from(TARGETS),
)
DISCONNECTED = st.fixed_dictionaries(
    {},
    optional={
        "edgeId": EDGE_IDS,
        "sourceNodeId": NODE_IDS,
        "sourceHandle": HANDLES,
        "targetNodeId": NODE_IDS,
        "targetHandle": HANDLES,
    },
).map(DisconnectNodes.model_validate)
EDITS = st.one_of(
    st.builds(adding, ADDED, NEW_IDS),
    st.builds(adding, PLAIN, NEW_IDS),
    st.builds(connecting, CONNECTED, EDGE_IDS),
    *[st.builds(connecting, LIKELY, EDGE_IDS)] * 4,
    st.builds(setting, NODE_IDS, SETTINGS),
    st.builds(removing, NODE_IDS),
    st.builds(disconnecting, DISCONNECTED),
)


def a_beginning() -> Workflow:
    """A workflow with some nodes, so that many edges are possible at once."""
    workflow = empty(
        ("Topic", "text"), ("Photo", "image"), ("photo", "image"), ("Loud", "boolean"),
        ("Count", "number"),
    )  # fmt: skip
    numbers = count()
    for node_type in ("gpt_5_4", "flux_2_pro", "flux-2-pro-edit", "crop_image"):
        workflow = adding(AddNode(node_type=node_type), f"n{next(numbers)}")(workflow)
    return workflow


BEGINNING = a_beginning()


def attempt(edit: Edit, workflow: Workflow) -> tuple[Workflow, str]:
    """The workflow after an edit, and why it was refused, if it was."""
    try:
        return edit(workflow), ""
    except MagicaError as error:
        return workflow, str(error)


def states(edits: list[Edit]) -> list[Workflow]:
    """The workflow at the beginning and after each edit; one that is refused changes nothing."""
    found = [BEGINNING]
    for edit in edits:
        found.append(attempt(edit, found[-1])[0])
    return found


@given(st.lists(EDITS, min_size=8, max_size=25))
@tries(40, many=120)
def test_no_sequence_of_edits_makes_an_unsound_workflow(edits: list[Edit]) -> None:
    assert structural_problems(graph_in(states(edits)[-1])) == []


@given(st.lists(EDITS, min_size=8, max_size=20), EDITS)
@tries(50, many=200)
def test_every_refusal_is_a_sentence(edits: list[Edit], edit: Edit) -> None:
    _, refusal = attempt(edit, states(edits)[-1])

    assert not refusal or refusal.endswith((".", "?"))


@given(st.lists(EDITS, min_size=8, max_size=15), EDITS)
@tries(30, many=100)
def test_no_edit_changes_the_workflow_that_it_was_given(edits: list[Edit], edit: Edit) -> None:
    workflow = states(edits)[-1]
    before = workflow.model_dump_json()
    attempt(edit, workflow)

    assert workflow.model_dump_json() == before


@given(st.lists(EDITS, min_size=8, max_size=20))
@tries(20, many=60)
def test_a_workflow_survives_the_wire_after_any_edits(edits: list[Edit]) -> None:
    last = states(edits)[-1]
    read_again = Workflow.model_validate_json(last.model_dump_json(by_alias=True))

    assert graph_in(read_again) == graph_in(last)


@given(st.lists(EDITS, min_size=8, max_size=20))
@tries(20, many=60)
def test_every_node_has_one_line_in_the_drawing(edits: list[Edit]) -> None:
    last = states(edits)[-1]

    assert len(drawing(graph_in(last)).splitlines()) == len(last.nodes)
