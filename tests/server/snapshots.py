"""The public surface of each tool as a file to be reviewed: `python -m tests.server.snapshots`."""

import json
from pathlib import Path

from magica_mcp.config import TOOLSETS
from magica_mcp.server.contents import contents
from magica_mcp.server.workspace import Workspace

FOLDER = Path(__file__).parent / "surface"


def surface() -> dict[str, str]:
    """What a client is told of each tool, by the tool's name."""

    listed = contents(TOOLSETS, read_only=False, workspace=_nobody).listed_tools()
    shapes = {
        tool.name: tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed
    }
    return {
        name: f"{json.dumps(shape, indent=2, ensure_ascii=False)}\n"
        for name, shape in shapes.items()
    }


def _nobody() -> Workspace:
    raise AssertionError("nothing is called here")


if __name__ == "__main__":
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, text in surface().items():
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
