"""Local Magica in the foreground, or as the process that a stdio server started."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from magica_mcp.cli.launch import require_local_extra
from magica_mcp.config import Settings, read_settings
from magica_mcp.errors import ConfigurationError

if TYPE_CHECKING:
    from magica_mcp.local.engine.limits import TimeLimits
    from magica_mcp.local.nodes.job import LlmEndpoint
    from magica_mcp.local.serving import Serving

IDLE_MINUTES = 10
"""How long a process in the background stays without anything to do."""


def run_local(
    *,
    home: Path | None,
    port: int | None,
    dialect: str,
    catalog_file: Path | None,
    is_strict: bool,
    is_key_required: bool,
    allow_private_webhooks: bool,
    is_background: bool,
) -> None:
    """Serve until a signal; in the background until idle, and never without a key.

    Raises:
        MagicaError: the settings, the port or the home cannot be used; one sentence.
    """
    require_local_extra()
    from magica_mcp.local.dialect import Dialect  # noqa: PLC0415 - after the extra is known to be there
    from magica_mcp.local.magica import open_magica  # noqa: PLC0415 - likewise
    from magica_mcp.local.serving import serve_local  # noqa: PLC0415 - likewise
    from magica_mcp.local.store.database import is_shared  # noqa: PLC0415 - likewise

    settings = read_settings(os.environ)
    place, database_url = home_of(settings, home), database_of(settings)
    serve_local(
        place,
        magica=open_magica(
            place,
            database_url=database_url,
            llm=llm_of(settings),
            limits=limits_of(settings),
            media_folder=settings.local_media_dir,
            catalog_file=catalog_file,
            allow_private_webhooks=allow_private_webhooks,
        ),
        host=settings.local_host,
        port=settings.local_port if port is None else port,
        dialect=Dialect(dialect),
        idle_minutes=IDLE_MINUTES if is_background else None,
        strict=is_strict,
        require_key=is_key_required or is_background,
        is_shared=is_shared(database_url),
        settings=settings.local_fingerprint,
        announce=tell,
    )


def home_of(settings: Settings, home: Path | None) -> Path:
    """The home that a command names, or that of the settings."""
    return (home or settings.home).expanduser().absolute()


def database_of(settings: Settings) -> str | None:
    """The SQLAlchemy URL of a database of one's own, with its password."""
    return settings.local_database_url.get_secret_value() if settings.local_database_url else None


def limits_of(settings: Settings) -> "TimeLimits | None":
    """How long nodes may take, if that is set. Raises `ConfigurationError`."""
    from magica_mcp.local.engine.limits import read_limits  # noqa: PLC0415 - needs the local extra

    return read_limits(settings.local_node_seconds) if settings.local_node_seconds else None


def llm_of(settings: Settings) -> "LlmEndpoint | None":
    """The endpoint of LLM nodes, if one is set.

    Raises:
        ConfigurationError: an endpoint without a model.
    """
    from magica_mcp.local.nodes.job import LlmEndpoint  # noqa: PLC0415 - needs the local extra

    if settings.local_llm_url is None:
        return None
    if settings.local_llm_model is None:
        message = (
            "MAGICA_LOCAL_LLM_URL is set without MAGICA_LOCAL_LLM_MODEL. Set both, or neither."
        )
        raise ConfigurationError(message)
    key = settings.local_llm_key
    return LlmEndpoint(
        url=settings.local_llm_url,
        model=settings.local_llm_model,
        key=key.get_secret_value() if key else None,
    )


def tell(serving: "Serving") -> None:
    """Say where it is and which key it wants; in the hosted dialect the key itself."""
    print(f"Local Magica serves {serving.base_url} (home: {serving.home})", flush=True)
    if serving.dialect == "hosted":
        print(f"MAGICA_BASE_URL={serving.base_url}", flush=True)
        print(f"MAGICA_API_KEY={serving.key}", flush=True)
    elif serving.is_keyless:
        print("Programs of this machine need no key; with --require-key they do.", flush=True)
    elif not serving.instance.is_background:
        print("It wants a key, as `magica-mcp keys create NAME` makes one.", flush=True)
