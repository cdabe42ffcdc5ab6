"""The `magica-mcp` command. Without arguments it is a stdio server, and imports nothing more."""

import gc
import sys


def main() -> None:
    """Run the command."""
    gc.disable()  # imports only allocate; collecting meanwhile is a tenth of the start-up time
    if len(sys.argv) == 1:
        from magica_mcp.cli.serving import serve_stdio as run  # noqa: PLC0415 - start-up time
    else:
        from magica_mcp.cli.commands import app as run  # noqa: PLC0415 - is a feature
    gc.freeze()
    gc.enable()
    run()
