"""Nodes are connected and disconnected, or it is said what would fit."""

import pytest

from magica_mcp.errors import GraphRuleError, InvalidInputError, MagicaError, NotFoundError
from magica_mcp.local.building import with_edge, without_edge
from magica_mcp.models.building import ConnectedNodes, DisconnectNodes
from magica_mcp.models.workflows import WireEdge, Workflow
from tests.local.building.samples import (
    CATALOG,
    REQUEST,
    RESPONSE,
    connecting,
    empty,
    with_added,
    with_connected,
)


def studio() -> Workflow:
    """An LLM, two pictures models of either mode and a crop, nothing connected."""
    workflow = empty(("Topic", "text"), ("Photo", "image"), ("Loud", "boolean"))
    for node_id, node_type in {
        "llm": "gpt_5_4",
        "pic": "flux_2_pro",
        "edit": "flux-2-pro-edit",
        "crop": "crop_image",
    }.items():
        workflow = with_added(workflow, node_id, node_type)
    return workflow


def connected(path: str) -> ConnectedNodes:
    return with_edge(studio(), connecting(path), catalog=CATALOG, edge_id="e1")[1]


def refusal(path: str, *before: str, kind: type[MagicaError] = GraphRuleError) -> str:
    workflow = with_connected(studio(), *before)
    with pytest.raises(kind) as caught:
        with_edge(workflow, connecting(path), catalog=CATALOG, edge_id="e1")
    return str(caught.value)


# Connecting -----------------------------------------------------------------------------------


def test_the_answer_tells_both_handles_and_what_travels() -> None:
    assert connected("pic.result > edit.image_urls").wire() == {
        "edgeId": "e1",
        "source": "pic",
        "sourceHandle": "out:result",
        "target": "edit",
        "targetHandle": "in:image_urls",
        "dataTypes": {"source": "image", "target": "image"},
    }


def test_an_edge_is_stored_as_the_wire_has_it() -> None:
    workflow, _ = with_edge(
        studio(), connecting(f"{REQUEST}.out:topic > llm.prompt"), catalog=CATALOG, edge_id="e1"
    )

    assert workflow.edges == (
        WireEdge(
            id="e1",
            source=REQUEST,
            source_handle="topic",
            target="llm",
            target_handle="in:prompt",
        ),
    )


@pytest.mark.parametrize(
    "path",
    [
        "llm.out:output > pic.in:prompt",
        "llm.output > pic.prompt",
        "llm.OUT:Output > pic.In:Prompt",
        f"{REQUEST}.topic > llm.in:prompt",
        f"{REQUEST}.Topic > llm.in:prompt",
        f"pic.out:result > {RESPONSE}.result",
        f"pic.out:result > {RESPONSE}.in:result",
        "pic.result > llm.image urls",
    ],
)
def test_handles_are_understood_with_and_without_their_prefix(path: str) -> None:
    assert connected(path).edge_id == "e1"


def test_edges_into_a_list_keep_their_order() -> None:
    workflow = with_connected(
        studio(), "pic.result > edit.image_urls", "crop.image_url > edit.image_urls"
    )

    assert [edge.source for edge in workflow.edges] == ["pic", "crop"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            f"{REQUEST}.photo > crop.x_percent",
            (
                "'photo' of the Request node gives image, but 'in:x_percent' of 'crop' "
                "(crop_image) takes number. On that node, image fits 'in:image_url'."
            ),
        ),
        (
            f"{REQUEST}.loud > crop.image_url",
            (
                "'loud' of the Request node gives boolean, but 'in:image_url' of 'crop' "
                "(crop_image) takes image. 'photo' of the Request node would fit."
            ),
        ),
        (
            "edit.result > pic.prompt",
            (
                "'out:result' of 'edit' (flux_2_pro) gives image, but 'in:prompt' of 'pic' "
                "(flux_2_pro) takes text, number or select. Put a node between them that takes "
                "image and gives text, number or select. Or use a flux_2_pro node in the mode "
                "'image-to-image', where 'in:image_urls' takes image."
            ),
        ),
        (
            "pic.result > llm.foo",
            (
                "'llm' (gpt_5_4) has no input 'in:foo'. Its inputs: 'in:prompt', "
                "'in:system_prompt', 'in:image_urls', 'in:file_urls', 'in:temperature', "
                "'in:max_tokens', 'in:top_p', 'in:seed', 'in:response_format'. Still free there "
                "for image: 'in:image_urls' or 'in:file_urls'."
            ),
        ),
        (
            "pic.image > llm.image_urls",
            "'pic' (flux_2_pro) has no output 'out:image'. Its outputs: 'out:result'.",
        ),
        (
            "crop.in:image_url > edit.image_urls",
            (
                "'in:image_url' is written as an input of 'crop' (crop_image), but an edge starts "
                "at an output. Did you mean 'out:image_url'? If it should lead the other way, swap "
                "source and target."
            ),
        ),
        (
            f"llm.output > {REQUEST}.topic",
            (
                "The Request node has no input: a workflow starts there. Set its fields' values "
                "instead, or connect to another node."
            ),
        ),
        (
            f"{RESPONSE}.result > llm.prompt",
            (
                "The Response node has no output: a workflow ends there. Connect the output that "
                "feeds it to 'llm' instead."
            ),
        ),
        (
            f"{REQUEST}.loud > pic.prompt",
            (
                "'loud' of the Request node gives boolean, but 'in:prompt' of 'pic' (flux_2_pro) "
                "takes text, number or select. 'topic' of the Request node would fit."
            ),
        ),
        ("llm.output > llm.prompt", "llm → llm is a cycle, and a workflow has to come to an end."),
        ("lllm.output > pic.prompt", "This workflow has no node 'lllm'. Did you mean 'llm'?"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(path: str, text: str) -> None:
    assert refusal(path).startswith(text)


def test_an_input_of_another_mode_is_refused_with_that_mode() -> None:
    text = refusal("crop.image_url > pic.image_urls", kind=InvalidInputError)

    assert text.startswith("flux_2_pro takes 'image_urls' in the mode 'image-to-image' only")


def test_an_input_that_is_fed_already_is_refused_with_those_that_are_free() -> None:
    text = refusal("llm.output > edit.prompt", f"{REQUEST}.topic > edit.prompt")

    assert text == (
        f"'in:prompt' of 'edit' (flux_2_pro) takes one edge, and '{REQUEST}' feeds it already. "
        f"Disconnect that first (edge '{REQUEST}.topic > edit.prompt'). Still free there for text: "
        "'in:image_size' or 'in:output_format'."
    )


def test_a_response_that_is_fed_already_is_refused() -> None:
    text = refusal(f"llm.output > {RESPONSE}.result", f"pic.result > {RESPONSE}.in:result")

    assert text.startswith("'result' of the Response node takes one edge, and 'pic' feeds it")


def test_a_refusal_keeps_its_rule_and_place() -> None:
    with pytest.raises(GraphRuleError) as caught:
        with_edge(studio(), connecting("edit.result > pic.prompt"), catalog=CATALOG, edge_id="e1")

    assert (caught.value.rule, caught.value.node_id) == ("kinds_fit", "pic")


def test_a_node_of_a_model_that_is_gone_cannot_be_connected() -> None:
    workflow = with_old_node(studio())

    with pytest.raises(NotFoundError, match="No model is called 'gpt_99'"):
        with_edge(workflow, connecting("llm.output > old.prompt"), catalog=CATALOG, edge_id="e1")


def test_other_nodes_can_be_connected_beside_one_of_a_model_that_is_gone() -> None:
    workflow = with_old_node(studio())

    assert with_connected(workflow, "llm.output > pic.prompt").edges[0].target == "pic"


def with_old_node(workflow: Workflow) -> Workflow:
    old = workflow.nodes[-1].model_copy(update={"id": "old", "type": "gpt_99"})
    return workflow.model_copy(update={"nodes": (*workflow.nodes, old)})


# Disconnecting --------------------------------------------------------------------------------

PHOTOS = ("pic.result > edit.image_urls", "crop.image_url > edit.image_urls")
PAIR = ("crop.width > pic.seed", "crop.height > pic.num_images")


@pytest.mark.parametrize(
    "ask",
    [
        DisconnectNodes(edge_id=PHOTOS[0]),
        DisconnectNodes(source_node_id="pic", target_node_id="edit"),
        DisconnectNodes(source_node_id="pic", source_handle="out:result", target_node_id="edit"),
        DisconnectNodes(source_node_id="pic", target_node_id="edit", target_handle="image_urls"),
    ],
)
def test_an_edge_is_removed_by_its_id_or_its_ends(ask: DisconnectNodes) -> None:
    left = without_edge(with_connected(studio(), *PHOTOS), ask)

    assert [edge.id for edge in left.edges] == [PHOTOS[1]]


def test_handles_say_which_of_several_edges() -> None:
    ask = DisconnectNodes(source_node_id="crop", target_node_id="pic", target_handle="in:seed")
    left = without_edge(with_connected(studio(), *PAIR), ask)

    assert [edge.id for edge in left.edges] == [PAIR[1]]


def test_an_edge_that_the_app_wrote_without_handles_can_be_removed() -> None:
    edge = WireEdge(source="llm", target="pic")
    workflow = studio().model_copy(update={"edges": (edge,)})
    ask = DisconnectNodes(source_node_id="llm", target_node_id="pic")

    assert without_edge(workflow, ask).edges == ()


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (
            DisconnectNodes(source_node_id="crop", target_node_id="pic"),
            (
                "2 edges lead from 'crop' (crop_image) to 'pic' (flux_2_pro): "
                "'crop.width > pic.seed' (width → seed), 'crop.height > pic.num_images' "
                "(height → num_images). Give the edgeId of one, or both handles."
            ),
        ),
        (
            DisconnectNodes(source_node_id="crop", source_handle="image_url", target_node_id="pic"),
            (
                "No such edge leads from 'crop' (crop_image) to 'pic' (flux_2_pro). Those that do: "
                "'crop.width > pic.seed' (width → seed), 'crop.height > pic.num_images' "
                "(height → num_images)."
            ),
        ),
        (
            DisconnectNodes(source_node_id="pic", target_node_id="crop"),
            (
                "No such edge leads from 'pic' (flux_2_pro) to 'crop' (crop_image). The other way: "
                "'crop.width > pic.seed' (width → seed), 'crop.height > pic.num_images' "
                "(height → num_images)."
            ),
        ),
        (
            DisconnectNodes(source_node_id="crop", target_node_id="edit"),
            (
                "No such edge leads from 'crop' (crop_image) to 'edit' (flux_2_pro). "
                "'crop' (crop_image) feeds 'pic'."
            ),
        ),
        (
            DisconnectNodes(source_node_id=RESPONSE, target_node_id=REQUEST),
            (
                "No such edge leads from the Response node to the Request node. "
                "The Response node feeds no node."
            ),
        ),
        (
            DisconnectNodes(edge_id="crop.width > pic.sead"),
            (
                "This workflow has no edge 'crop.width > pic.sead'. Did you mean "
                "'crop.width > pic.seed'?"
            ),
        ),
        (
            DisconnectNodes(source_node_id="crap", target_node_id="pic"),
            "This workflow has no node 'crap'. Did you mean 'crop'?",
        ),
    ],
)
def test_an_edge_that_is_not_clear_is_refused_with_those_there_are(
    ask: DisconnectNodes, text: str
) -> None:
    with pytest.raises(GraphRuleError) as caught:
        without_edge(with_connected(studio(), *PAIR), ask)

    assert str(caught.value) == text


@pytest.mark.parametrize(
    "ask", [DisconnectNodes(), DisconnectNodes(source_node_id="a"), DisconnectNodes(edge_id="")]
)
def test_it_has_to_be_said_which_edge(ask: DisconnectNodes) -> None:
    with pytest.raises(InvalidInputError, match="give edgeId, or sourceNodeId and targetNodeId"):
        without_edge(studio(), ask)
