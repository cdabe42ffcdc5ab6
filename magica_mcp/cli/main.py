"""The `magica-mcp` command."""


def main() -> None:
    """Run the command."""
