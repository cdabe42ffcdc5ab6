"""Local Magica in the foreground, or as the process that a stdio server started."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from magica_mcp.cli.launch import require_local_extra
from magica_mcp.config import Settings, read_settings
from magica_mcp.errors import ConfigurationError

if TYPE_CHECKING:
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
    allow_private_webhooks: bool,
    is_background: bool,
) -> None:
    """Serve until a signal; in the background until idle.

    Raises:
        MagicaError: the settings, the port or the home cannot be used; one sentence.
    """
    require_local_extra()
    from magica_mcp.local.dialect import Dialect  # noqa: PLC0415 - after the extra is known to be there
    from magica_mcp.local.serving import serve_local  # noqa: PLC0415 - likewise

    settings = read_settings(os.environ)
    database = settings.local_database_url
    serve_local(
        (home or settings.home).expanduser().absolute(),
        host=settings.local_host,
        port=settings.local_port if port is None else port,
        dialect=Dialect(dialect),
        idle_minutes=IDLE_MINUTES if is_background else None,
        llm=llm_of(settings),
        database_url=database.get_secret_value() if database else None,
        catalog_file=catalog_file,
        strict=is_strict,
        allow_private_webhooks=allow_private_webhooks,
        announce=tell,
    )


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
    """Say where it is, and in the hosted dialect with which key."""
    print(f"Local Magica serves {serving.base_url} (home: {serving.home})", flush=True)
    if serving.dialect == "hosted":
        print(f"MAGICA_BASE_URL={serving.base_url}", flush=True)
        print(f"MAGICA_API_KEY={serving.key}", flush=True)
