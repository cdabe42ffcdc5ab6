"""What is charged follows what was made, not what was expected."""

from decimal import Decimal

import pytest

from magica_mcp.errors import ProviderUnavailableError
from magica_mcp.local.engine.orders import Order
from magica_mcp.local.engine.preparing import prepared_model
from magica_mcp.local.nodes.job import NodeResult
from magica_mcp.local.store.tables import RunKind
from magica_mcp.models.runs import StartModelRun
from magica_mcp.models.wire import JsonObject
from tests.local.engine.workshop import CREDIT, Workshop


def charged(workshop: Workshop, node_type: str, given: JsonObject, result: NodeResult) -> int:
    ask = StartModelRun(input=given)
    order = Order(workshop.account, RunKind.MODEL, node_type, ask.wire(), "api")
    workshop.nodes.behaviors[node_type] = lambda _: result
    workshop.engine.start(order, prepared_model(node_type, ask, catalog=workshop.catalog))
    workshop.work_on_all()
    return CREDIT - workshop.available()


def test_a_merge_is_charged_by_its_measured_length(workshop: Workshop) -> None:
    given: JsonObject = {"video_urls": ["https://example.com/a.mp4", "https://example.com/b.mp4"]}
    result = NodeResult({"video_url": "made"}, seconds=Decimal("20.022"))

    assert charged(workshop, "merge_videos", given, result) == 16_685


def test_a_document_is_charged_by_the_pages_that_were_read(workshop: Workshop) -> None:
    given: JsonObject = {"file_url": "https://example.com/a.pdf"}
    result = NodeResult({"text": "Words"}, pages=3)

    assert charged(workshop, "document_ocr", given, result) == 1_950


def test_a_node_knows_what_its_model_does(workshop: Workshop) -> None:
    kinds = []
    ask = StartModelRun(input={"prompt": "Waves"})
    order = Order(workshop.account, RunKind.MODEL, "gemini_omni_flash", ask.wire(), "api")

    def remember(job: object) -> NodeResult:
        kinds.append(getattr(job, "kind", None))
        return NodeResult({"result": []})

    workshop.nodes.behaviors["gemini_omni_flash"] = remember
    workshop.engine.start(order, prepared_model("gemini_omni_flash", ask, catalog=workshop.catalog))
    workshop.work_on_all()

    assert kinds == ["text-to-video"]


def test_a_model_without_a_stand_in_is_refused_before_it_costs_anything(
    workshop: Workshop,
) -> None:
    ask = StartModelRun(input={"prompt": "A chair"})

    with pytest.raises(ProviderUnavailableError, match="'meshy_v6_preview' cannot run"):
        prepared_model("meshy_v6_preview", ask, catalog=workshop.catalog)
