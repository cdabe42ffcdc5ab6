"""Builds the pieces and runs them; the only place that knows both the server and local Magica."""
