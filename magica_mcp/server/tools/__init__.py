"""The tools that there are: one tuple, in the order of Magica's own list."""

from magica_mcp.server.tool import Effect, ToolSpec
from magica_mcp.server.tools import account, builder, generation, library, runs, status, workflows

TOOLS: tuple[ToolSpec, ...] = (
    ToolSpec(account.get_balance, "Get balance", "account", Effect.READS),
    ToolSpec(account.get_pricing, "Get pricing", "account", Effect.READS),
    ToolSpec(generation.search_tools, "Search models", "generation", Effect.READS),
    ToolSpec(generation.get_model_schema, "Get model schema", "generation", Effect.READS),
    ToolSpec(generation.execute_tool, "Generate or edit media", "generation", Effect.SPENDS),
    ToolSpec(status.get_run_status, "Wait for a run", "generation", Effect.READS),
    ToolSpec(library.upload_file, "Upload a file", "generation", Effect.CHANGES),
    ToolSpec(library.get_generations, "List media library", "generation", Effect.READS),
    ToolSpec(workflows.list_workflows, "List workflows", "workflows", Effect.READS),
    ToolSpec(workflows.get_workflow, "Get workflow", "workflows", Effect.READS),
    ToolSpec(workflows.update_workflow, "Update workflow", "workflows", Effect.CHANGES),
    ToolSpec(workflows.delete_workflow, "Delete workflow", "workflows", Effect.DELETES),
    ToolSpec(workflows.list_system_workflows, "List templates", "workflows", Effect.READS),
    ToolSpec(builder.create_workflow, "Create workflow", "builder", Effect.CHANGES),
    ToolSpec(builder.list_node_types, "List node types", "builder", Effect.READS),
    ToolSpec(builder.add_node, "Add node", "builder", Effect.CHANGES),
    ToolSpec(builder.update_node, "Update node", "builder", Effect.CHANGES),
    ToolSpec(builder.delete_node, "Delete node", "builder", Effect.DELETES),
    ToolSpec(builder.connect_nodes, "Connect nodes", "builder", Effect.CHANGES),
    ToolSpec(builder.disconnect_nodes, "Disconnect nodes", "builder", Effect.DELETES),
    ToolSpec(runs.start_run, "Start a workflow", "runs", Effect.SPENDS),
    ToolSpec(runs.list_runs, "List runs", "runs", Effect.READS),
    ToolSpec(runs.cancel_run, "Cancel a run", "runs", Effect.DELETES),
)
