"""magica-mcp: an MCP server that gives an AI assistant the whole of Magica."""

__version__ = "0.1.0"
