"""The client of Magica's REST API; refuses to know MCP, or who answers at the other end."""
