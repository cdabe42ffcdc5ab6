"""What holds after every sequence of edits, whatever they are."""

from collections.abc import Callable, Iterator
from itertools import count

from hypothesis import given, settings
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
from magica_mcp.models.building import AddNode, ConnectNodes, DisconnectNodes, Position
from magica_mcp.models.workflows import Workflow
from tests.local.building.samples import CATALOG, REQUEST, RESPONSE, empty, graph_in

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
PLACES = st.one_of(st.none(), st.builds(Position, x=st.floats(), y=st.floats()))
CELLS = st.one_of(st.none(), st.integers(1, 4), st.just(10**400))


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


ADDED = st.builds(
    AddNode,
    node_type=st.sampled_from([*TYPES, "flux-2-pro-edit", "request", "ghost"]),
    mode=st.one_of(st.none(), st.sampled_from([*MODES, "ghost"])),
    inputs=st.one_of(st.none(), SETTINGS),
    position=PLACES,
    column=CELLS,
    row=CELLS,
)
PLAIN = st.builds(AddNode, node_type=st.sampled_from(TYPES))
CONNECTED = st.builds(
    ConnectNodes,
    source_node_id=NODE_IDS,
    source_handle=HANDLES.filter(bool),
    target_node_id=NODE_IDS,
    target_handle=HANDLES.filter(bool),
)
OPTIONAL = st.one_of(st.none(), NODE_IDS)
DISCONNECTED = st.builds(
    DisconnectNodes,
    edge_id=st.one_of(st.none(), EDGE_IDS),
    source_node_id=OPTIONAL,
    target_node_id=OPTIONAL,
    source_handle=st.one_of(st.none(), HANDLES),
    target_handle=st.one_of(st.none(), HANDLES),
)
EDITS = st.one_of(
    st.builds(adding, ADDED, NEW_IDS),
    st.builds(adding, PLAIN, NEW_IDS),
    st.builds(connecting, CONNECTED, EDGE_IDS),
    st.builds(connecting, CONNECTED, EDGE_IDS),
    st.builds(connecting, CONNECTED, EDGE_IDS),
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


def states(edits: list[Edit]) -> Iterator[Workflow]:
    """The workflow after each edit; one that is refused leaves it as it was, to the letter."""
    workflow = BEGINNING
    for edit in edits:
        before = workflow.model_dump_json()
        try:
            workflow = edit(workflow)
        except MagicaError as refusal:
            assert str(refusal)[-1] in ".?"
            assert workflow.model_dump_json() == before
        yield workflow


@given(st.lists(EDITS, max_size=25))
@settings(max_examples=120, deadline=None)
def test_no_sequence_of_edits_makes_an_unsound_workflow(edits: list[Edit]) -> None:
    *_, last = [BEGINNING, *states(edits)]

    assert structural_problems(graph_in(last)) == []


@given(st.lists(EDITS, max_size=15))
@settings(max_examples=60, deadline=None)
def test_no_edit_changes_the_workflow_that_it_was_given(edits: list[Edit]) -> None:
    seen = [(state, state.model_dump_json()) for state in [BEGINNING, *states(edits)]]

    assert all(state.model_dump_json() == before for state, before in seen)


@given(st.lists(EDITS, max_size=20))
@settings(max_examples=60, deadline=None)
def test_a_workflow_survives_the_wire_after_any_edits(edits: list[Edit]) -> None:
    *_, last = [BEGINNING, *states(edits)]

    assert graph_in(Workflow.model_validate_json(last.model_dump_json(by_alias=True))) == graph_in(
        last
    )


@given(st.lists(EDITS, max_size=20))
@settings(max_examples=60, deadline=None)
def test_every_node_has_one_line_in_the_drawing(edits: list[Edit]) -> None:
    *_, last = [BEGINNING, *states(edits)]

    assert len(drawing(graph_in(last)).splitlines()) == len(last.nodes)
