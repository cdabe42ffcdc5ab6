"""Which node types run here."""

from dataclasses import replace

import pytest

from magica_mcp.errors import ProviderUnavailableError
from magica_mcp.local.nodes import can_run, run_node
from magica_mcp.models.catalog import Model
from tests.local.nodes.bench import CATALOG, Bench


@pytest.mark.parametrize("model", CATALOG.models(), ids=lambda model: model.node_type)
def test_a_model_that_cannot_run_here_says_so(model: Model) -> None:
    says_so = "not run by local Magica" in model.description
    kind = CATALOG.kind(model.node_type)

    assert says_so is not can_run(model.node_type, kind=kind)


def test_a_type_is_run_by_its_own_function(bench: Bench) -> None:
    assert "output" in run_node(bench.job("gpt_5_4", {"prompt": "Why?"})).output


def test_a_type_without_a_stand_in_says_what_to_do(bench: Bench) -> None:
    job = replace(bench.job("gpt_5_4", {"prompt": "Why?"}), node_type="sora_9", kind="lipsync")

    with pytest.raises(ProviderUnavailableError, match="'sora_9' cannot run on this machine"):
        run_node(job)
