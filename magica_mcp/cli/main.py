"""The `magica-mcp` command. Without arguments it is a stdio server, and imports nothing more."""

import sys


def main() -> None:
    """Run the command."""
    if len(sys.argv) == 1:
        from magica_mcp.cli.serving import serve_stdio  # noqa: PLC0415 - start-up time is a feature

        serve_stdio()
    else:
        from magica_mcp.cli.commands import app  # noqa: PLC0415 - likewise

        app()
