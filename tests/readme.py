"""Writes the tables of the README from the code: `python -m tests.readme`."""

import re
from pathlib import Path

from magica_mcp.server.tool import ToolSpec
from magica_mcp.server.tools import TOOLS

README = Path(__file__).parent.parent / "README.md"
_TABLE = re.compile(r"(<!-- tools: [^>]*-->\n)(.*?)(<!-- /tools -->)", re.DOTALL)


def row(tool: ToolSpec) -> str:
    first = (tool.function.__doc__ or "").strip().split("\n")[0]
    return f"| `{tool.name}` | {tool.group} | {tool.effect} | {first} |"


def with_tables(text: str) -> str:
    """The README as it should be."""
    rows = ["| tool | group | effect | |", "|---|---|---|---|", *map(row, TOOLS)]
    return _TABLE.sub(lambda found: f"{found[1]}{chr(10).join(rows)}\n{found[3]}", text)


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
