"""The subcommands of `magica-mcp`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from magica_mcp import __version__
from magica_mcp.errors import ConfigurationError, MagicaError

app = typer.Typer(
    name="magica-mcp",
    help="Gives an AI assistant the whole of Magica. Without a command: an MCP server over stdio.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

DEFAULT_PORT = 8000


def fail(error: MagicaError) -> NoReturn:
    """End with the error's sentence."""
    print(f"magica-mcp: {error}", file=sys.stderr)
    raise typer.Exit(code=1) from error


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Our errors end the command with one line on stderr."""
    try:
        yield
    except MagicaError as error:
        fail(error)
    except BaseExceptionGroup as group:  # the SDK's client wraps what ended it
        known = [error for error in leaves(group) if isinstance(error, MagicaError)]
        if not known:
            raise
        fail(known[0])
    except KeyboardInterrupt:
        raise typer.Exit(code=130) from None


def leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    """The errors in a group, and in the groups within it."""
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from leaves(error)
        else:
            yield error


def _print_version(asked: bool) -> None:
    if asked:
        print(f"magica-mcp {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """Gives an AI assistant the whole of Magica. Without a command: an MCP server over stdio."""


@app.command()
def serve(
    transport: Annotated[
        Literal["stdio", "http", "sse"], typer.Option(help="Both HTTP transports are served.")
    ] = "http",
    port: Annotated[int, typer.Option(help="0: any free port.", min=0, max=65535)] = DEFAULT_PORT,
) -> None:
    """Serve MCP on this machine: Streamable HTTP at /mcp, HTTP+SSE at /sse."""
    from magica_mcp.cli import serving  # noqa: PLC0415 - each command imports what it needs

    with errors_as_sentences():
        if transport == "stdio":
            serving.serve_stdio()
        else:
            path = serving.PATHS[transport]
            serving.serve_http(
                port=port,
                announce=lambda origin: print(f"magica-mcp serves {origin}{path}", flush=True),
            )


@app.command()
def demo(
    output: Annotated[
        Path | None, typer.Option(help="Folder for the pictures; default: MAGICA_OUTPUT_DIR.")
    ] = None,
) -> None:
    """Tell the main job as a story: a real client, a real server, local Magica, a picture."""
    from magica_mcp.cli.demo import run_demo  # noqa: PLC0415 - each command imports what it needs

    with errors_as_sentences():
        run_demo(output)


@app.command()
def spend(
    days: Annotated[int, typer.Option(help="So many days, today included.", min=1, max=3660)] = 30,
    home: Annotated[Path | None, typer.Option(help="Default: MAGICA_HOME.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="For spreadsheets.")] = False,
) -> None:
    """Show what runs started from here cost, by day and model."""
    from magica_mcp.cli.spend import run_spend  # noqa: PLC0415 - each command imports what it needs

    with errors_as_sentences():
        if as_json and as_csv:
            raise ConfigurationError("Choose --json or --csv, not both.")
        form: Literal["table", "json", "csv"] = "csv" if as_csv else "table"
        run_spend(home=home, days=days, form="json" if as_json else form)


@app.command()
def keys(
    action: Annotated[Literal["list", "create", "revoke"], typer.Argument()] = "list",
    name: Annotated[str, typer.Argument(help="Of the key: where it is used.")] = "",
    expires: Annotated[
        datetime | None,
        typer.Option(help="The last moment, UTC.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    ] = None,
    per_minute: Annotated[int | None, typer.Option(help="Requests per minute.")] = None,
    per_day: Annotated[int | None, typer.Option(help="Requests per day.")] = None,
    home: Annotated[Path | None, typer.Option(help="Default: MAGICA_HOME.")] = None,
) -> None:
    """List, create or revoke the keys of local Magica, whether it runs or not."""
    from magica_mcp.cli.keys import run_keys  # noqa: PLC0415 - each command imports what it needs

    with errors_as_sentences():
        run_keys(action, name, home=home, expires=expires, per_minute=per_minute, per_day=per_day)


@app.command()
def reproduce(
    file: Annotated[Path, typer.Argument(help="A saved result, or the JSON beside it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Pay its price without being asked.")] = False,
) -> None:
    """Make a saved result again, with the same inputs and seed, and say whether it is the same."""
    from magica_mcp.cli.reproduce import run_reproduce  # noqa: PLC0415 - each command imports what it needs

    with errors_as_sentences():
        run_reproduce(file, is_agreed=yes)


@app.command()
def local(
    home: Annotated[Path | None, typer.Option(help="Default: MAGICA_HOME.")] = None,
    port: Annotated[int | None, typer.Option(help="Default: 8787, or any.", max=65535)] = None,
    dialect: Annotated[
        Literal["local", "hosted"], typer.Option(help="hosted: only what hosted Magica documents.")
    ] = "local",
    catalog: Annotated[
        Path | None, typer.Option(help="Models from a file in the live catalog's shape.")
    ] = None,
    strict: Annotated[
        bool, typer.Option(help="Limit each key to 60 requests a minute and 1,000 a day.")
    ] = False,
    require_key: Annotated[
        bool, typer.Option("--require-key", help="Want a key from this machine's programs too.")
    ] = False,
    allow_private_webhooks: Annotated[
        bool, typer.Option(help="Let webhooks go to https URLs in private networks.")
    ] = False,
    background: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run local Magica here: Magica's REST API on this machine."""
    from magica_mcp.cli.local import run_local  # noqa: PLC0415 - each command imports what it needs

    with errors_as_sentences():
        run_local(
            home=home,
            port=port,
            dialect=dialect,
            catalog_file=catalog,
            is_strict=strict,
            is_key_required=require_key,
            allow_private_webhooks=allow_private_webhooks,
            is_background=background,
        )
