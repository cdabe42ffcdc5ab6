"""`python -m magica_mcp` is the same as the `magica-mcp` command."""

from magica_mcp.cli.main import main

if __name__ == "__main__":
    main()
