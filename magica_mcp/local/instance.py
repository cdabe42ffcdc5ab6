"""The running local Magica of a home folder: where it is noted, and how it proves itself.

Light on purpose: whoever looks for a running instance imports this and none of its engine.
"""

import contextlib
import hashlib
import hmac
import os
import tempfile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from magica_mcp.errors import LocalMagicaError

SCHEMA = 1
"""Raised when a client of one version can no longer use a process of another."""

CARD_PATH = "/api/local/instance"
PROOF_PATH = "/api/local/proof"
SHUTDOWN_PATH = "/api/local/shutdown"


class Instance(BaseModel):
    """What `<home>/local/local.json` says about the process that serves this home."""

    model_config = ConfigDict(frozen=True)

    pid: int
    host: str
    port: int
    instance_id: str
    version: str
    token: str = Field(repr=False)
    settings: str = ""
    """What tells processes of other settings apart; empty where nobody minds."""
    is_background: bool = False
    """Whether a server started it for itself, rather than a person by hand."""

    @property
    def origin(self) -> str:
        """Where it answers, such as `http://127.0.0.1:8787`."""
        return f"http://{bracketed(self.host)}:{self.port}"


class InstanceCard(BaseModel):
    """What `GET /api/local/instance` answers."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    instance_id: str
    version: str
    schema_version: int = Field(alias="schema")
    pid: int
    unfinished_runs: int
    settings: str = ""
    is_background: bool = False


class InstanceProof(BaseModel):
    """What `GET /api/local/proof` answers: knowledge of the token, without showing it."""

    model_config = ConfigDict(frozen=True)

    proof: str


def bracketed(host: str) -> str:
    """A host as it stands in a URL: an IPv6 address wants brackets."""
    return f"[{host}]" if ":" in host else host


def proof_of(instance: Instance, *, nonce: str) -> str:
    """What only the holder of the token can answer to this nonce.

    It covers the port, so that a stranger cannot answer by asking the real one elsewhere.
    """
    asked = f"{instance.instance_id}:{instance.port}:{nonce}"
    return hmac.new(instance.token.encode(), asked.encode(), hashlib.sha256).hexdigest()


def local_folder(home: Path) -> Path:
    """The part of a home that belongs to local Magica; made when absent, for its owner only."""
    folder = home / "local"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise LocalMagicaError(
            f"MAGICA_HOME ({home}) cannot be written to: {error.strerror or error}. Set it to a "
            "folder of yours."
        ) from error
    return folder


def serving_lock(home: Path) -> Path:
    """Held by the process that serves this home, for as long as it lives."""
    return local_folder(home) / "serving.lock"


def starting_lock(home: Path) -> Path:
    """Held by whoever is starting a process for this home."""
    return local_folder(home) / "starting.lock"


def log_file(home: Path) -> Path:
    """What a process in the background writes to."""
    return local_folder(home) / "local.log"


def _note(home: Path) -> Path:
    return home / "local" / "local.json"


def read_instance(home: Path) -> Instance | None:
    """The noted instance, which may be gone; None where nothing readable is noted."""
    try:
        return Instance.model_validate_json(_note(home).read_bytes())
    except (OSError, ValidationError):
        return None


def write_instance(home: Path, instance: Instance) -> None:
    local_folder(home)
    write_private(_note(home), instance.model_dump_json(indent=2))


def remove_instance(home: Path, instance_id: str) -> None:
    """Take back the note, unless another instance has written its own meanwhile."""
    noted = read_instance(home)
    if noted is not None and noted.instance_id == instance_id:
        _note(home).unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, all of it or nothing."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
