"""Editing a workflow as it crosses the wire: each edit gives a new one, or a refusal that helps.

Pure: nothing here stores, and what an edit does not concern is left as it was.
"""

from magica_mcp.local.building.creation import new_workflow
from magica_mcp.local.building.edges import with_edge, without_edge
from magica_mcp.local.building.listing import node_types
from magica_mcp.local.building.nodes import MOST_NODES, with_inputs, with_node, without_node

__all__ = [
    "MOST_NODES",
    "new_workflow",
    "node_types",
    "with_edge",
    "with_inputs",
    "with_node",
    "without_edge",
    "without_node",
]
