"""The settings: a frozen value, read once from the environment by `cli/`.

Refuses to know who uses it.
"""

import difflib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

import platformdirs
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from magica_mcp.errors import ConfigurationError

PREFIX = "MAGICA_"
TEST_PREFIX = "MAGICA_TEST_"
HOSTED_BASE_URL = "https://api.magica.com/api"

Toolset = Literal["account", "generation", "workflows", "builder", "runs"]
TOOLSETS: tuple[Toolset, ...] = get_args(Toolset)

_BUDGETS = ("budget_per_run", "budget_per_day")


def _listed(value: Any) -> Any:
    """A comma list as people write it."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _refuse_placeholder(text: str) -> None:
    if text.startswith("${"):
        message = f"holds the placeholder {text} itself: the client did not fill it in"
        raise ValueError(message)


def usual_input_dirs(*, home: Path, current: Path) -> tuple[Path, ...]:
    """The home folder and the current one, unless that is the root of a disk, or hidden.

    Desktop clients start servers in `/`; only a person may offer all of a disk.
    """
    is_root = current.parent == current
    is_hidden = any(part.startswith(".") for part in current.parts)
    return (home,) if is_root or is_hidden or current == home else (home, current)


def _home() -> Path:
    return platformdirs.user_data_path("magica-mcp", appauthor=False)


class Settings(BaseSettings):
    """What can be configured; amounts are credits, times are seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    api_key: SecretStr | None = None
    """The key of hosted Magica (`gx_…`); without one, local Magica is used."""
    base_url: str = HOSTED_BASE_URL
    """The REST base, the part before `/v1`."""
    home: Path = Field(default_factory=_home)
    """State: journal, learned durations, local database and media."""
    output_dir: Path = Field(default_factory=lambda: Path.home() / "Magica")
    """Where results are saved, and the root that saving is confined to."""
    input_dirs: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_listed)] = Field(
        default_factory=lambda: usual_input_dirs(home=Path.home(), current=Path.cwd())
    )
    """The folders that uploads may read from."""
    long_poll_seconds: float = Field(default=720, ge=0, le=3600)
    """The longest wait of one get_run_status call."""
    confirm_above: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Credits above which a paid call needs an approval (0: always); unset: 2 with a key, none
    without."""
    budget_per_run: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """The highest price of one run, in credits; unset: any."""
    budget_per_day: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """What runs may cost from one local midnight to the next, in credits; unset: anything."""
    toolsets: Annotated[tuple[Toolset, ...], NoDecode, BeforeValidator(_listed)] = TOOLSETS
    read_only: bool = False
    """Only tools that neither spend nor change anything."""
    local_host: str = "127.0.0.1"
    local_port: int | None = Field(default=None, ge=0, le=65535)
    """Where local Magica listens; unset: 8787, or any free port."""
    local_llm_url: str | None = None
    """An OpenAI-compatible endpoint for LLM nodes of local Magica."""
    local_llm_model: str | None = None
    local_llm_key: SecretStr | None = None
    local_database_url: SecretStr | None = None
    """A SQLAlchemy URL; unset: SQLite under the home folder."""
    local_media_dir: Path | None = None
    """Where local Magica keeps media; processes that share a database share this folder too."""
    local_node_seconds: str | None = None
    """How long a node may take: "600", or "600, video=1200" with other limits for some."""
    auto_save: bool = False
    """Save every finished result."""

    @field_validator("api_key", "base_url", "home", "output_dir", mode="before")
    @classmethod
    def _is_filled_in(cls, value: Any) -> Any:
        """Some clients hand over the placeholder itself when a value was never entered."""
        if isinstance(value, str):
            _refuse_placeholder(value)
        return value

    @field_validator("api_key")
    @classmethod
    def _can_be_sent(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value() if value else "-"
        if not (key.isascii() and key.isprintable()) or " " in key:
            message = "holds characters that no key has; copy it again"
            raise ValueError(message)
        return value

    @field_validator("local_media_dir")
    @classmethod
    def _is_a_place(cls, value: Path | None) -> Path | None:
        expanded = value.expanduser() if value else None
        if expanded is not None and not expanded.is_absolute():
            message = "must be a whole path, the same wherever a process is started"
            raise ValueError(message)
        return expanded

    @field_validator("home", "output_dir")
    @classmethod
    def _expanded(cls, value: Path) -> Path:
        """Many clients start servers in `/`: what is relative to that is meant below the home."""
        here = Path.cwd()
        base = Path.home() if here == Path(here.anchor) else here
        return base / value.expanduser()

    @field_validator("input_dirs")
    @classmethod
    def _all_expanded(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        for path in value:
            _refuse_placeholder(str(path))
        return tuple(path.expanduser().absolute() for path in value)

    @field_validator("base_url")
    @classmethod
    def _is_a_base(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            message = "must begin with https:// (or http:// for a server on this machine)"
            raise ValueError(message)
        try:
            parts = urlsplit(value)
            is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            is_whole = False
        if not is_whole:
            message = "is not the address of a server"
            raise ValueError(message)
        return value.rstrip("/").removesuffix("/v1")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only the environment that `read_settings` was given."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @property
    def local_home(self) -> Path:
        """The folder of local Magica's own state."""
        return self.home / "local"

    @property
    def local_fingerprint(self) -> str:
        """Tells apart what local Magica was asked to be, and reveals nothing of it."""
        asked = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            for name, value in self
            if name.startswith("local_")
        }
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


class _GivenEnvironment(EnvSettingsSource):
    """The environment as a value, so that reading it is a function."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {key.lower(): value for key, value in environment.items()}
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._environment


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings that these variables ask for.

    Raises:
        ConfigurationError: a misspelt name, a value of the wrong kind, or an empty budget; one
            sentence that names the variable.
    """
    ours = {
        name.upper(): value
        for name, value in environment.items()
        if name.upper().startswith(PREFIX) and not name.upper().startswith(TEST_PREFIX)
    }
    _refuse_unknown(ours)
    _refuse_empty_budgets(ours)
    filled = {name: value.strip() for name, value in ours.items() if value.strip()}
    try:
        return Settings(**_GivenEnvironment(filled)())
    except ValidationError as error:
        raise ConfigurationError(_first_problem(error)) from error


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{field.upper()}"


VARIABLES = tuple(variable(field) for field in Settings.model_fields)


def _refuse_unknown(ours: Mapping[str, str]) -> None:
    for name in sorted(ours):
        if name not in VARIABLES:
            close = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.0)[0]
            message = f"{name} is not a setting. Did you mean {close}? Correct or remove it."
            raise ConfigurationError(message)


def _refuse_empty_budgets(ours: Mapping[str, str]) -> None:
    for name in map(variable, _BUDGETS):
        if name in ours and not ours[name].strip():
            message = f"{name} is empty. Give it a number of credits, or remove it for no limit."
            raise ConfigurationError(message)


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False)[0]
    name = variable(str(problem["loc"][0]))
    text = problem["msg"].removeprefix("Value error, ")
    return f"{name} cannot be used: {text[0].lower()}{text[1:]}. Correct or remove it."
