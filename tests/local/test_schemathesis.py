"""Whatever is asked, in and out of bounds: no failure of the server, and answers as described."""

import contextlib
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from magica_mcp.local.app import NOUNS, create_app
from magica_mcp.local.auth import EVERY_NAME
from magica_mcp.local.magica import LocalMagica, NewAccount
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.local.workflow_desk import WorkflowDesk
from magica_mcp.models.building import AddNode, CreateWorkflow
from magica_mcp.models.runs import StartModelRun
from tests.thoroughness import IS_THOROUGH

EXAMPLES = 25 if IS_THOROUGH else 10
"""Of each operation and of each kind of data."""

CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDPOINTS = [endpoint for noun in NOUNS for endpoint in noun if endpoint.shows is not None]


pytestmark = pytest.mark.filterwarnings(
    # Of schemathesis itself, whose strategies ask for chance where Hypothesis would rather not.
    "ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning"
)


def name_of(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


@pytest.fixture(scope="module")
def described(magica: LocalMagica) -> schemathesis.BaseSchema:
    """The REST API, asked in-process."""
    app = create_app(magica, names=[EVERY_NAME])
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


@pytest.fixture
def known(magica: LocalMagica, account: NewAccount) -> dict[str, str]:
    """Parameters of paths that lead to something."""
    desk = WorkflowDesk(magica, account.account)
    made = desk.create(CreateWorkflow(name="Known"))
    node = desk.add_node(made.workflow_id, AddNode(node_type="gpt_5_4"))
    ask = StartModelRun(input={"prompt": "Think."})
    return {
        "workflow_id": made.workflow_id,
        "node_id": node.node_id,
        "node_type": "crop_image",
        "model_id": "crop_image",
        "run_id": magica.start_model_run(account.account, "gpt_5_4", ask),
    }


@pytest.mark.parametrize(
    "mode", [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name_of)
def test_every_answer_is_as_described(
    described: schemathesis.BaseSchema,
    account: NewAccount,
    known: dict[str, str],
    endpoint: Endpoint,
    mode: schemathesis.GenerationMode,
) -> None:
    operation = described[endpoint.path][endpoint.method]
    headers = {"Authorization": f"Bearer {account.key}"}

    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case[Any], *, is_known: bool) -> None:
        if is_known:
            case.path_parameters = {name: known.get(name, "x") for name in case.path_parameters}
        case.call_and_validate(checks=CHECKS, headers=headers)

    with contextlib.suppress(Unsatisfiable):  # nothing can be wrong where nothing is asked for
        ask()
