"""The MCP side: tools that resolve, call and render."""
