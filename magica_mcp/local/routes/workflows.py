"""Workflows and templates, read and priced (magica-contract 2.1, 2.2)."""

from typing import Annotated

from pydantic import Field, JsonValue

from magica_mcp.local.building import MOST_NODES
from magica_mcp.local.routes import workflow_bodies as bodies
from magica_mcp.local.routes.bodies import PricesAndTotal
from magica_mcp.local.routes.caller import Asking, Paged, cursor_after
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.local.routes.shapes import said
from magica_mcp.models.credits import NodeToPrice
from magica_mcp.models.wire import Ask


class Graph(Ask, defer_build=False):
    """The body of an estimate of a whole workflow."""

    nodes: Annotated[tuple[NodeToPrice, ...], Field(max_length=MOST_NODES)]


def list_workflows(caller: Asking, paging: Paged, search: str | None = None) -> JsonValue:
    found = caller.magica.list_workflows(
        caller.account, search=search, page=paging.page, page_size=paging.size
    )
    following = cursor_after(paging) if found.has_more else None
    return found.wire() | {"nextCursor": following}


def show_workflow(caller: Asking, workflow_id: str) -> JsonValue:
    return caller.magica.workflow(caller.account, workflow_id).wire()


def list_templates(caller: Asking) -> JsonValue:
    return {"items": [said(row) for row in caller.magica.system_workflows()]}


def estimate_workflow(caller: Asking, graph: Graph) -> JsonValue:
    estimate = caller.magica.estimate(graph.nodes)
    return {
        "totalMicrocredits": estimate.total,
        "estimates": [each.wire() for each in estimate.estimates],
    }


ENDPOINTS = (
    Endpoint("GET", "/v1/workflows", list_workflows, shows=bodies.WorkflowPage),
    Endpoint(
        "POST",
        "/v1/workflows/estimate-credits",
        estimate_workflow,
        shows=PricesAndTotal,
        fails=(404,),
    ),
    Endpoint(
        "GET",
        "/v1/workflows/{workflow_id}",
        show_workflow,
        attested=False,
        shows=bodies.WorkflowGraph,
        fails=(404,),
    ),
    Endpoint("GET", "/v1/system-workflows", list_templates, shows=bodies.TemplateList),
)
