"""Whether processes that share a database share their media as well.

One that keeps its media elsewhere would look well, and answer for half of the files.
"""

import secrets
from pathlib import Path

from magica_mcp.errors import ConfigurationError, LocalMagicaError
from magica_mcp.local.engine.pulse import Rhythm
from magica_mcp.local.store.store import Statements

MARK = ".magica"
"""The file by which the folder of one database is known, wherever it is mounted."""


def agree_on_media(tx: Statements, folder: Path) -> None:
    """Mark the folder of media, or find the mark there that others have left who are alive.

    Raises:
        ConfigurationError: those who are alive keep media in another folder.
        LocalMagicaError: the folder cannot be written to.
    """
    mark = tx.secrets.get_or_make("media mark", make=lambda: secrets.token_hex(16))
    file = folder / MARK
    try:
        if file.is_file() and file.read_text(encoding="utf-8") == mark:
            return
        others = tx.processes.alive(silent_seconds=Rhythm().silent_seconds)
        if others:
            raise ConfigurationError(
                f"Processes that use this database keep media in another folder than {folder}. "
                "Set MAGICA_LOCAL_MEDIA_DIR to the folder that all of them share."
            )
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(mark, encoding="utf-8")
    except OSError as error:
        raise LocalMagicaError(
            f"The folder of media ({folder}) cannot be used: {error.strerror or error}. Set "
            "MAGICA_LOCAL_MEDIA_DIR to a folder that can be written to."
        ) from error
