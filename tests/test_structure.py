"""The architecture as tests: who may import whom, no cycles, small modules, a head sentence."""

import ast
import graphlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "magica_mcp"
MODULES = sorted(PACKAGE.rglob("*.py"))

BELOW_SERVER = {
    "errors", "config", "memory", "graph", "models", "names", "signing", "addresses", "recognition",
    "api", "spend", "media",
}  # fmt: skip
MAY_IMPORT_OURS: Mapping[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
    "errors": set(),
    "config": {"errors"},
    "memory": {"errors"},
    "graph": {"errors"},
    "models": {"errors", "graph"},
    "names": {"errors"},
    "signing": {"errors"},
    "addresses": {"errors"},
    "recognition": {"errors"},
    "api": {"errors", "config", "memory", "graph", "models", "addresses"},
    "spend": {"errors", "models"},
    "media": {"errors", "models", "recognition"},
    "server": BELOW_SERVER,
    "local": {"errors", "config", "graph", "models", "signing", "addresses", "recognition"},
    "cli": {*BELOW_SERVER, "server", "local"},
}
MAY_IMPORT_OTHERS: Mapping[str, set[str]] = {
    "errors": set(),
    "config": {"pydantic", "pydantic_settings", "platformdirs"},
    "memory": set(),
    "graph": {"pydantic"},
    "models": {"pydantic"},
    "names": {"rapidfuzz"},
    "signing": {"standardwebhooks"},
    "addresses": set(),
    "recognition": {"av"},
    "api": {"httpx", "anyio", "pydantic"},
    "spend": set(),
    "media": {"PIL", "av", "pydantic"},
    "server": {"mcp", "anyio", "pydantic"},
    "local": {
        "fastapi", "starlette", "uvicorn", "sqlalchemy", "dbos", "PIL", "av", "pydantic", "httpx",
        "filelock", "anyio", "pypdf", "espeakng_loader",
    },
}  # fmt: skip
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    """Full names of what a module imports, wherever in it; what only type checkers see as well."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(path: Path) -> Iterator[str]:
    return (name for name in imports_of(path) if name.startswith("magica_mcp."))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_the_layers_that_it_may(path: Path) -> None:
    layer = layer_of(path)
    imported = {name.split(".")[1] for name in ours(path)} - {layer, "__version__"}

    assert imported <= MAY_IMPORT_OURS[layer]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_the_libraries_that_its_layer_may(path: Path) -> None:
    allowed = MAY_IMPORT_OTHERS.get(layer_of(path))
    tops = {name.split(".")[0] for name in imports_of(path)}
    foreign = tops - set(sys.stdlib_module_names) - {"magica_mcp"}

    assert allowed is None or foreign <= allowed


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = {name_of(path): path for path in MODULES}
    graph = {
        name: {
            target
            for imported in ours(path)
            for target in (imported, imported.rpartition(".")[0])
            if target in known and target != name and not name.startswith(f"{target}.")
        }
        for name, path in known.items()
    }

    assert tuple(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_opens_with_a_sentence_and_stays_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    head = ast.get_docstring(ast.parse(text)) or ""

    assert head.split("\n")[0].rstrip().endswith((".", ":"))
    assert len(text.splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {
        function.name: (function.end_lineno or 0) - function.body[0].lineno + 1
        for function in functions
    }

    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_no_module_is_named_after_nothing_in_particular() -> None:
    banned = {
        "utils", "helpers", "common", "base", "core", "manager", "handler", "processor",
        "service", "data", "info", "misc",
    }  # fmt: skip

    assert {path.stem for path in MODULES} & banned == set()
