"""Prompts: the usual wishes of a person, as instructions that name the right tools."""

from collections.abc import Callable
from typing import Annotated

from mcp.server.mcpserver.prompts import Prompt
from pydantic import Field


def make_image(
    description: Annotated[str, Field(description="What the picture shows.")],
    style: Annotated[str, Field(description="Style, size or format, if it matters.")] = "",
) -> str:
    """Make an image from a description."""
    wish = f" Style: {style}." if style else ""
    return (
        f"Make an image with Magica: {description}.{wish}\n"
        'Call search_tools {"query": "text-to-image"} and choose a model, get_model_schema for its '
        "fields, get_pricing with the input, and tell me the price if it is above one credit. Then "
        "execute_tool (generate), and get_run_status until it is over. Show me the URL, the size "
        "and what it cost. Never start it twice."
    )


def build_pipeline(
    description: Annotated[str, Field(description="What goes in, what happens, what comes out.")],
) -> str:
    """Build a workflow from a description."""
    return (
        f"Build a Magica workflow: {description}.\n"
        "1. list_node_types for the categories that are needed; note handles and types.\n"
        "2. create_workflow with a name and requestFields for everything that varies.\n"
        "3. add_node for each step; parallel steps share a column.\n"
        "4. connect_nodes: Request field id → in:…, out:… → in:…, the last out:… → result.\n"
        "5. get_workflow, and mend what it says.\n"
        "6. get_pricing with workflowId; show me the drawing and the price before start_run."
    )


def explain_failed_run(
    run_id: Annotated[str, Field(description="The run's id; list_runs shows recent ones.")],
) -> str:
    """Find out why a run failed, and what to change."""
    return (
        f'Find out why the Magica run {run_id} failed. Call get_run_status {{"runId": "{run_id}", '
        '"waitSeconds": 0}. For each node that FAILED read its error; SKIPPED nodes only lacked '
        "its output. Compare the input with get_model_schema. Tell me in plain words what went "
        "wrong, which input to change, and what a new run would cost. Do not start it."
    )


def compare_prices(
    task: Annotated[str, Field(description="What is to be made, such as a 10 s video.")],
) -> str:
    """Compare models on price for a task."""
    return (
        f"Compare what Magica's models would charge for: {task}.\n"
        "Call search_tools for the category, choose up to five models, read get_model_schema, and "
        "call get_pricing for each with the same sampleInput as far as their fields allow. Give "
        "me a table: model, exact cost in credits, what differs (size, length, quality). Start "
        "nothing."
    )


PROMPTS: tuple[tuple[str, Callable[..., str]], ...] = (
    ("Make an image", make_image),
    ("Build a pipeline", build_pipeline),
    ("Explain a failed run", explain_failed_run),
    ("Compare prices", compare_prices),
)


def prompts() -> list[Prompt]:
    """The prompts as the SDK wants them."""
    return [Prompt.from_function(function, title=title) for title, function in PROMPTS]
