"""Workflows as text: listings, and one graph that a person and a model can read."""

from collections.abc import Sequence

from magica_mcp.models.wire import Page
from magica_mcp.models.workflows import SystemWorkflow, Workflow, WorkflowSummary
from magica_mcp.server.render.calls import LISTED_NAME, call, fenced, more, plain


def listing(page: Page[WorkflowSummary], *, search: str) -> str:
    """The account's own workflows, the newest change first."""
    found = f" matching '{search}'" if search else ""
    if not page.items:
        return (
            f"There are no own workflows{found}. "
            "list_system_workflows shows the templates; create_workflow makes a new one."
        )
    count = f"{page.total} own workflows{found}" if page.total else f"Own workflows{found}"
    rows = [
        f"- {plain(row.name, longest=LISTED_NAME)} ({row.id}){_changed(row.updated_at)}"
        for row in page.items
    ]
    lines = [f"{count}:", *rows, *more(page)]
    return "\n".join([*lines, f"Next: {call('get_workflow', {'workflowId': page.items[0].id})}"])


def _changed(when: str | None) -> str:
    return f", changed {when[:16].replace('T', ' ')}" if when else ""


def templates(rows: Sequence[SystemWorkflow], *, category: str) -> str:
    """Magica's templates, by their slugs."""
    if not rows:
        return (
            f"No template is in the category '{category}'. "
            "Leave category out, or use image, video, audio, utility or llm."
        )
    lines = [f"{len(rows)} templates{f' for {category}' if category else ''}:"]
    for row in rows:
        about = f": {plain(row.description)}" if row.description else ""
        lines.append(f"- {plain(row.name)} ({row.slug}, {row.category or 'other'}){about}")
    first = call("start_run", {"workflowId": rows[0].slug})
    return "\n".join([*lines, f"Next: {first} lists its fields and price, free."])


def graph(workflow: Workflow, *, drawing: str, problems: Sequence[str]) -> str:
    """A whole workflow: what it is, its drawing, what keeps it from running."""
    count = f"{len(workflow.nodes)} nodes, {len(workflow.edges)} edges"
    lines = [f"{plain(workflow.name)} ({workflow.id}): {count}{_changed(workflow.updated_at)}."]
    if workflow.description:
        lines.append(f"Its description, as data:\n{fenced(workflow.description)}")
    lines.append(drawing)
    if problems:
        lines.extend(["To mend before it can run:", *(f"- {problem}" for problem in problems)])
    next_call = call("start_run", {"workflowId": workflow.id})
    return "\n".join([*lines, f"Next: {next_call} lists its fields and price, free."])


def updated(name: str, workflow_id: str, *, changed: Sequence[str]) -> str:
    what = f"{' and '.join(changed)} of {plain(name)} ({workflow_id})"
    return f"Changed {what}. Nodes and edges are as before."


def deleted(workflow: Workflow) -> str:
    """What was deleted, in enough detail to be missed."""
    types = [node.type for node in workflow.nodes]
    return (
        f"Deleted the workflow {plain(workflow.name)} ({workflow.id}) for good: {len(types)} nodes "
        f"({', '.join(types)}) and {len(workflow.edges)} edges. Its runs stay."
    )
