"""The rules of workflows: ports, nodes, edges, edits, validation, order and lifecycle."""
