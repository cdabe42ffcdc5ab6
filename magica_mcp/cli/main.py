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
    collect_rarely()
    run()


def collect_rarely() -> None:
    """Look for cycles among what is new less often, and at everything that lives hardly ever.

    A thousand waiting calls are 300,000 objects: to look through them took 0.5 s, again and again
    while their runs ended, and nobody was answered meanwhile.
    """
    gc.set_threshold(20_000, 20, 10)
