"""What a request is about, and the next step when Magica refuses something about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from magica_mcp.api.wording import quotable

_IN_A_WORKFLOW = "get_workflow shows what a workflow holds, list_workflows which there are."

WHERE_TO_LOOK: Mapping[str, str] = {
    "run": "list_runs shows the runs of this account.",
    "workflow": "list_workflows and list_system_workflows show what there is.",
    "model": "search_tools shows what there is.",
    "node": _IN_A_WORKFLOW,
    "edge": _IN_A_WORKFLOW,
    "node type": "list_node_types shows what can be added, list_workflows the workflows.",
}
"""The next step after a 404, by the kind of what was asked for."""

WHAT_TO_CORRECT: Mapping[str, str] = {
    "node": "Correct it and call again; list_node_types shows the ports of a node and their types.",
    "node type": "Correct it and call again; get_model_schema lists what a model takes.",
    "edge": "Correct it and call again; get_workflow shows the edges of a workflow.",
    "file": "Correct it and call again, with a public http(s) URL or the contents of the file.",
}
"""The next step after a refusal, where it is not the input of a model that was refused."""

READ_AGAIN = "Read the workflow again with get_workflow, then repeat the edit."
"""The next step after an edit that met another one."""

_EDITED = frozenset({"workflow", "node", "node type", "edge"})


@dataclass(frozen=True)
class Subject:
    """What a request is about, so that an error can name it: a run, a model, a workflow."""

    kind: str
    name: str
    others: tuple["Subject", ...] = ()
    """What else may be missing where Magica says that something is."""

    def __str__(self) -> str:
        return f"{self.kind} '{quotable(self.name)}'"

    @property
    def is_looked_for(self) -> bool:
        """Whether it exists before the request, so that it can be unknown."""
        return self.kind in WHERE_TO_LOOK

    @property
    def is_edited(self) -> bool:
        """Whether it is a workflow or a part of one."""
        return self.kind in _EDITED

    @property
    def alternatives(self) -> str:
        """'node 'a', node 'b' or workflow 'w'': everything that may be missing."""
        *others, last = map(str, (self, *self.others))
        return f"{', '.join(others)} or {last}" if others else last
