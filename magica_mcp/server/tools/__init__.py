"""The tools that there are: one tuple."""

from magica_mcp.server.tool import Effect, ToolSpec
from magica_mcp.server.tools import account, generation, runs

TOOLS: tuple[ToolSpec, ...] = (
    ToolSpec(account.get_balance, "Get balance", "account", Effect.READS),
    ToolSpec(account.get_pricing, "Get pricing", "account", Effect.READS),
    ToolSpec(generation.execute_tool, "Generate or edit media", "generation", Effect.SPENDS),
    ToolSpec(generation.get_run_status, "Wait for a run", "generation", Effect.READS),
    ToolSpec(runs.start_run, "Start a workflow", "runs", Effect.SPENDS),
)
